/** A dialogue that is shown: conversation, voices and viewer brought together, also when one of them goes away. */

import { Conversation } from "./conversation.js";

/** Plays one dialogue at a time. */
export class Show {
  /**
   * @param {import("./connect.js").Sidecar} sidecar
   * @param {import("./viewer.js").Viewer} viewer
   * @param {import("./voices.js").Voices} voices
   * @param {(sentence: string, isRunning: boolean) => void} say Tells the visitor how it is.
   */
  constructor(sidecar, viewer, voices, say) {
    this.figures = new Figures();
    this.#sidecar = sidecar;
    this.#viewer = viewer;
    this.voices = voices;
    this.#say = say;
  }

  #sidecar;
  #viewer;
  #say;
  #choice = null; // avatars and relationship that are shown; none: nothing is
  #conversation = null;
  #fromS = 0; // of the dialogue, where the utterance begins
  #isWaiting = false; // for the sound to begin
  #turn = 0; // counts starts, so that what an earlier one still waits for is dropped
  #eyes = [];

  get isOn() {
    return this.#choice !== null;
  }

  /**
   * Read the sound and show its dialogue; what was shown before ends.
   *
   * @param {() => Promise<ArrayBuffer[]>} sound Returns the files of the voices.
   * @param {() => object} choose Returns avatars and relationship, once the sound has been read.
   */
  async begin(sound, choose) {
    const resumed = this.voices.context.resume(); // at once: a browser allows sound within a click only
    this.#say("Reading the sound.", true);
    const turn = await this.#end();
    if (turn !== this.#turn) return;
    this.#choice = null; // until the sound has been read
    try {
      await resumed;
      const files = await sound();
      if (turn === this.#turn) await this.voices.load(files);
    } catch (error) {
      if (turn === this.#turn) await this.#fail(error);
    }
    if (turn === this.#turn) await this.start(choose());
  }

  /** Show a dialogue from a time on; what was shown before ends. */
  async start(choice, fromS = 0) {
    const turn = await this.#end();
    if (turn !== this.#turn) return; // stopped, or started anew, meanwhile
    this.#choice = choice;
    this.#fromS = fromS;
    this.#say("Making both characters; the first time takes up to a minute.", true);
    try {
      const conversation = await this.#made(turn);
      if (turn !== this.#turn) return await conversation.close();
      this.#conversation = conversation;
      await conversation.speak(1, await this.voices.samplesFrom(fromS));
      if (turn !== this.#turn) return;
      this.voices.play(fromS, () => this.#finish());
      this.#say(this.#viewer.isInHeadset ? "They talk." : "They talk. Drag to look around.", true);
    } catch (error) {
      if (turn === this.#turn) await this.#fail(error);
    }
  }

  /** Show the same from where it is, with a frame for each eye or for one; nothing if nothing is shown. */
  async restart() {
    const fromS = this.voices.isPlaying ? Math.max(this.voices.heardS(), 0) : this.#fromS; // it may be about to begin
    if (this.#choice) await this.start(this.#choice, fromS);
  }

  /** End it. */
  async stop() {
    if ((await this.#end()) !== this.#turn) return;
    this.#choice = null;
    this.#say("", false);
  }

  /** Change who they are to each other. */
  async relate(relationship) {
    if (!this.#choice) return;
    this.#choice = { ...this.#choice, relationship };
    await this.#conversation?.relate(relationship).catch((error) => this.#fail(error));
  }

  /** Let other characters go on where these are. */
  async recast(avatars) {
    if (!this.#choice) return;
    this.#choice = { ...this.#choice, avatars };
    await this.restart();
  }

  /** Tell the sidecar where the eyes are; to be called for each frame of the display. */
  tick(eyes) {
    this.#eyes = eyes;
    this.voices.place(
      this.#viewer.stage.anchors.map((anchor) => anchor.toArray()),
      ...this.#viewer.listener,
    );
    this.#report();
  }

  /** Hold the sound, and the faces with it, while nobody sees the page. */
  async hold(isHeld) {
    await (isHeld ? this.voices.context.suspend() : this.voices.context.resume());
    this.#report();
  }

  #report() {
    const conversation = this.#conversation;
    const { stage } = this.#viewer;
    const state = () => ({
      eyes: this.#eyes,
      worldFromHeads: stage.places,
      light: stage.light,
      playbacks: this.#playbacks(),
    });
    conversation?.report(state).catch((error) => conversation === this.#conversation && this.#lose(error));
  }

  #playbacks() {
    if (!this.voices.isPlaying) return this.#isWaiting ? [{ utteranceId: "1", positionUs: "-1", rate: 0 }] : [];
    const position = Math.round((this.voices.heardS() - this.#fromS) * 1e6);
    return [{ utteranceId: "1", positionUs: String(position), rate: this.voices.context.state === "running" ? 1 : 0 }];
  }

  async #made(turn) {
    const setup = {
      ...this.#choice,
      layers: this.#viewer.isInHeadset ? 2 : 1,
      pixelsPerDegree: this.#viewer.pixelsPerDegree,
      places: this.#viewer.stage.places,
    };
    this.#isWaiting = true;
    const onFrame = (frame) => {
      if (turn !== this.#turn) return;
      this.#viewer.show(frame);
      this.figures.note(frame, this.voices.isPlaying ? this.voices.heardS() - this.#fromS : null);
    };
    return Conversation.create(this.#sidecar, setup, onFrame, (error) => turn === this.#turn && this.#lose(error));
  }

  /** The dialogue is over; the heads live on. */
  #finish() {
    this.#isWaiting = false;
    this.#fromS = this.voices.durationS; // who takes the headset off now does not hear it again
    this.#say("The dialogue is over; both live on. Press Start to hear it again.", false);
  }

  /** The conversation went away: begin another one if its lease ended, as it does while a computer sleeps. */
  async #lose(error) {
    if (error === null || error.code === "not_found") return this.restart();
    return this.#fail(error);
  }

  async #fail(error) {
    if ((await this.#end()) !== this.#turn) return;
    this.#choice = null;
    const isOld = error.code === "unauthenticated"; // the token
    this.#say(isOld ? "The sidecar was started again; open the address that it printed." : error.message, false);
  }

  /** Let go of everything that is shown and return the number of what comes next. */
  async #end() {
    const turn = ++this.#turn;
    const conversation = this.#conversation;
    this.#conversation = null;
    this.#isWaiting = false;
    this.voices.stop();
    this.#viewer.clear();
    await conversation?.close();
    return turn;
  }
}

/** Means over the last second of what a visitor may want to know. */
class Figures {
  #notes = [];

  /** Take a frame that is shown now, and where its utterance's sound is, seconds. */
  note(frame, heardS) {
    const nowMs = performance.now();
    const skewMs = heardS !== null && frame.mediaUs >= 0 ? heardS * 1e3 - frame.mediaUs / 1e3 : null;
    this.#notes.push({ nowMs, ageMs: frame.ageUs / 1e3, skewMs });
    while (this.#notes[0].nowMs < nowMs - 1000) this.#notes.shift();
  }

  /** Return one line; empty if nothing is shown. */
  get line() {
    const notes = this.#notes.filter(({ nowMs }) => nowMs > performance.now() - 1000);
    if (notes.length < 2) return "";
    const mean = (values) => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(0);
    const skews = notes.map(({ skewMs }) => skewMs).filter((value) => value !== null);
    const skew = skews.length ? `, sound ${distance(mean(skews))} the picture` : "";
    const age = mean(notes.map(({ ageMs }) => ageMs));
    return `${(notes.length / 2).toFixed(0)} pictures a second of each head, ${age} ms old${skew}`;
  }
}

function distance(ms) {
  return `${Math.abs(ms)} ms ${ms < 0 ? "after" : "before"}`;
}
