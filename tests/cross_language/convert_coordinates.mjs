// Prints what the web client's conversions make of proto/vectors/coordinates.json, and of a light, as JSON.
//
// node convert_coordinates.mjs VECTORS
import { readFileSync } from "node:fs";

import { cardCorners, eyeView, sceneLight } from "../../engine_plugins/web/src/coordinates.js";

const SIDE = 2; // of the projections: one that is not symmetric
const HEADS = [
  [1.5, 1, -3],
  [-2, 0.5, 0.25],
  [0, 2, 1],
]; // places of heads, none of them a camera's

const { cameras, projections } = JSON.parse(readFileSync(process.argv[2], "utf-8")).webxr;
const columns = (rows) => rows.map((_, index) => rows[4 * (index % 4) + Math.floor(index / 4)]); // as WebGL lists them

const eyes = cameras.flatMap(({ view_matrix: view }) =>
  projections.map(({ matrix }) => eyeView(columns(view), columns(matrix))),
);
const cards = HEADS.map(([x, y, z], index) => {
  const corners = new Float64Array(12);
  const worldFromHead = [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z, 0, 0, 0, 1];
  cardCorners(eyes[index * projections.length + SIDE], worldFromHead, corners);
  return [...corners];
});
const light = sceneLight([0.5, 0.25, 1], [0.125, 0.5, 0], [3, 0, -4], [1, 0.5, 2]);
console.log(JSON.stringify({ eyes, heads: HEADS, cards, light }));
