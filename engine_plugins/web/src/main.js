/** The page: its code, its choices and its buttons. */

import { reach, Sidecar, tokenFor } from "./connect.js";
import { Show } from "./show.js";
import { Viewer } from "./viewer.js";
import { Voices } from "./voices.js";

const TOKEN = "token"; // under which this tab keeps it, so that a reload needs no code
const FIGURES_MS = 500; // between two looks

const element = (id) => document.getElementById(id);
const controls = element("controls");

let show = null; // once the first click has allowed sound

addEventListener("hashchange", () => location.hash.length > 1 && location.reload()); // a new code in an open page
await (sessionStorage.getItem(TOKEN) && !location.hash
  ? open(sessionStorage.getItem(TOKEN))
  : enterCode(location.hash));

/** Get the token for the code behind the address's #, else for one that is typed. */
async function enterCode(hash) {
  history.replaceState(null, "", location.pathname); // no code stays in the browser's history
  if (hash.length > 1) {
    try {
      return await open(await tokenFor(hash.slice(1)));
    } catch (error) {
      say(error.message);
    }
  }
  element("code-form").hidden = false;
  element("code-form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      await open(await tokenFor(element("code").value));
    } catch (error) {
      say(error.message);
    }
  };
}

/** Offer what the sidecar has. */
async function open(token) {
  const sidecar = new Sidecar(token);
  let avatars;
  try {
    await sidecar.call("SidecarService/GetInfo", { protocolVersion: { major: 1 }, clientName: "rsatalker-web" });
    ({ avatars } = await sidecar.call("SidecarService/ListAvatars"));
  } catch (error) {
    if (error.code !== "unauthenticated") return say(error.message);
    sessionStorage.removeItem(TOKEN); // of a sidecar that has ended
    return enterCode("");
  }
  sessionStorage.setItem(TOKEN, token);
  element("code-form").hidden = true;
  controls.hidden = false;
  for (const [id, chosen] of [
    ["avatar-a", 0],
    ["avatar-b", 1],
  ]) {
    element(id).replaceChildren(...avatars.map(({ name, description }) => new Option(`${name}: ${description}`, name)));
    element(id).selectedIndex = Math.min(chosen, avatars.length - 1);
  }
  begin(sidecar);
}

function begin(sidecar) {
  let viewer;
  try {
    viewer = new Viewer(element("scene"), (eyes) => show?.tick(eyes));
  } catch {
    return say("This browser cannot draw in 3D (WebGL 2); turn on its hardware acceleration or use another one.");
  }
  globalThis.rsatalker = { viewer, show: () => show }; // for the console, and for tests
  element("play").onclick = () => (element("play").textContent === "Start" ? start(sidecar, viewer) : show.stop());
  element("avatar-a").onchange = element("avatar-b").onchange = () => show?.recast(characters());
  element("kinship").onchange = element("standing").onchange = () => show?.relate(relationship());
  element("enter").onclick = () => enter(sidecar, viewer);
  document.addEventListener("visibilitychange", () => viewer.isInHeadset || show?.hold(document.hidden));
  addEventListener("pagehide", () => show?.stop());
  setInterval(() => (element("figures").textContent = show?.figures.line ?? ""), FIGURES_MS);
  offerHeadset();
  say("Choose two characters and press Start.");
}

async function start(sidecar, viewer) {
  show ??= new Show(sidecar, viewer, new Voices(new AudioContext({ latencyHint: "interactive" })), sayShown);
  await show.begin(soundFiles, () => ({
    avatars: characters(),
    relationship: relationship(),
  }));
}

/** Begin a session in the headset; a conversation that is on gets a picture for each eye. */
async function enter(sidecar, viewer) {
  let session;
  try {
    session = await navigator.xr.requestSession("immersive-vr", { requiredFeatures: ["local-floor"] });
    await viewer.enter(session);
  } catch (error) {
    return say(`The headset did not begin a session (${error.message}); see that it is on and not in use.`);
  }
  session.addEventListener("end", () => show?.restart());
  await (show?.isOn ? show.restart() : start(sidecar, viewer));
}

async function offerHeadset() {
  const note = element("vr-note");
  if (!isSecureContext) {
    note.textContent = "VR needs https, or http://localhost: open this page by one of these.";
  } else if (!(await navigator.xr?.isSessionSupported("immersive-vr").catch(() => false))) {
    note.textContent = "No headset was found; the picture can be turned by dragging.";
  } else {
    element("enter").disabled = false;
  }
  navigator.xr?.addEventListener("devicechange", offerHeadset, { once: true });
}

function characters() {
  return [element("avatar-a").value, element("avatar-b").value];
}

function relationship() {
  const standing = element("standing").value;
  const kinship = element("kinship").value;
  if (standing === "equal") return { kinship, status: "SOCIAL_STATUS_EQUAL" };
  return { kinship, status: "SOCIAL_STATUS_UNEQUAL", senior: standing === "a" ? "SENIOR_A" : "SENIOR_B" };
}

async function soundFiles() {
  const chosen = [...element("sound").files];
  if (chosen.length > 2)
    throw new Error(`${chosen.length} sound files are chosen; choose one with both voices, or two.`);
  if (chosen.length) return Promise.all(chosen.map((file) => file.arrayBuffer()));
  const sample = await reach("dialogue.wav");
  if (!sample.ok) throw new Error("The sidecar has no sample dialogue; choose sound files of your own.");
  return [await sample.arrayBuffer()];
}

function sayShown(sentence, isOn) {
  element("play").textContent = isOn ? "Stop" : "Start";
  say(sentence);
}

function say(sentence) {
  element("message").textContent = sentence;
}
