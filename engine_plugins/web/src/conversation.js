/** One conversation of two heads: made, given their voices, told where the eyes and the sound are, and closed. */

import { base64Of } from "./connect.js";

const PROTOCOL = { major: 1 };
const READY_US = 200_000; // of motion before the sound may start
const LOOK_MS = 50; // between two looks for motion
const PATIENCE_MS = 10_000; // then the sound starts without
const QUALITY = 92; // of JPEG: on this machine or a LAN, pictures may be large

/** A conversation of a sidecar. */
export class Conversation {
  /**
   * Begin a conversation.
   *
   * @param {import("./connect.js").Sidecar} sidecar
   * @param {{avatars: string[], relationship: object, layers: number, pixelsPerDegree: number, places: number[]}} setup
   *     `places` are both heads' `world_from_head`, 32 numbers.
   * @param {(frame: object) => void} onFrame Takes each frame of a head, once it has been decoded.
   * @param {(error: ?{code: string, message: string}) => void} onEnd Called when no frames come any more.
   */
  static async create(sidecar, setup, onFrame, onEnd) {
    const created = await sidecar.call("ConversationService/CreateConversation", {
      protocolVersion: PROTOCOL,
      participants: setup.avatars.map((avatar, index) => ({
        avatar,
        worldFromHead: setup.places.slice(16 * index, 16 * index + 16),
      })),
      relationship: setup.relationship,
      frames: { layers: setup.layers, pixelsPerDegree: setup.pixelsPerDegree },
      seed: "1",
    });
    return new Conversation(sidecar, created, onFrame, onEnd);
  }

  constructor(sidecar, created, onFrame, onEnd) {
    this.id = created.conversationId;
    this.poseId = 0; // of the last report
    this.#sidecar = sidecar;
    this.#worker = new Worker(new URL("./picture_worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => {
      if ("end" in data) return onEnd(data.end);
      onFrame(data.frame);
      this.#worker.postMessage("taken");
    };
    const request = { conversationId: this.id, maxRateHz: 60, format: { jpegQuality: QUALITY } };
    this.#worker.postMessage({ token: sidecar.token, origin: sidecar.origin, request });
    this.#beat = setInterval(() => this.#keep(), created.leaseMs / 3);
  }

  #sidecar;
  #worker;
  #beat;
  #isReporting = false;

  /**
   * Say two voices and return when the faces are ready for their sound.
   *
   * @param {number} utteranceId From 1 on, not used before in this conversation.
   * @param {{samples: Int16Array, sampleRateHz: number}} voices Both voices' samples in turn.
   */
  async speak(utteranceId, { samples, sampleRateHz }) {
    const spoken = await this.#sidecar.call("SpeechService/Speak", {
      conversationId: this.id,
      participant: "PARTICIPANT_BOTH",
      utteranceId: String(utteranceId),
      format: { sampleRateHz, channels: 2, sampleFormat: "SAMPLE_FORMAT_S16" },
      audio: base64Of(new Uint8Array(samples.buffer)),
    });
    const wantedUs = Number(spoken.startUs) + Math.min(READY_US, Number(spoken.durationUs));
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
      const { conversations } = await this.#sidecar.call("SidecarService/GetStatus");
      const own = conversations.find(({ conversationId }) => conversationId === this.id);
      if (!own || Number(own.motionEndUs) >= wantedUs) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Change who they are to each other. */
  async relate(relationship) {
    await this.#sidecar.call("ConversationService/SetRelationship", { conversationId: this.id, relationship });
  }

  /**
   * Tell the sidecar where everything is; nothing while the report before is still on its way.
   *
   * @param {() => {eyes: object[], worldFromHeads: number[], light: object, playbacks: object[]}} state Returns what
   *     SetEngineState takes, as it is at that moment.
   */
  async report(state) {
    if (this.#isReporting) return;
    this.#isReporting = true;
    try {
      this.poseId += 1;
      const message = { conversationId: this.id, poseId: String(this.poseId), ...state() };
      await this.#sidecar.call("WatchService/SetEngineState", message);
    } finally {
      this.#isReporting = false;
    }
  }

  /** End it; what the sidecar says about that does not matter any more. */
  async close() {
    clearInterval(this.#beat);
    this.#worker.terminate();
    const closing = this.#sidecar.call(
      "ConversationService/CloseConversation",
      { conversationId: this.id },
      { keepalive: true },
    );
    await closing.catch(() => {});
  }

  /** A page in the background reports nothing; its conversation must not end for that. Its stream tells what is wrong. */
  #keep() {
    this.#sidecar.call("ConversationService/KeepAlive", { conversationId: this.id }).catch(() => {});
  }
}
