// Prints what Niantic's reader of SPZ finds in the file that is named, as JSON; positions as the file's own axes have them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The package is made for browsers: a module in a file that Node would take for something else.
const source = readFileSync(fileURLToPath(new URL("node_modules/@adobe/spz/dist/spz.js", import.meta.url)));
const { default: createSpzModule } = await import(`data:text/javascript;base64,${source.toString("base64")}`);
const spz = await createSpzModule();
const cloud = spz.loadSpzFromBuffer(new Uint8Array(readFileSync(process.argv[2])), { to: spz.CoordinateSystem.RUB });
const plain = {};
for (const name of ["numPoints", "shDegree", "antialiased"]) plain[name] = cloud[name];
for (const name of ["positions", "scales", "rotations", "alphas", "colors", "sh"])
  plain[name] = Array.from(cloud[name]);
console.log(JSON.stringify(plain));
