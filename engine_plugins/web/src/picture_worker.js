/**
 * Watches both heads' frames beside the page's own thread: reads the stream and decodes its pictures, so that the page
 * only draws. The stream is read as fast as it comes, else old pictures would wait in its buffers; of each head the
 * newest one is decoded when the page has taken the one before.
 */

import { Sidecar, bytesOf } from "./connect.js";

const AS_IT_IS = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
const newest = new Map(); // by participant: what has come and was not sent on
let isBusy = false; // with decoding, or until the page has taken a frame

self.onmessage = ({ data }) => {
  if (data !== "taken") return watch(data);
  isBusy = false;
  sendOn();
};

async function watch({ token, origin, request }) {
  try {
    for await (const { picture } of new Sidecar(token, origin).stream("WatchService/WatchFrames", request)) {
      newest.set(picture.participant, picture);
      sendOn();
    }
    end(null);
  } catch (error) {
    end(error);
  }
}

async function sendOn() {
  const [first] = newest; // of whose head nothing was sent for the longest time
  if (isBusy || !first) return;
  isBusy = true;
  const [participant, picture] = first;
  newest.delete(participant);
  try {
    const [color, alpha] = await Promise.all([decoded(picture.color), decoded(picture.alpha)]);
    self.postMessage({ frame: frameOf(picture, color, alpha) }, [color, alpha]);
  } catch (error) {
    end(error);
  }
}

function end(error) {
  self.postMessage({ end: error && { code: error.code ?? "internal", message: error.message } });
}

function decoded(base64) {
  return createImageBitmap(new Blob([bytesOf(base64)]), AS_IT_IS);
}

function frameOf(picture, color, alpha) {
  return {
    head: picture.participant === "PARTICIPANT_A" ? 0 : 1,
    poseId: Number(picture.poseId),
    frameNumber: Number(picture.frameNumber),
    utteranceId: Number(picture.utteranceId),
    mediaUs: Number(picture.mediaUs),
    ageUs: Number(picture.ageUs),
    worldFromHead: picture.worldFromHead,
    views: picture.views,
    color,
    alpha,
  };
}
