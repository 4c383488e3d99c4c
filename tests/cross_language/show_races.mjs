// Lets a visitor of the web client press buttons while something is still on its way, and prints what came of it as JSON.
//
// node show_races.mjs
import { Show } from "../../engine_plugins/web/src/show.js";

const CHOICE = { avatars: ["ann", "bob"], relationship: {} };

let workers = []; // of the page's conversations; nothing is decoded here

globalThis.Worker = class {
  constructor() {
    this.isOn = true;
    workers.push(this);
  }
  postMessage() {}
  terminate() {
    this.isOn = false;
  }
};

/** A promise and what resolves it. */
function gate() {
  let resolve;
  return { promise: new Promise((given) => (resolve = given)), resolve };
}

/** Answers at once, but for calls that are held. */
class FakeSidecar {
  open = new Set();
  cast = []; // of the conversation that was made last
  #made = 0;
  #held = new Map();

  /** Hold calls of a method until the answer is called. */
  hold(method) {
    const { promise, resolve } = gate();
    this.#held.set(method, promise);
    return resolve;
  }

  async call(service, message) {
    const method = service.split("/")[1];
    const id = method === "CreateConversation" ? `${++this.#made}` : message?.conversationId;
    if (method === "CreateConversation") {
      this.open.add(id);
      this.cast = message.participants.map(({ avatar }) => avatar);
    }
    const refusal = await this.#held.get(method);
    if (refusal) throw refusal;
    if (method === "CloseConversation") this.open.delete(id);
    if (method === "CreateConversation") return { conversationId: id, leaseMs: 30_000 };
    if (method === "Speak") return { startUs: "0", durationUs: "1000000" };
    if (method === "GetStatus") return { conversations: [] };
    return {};
  }
}

/** A page on which a show can be looked at. */
class Page {
  said = [];
  shown = [];
  played = [];
  sidecar = new FakeSidecar();

  constructor() {
    workers = [];
    const viewer = {
      isInHeadset: false,
      pixelsPerDegree: 12,
      stage: { places: new Array(32).fill(0) },
      clear: () => (this.shown = []),
      show: (frame) => this.shown.push(frame),
    };
    this.voices = {
      context: { resume: async () => {}, state: "running" },
      durationS: 4,
      isPlaying: false,
      load: async () => {},
      samplesFrom: async () => ({ samples: new Int16Array(4), sampleRateHz: 16_000 }),
      play: (fromS, onEnd) => {
        this.played.push(fromS);
        this.voices.isPlaying = true;
        this.end = () => {
          this.voices.isPlaying = false;
          onEnd();
        };
      },
      stop: () => (this.voices.isPlaying = false),
      heardS: () => 1.5,
    };
    this.show = new Show(this.sidecar, viewer, this.voices, (sentence, isOn) => this.said.push([sentence, isOn]));
  }

  get seen() {
    const [sentence, isOn] = this.said.at(-1) ?? [];
    const { open, cast } = this.sidecar;
    return { open: [...open], cast, played: this.played, shown: this.shown.length, sentence, isOn };
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

const CASES = {
  async stopped_while_the_sound_is_read(page) {
    const { promise, resolve } = gate();
    const beginning = page.show.begin(
      () => promise,
      () => CHOICE,
    );
    await settled();
    await page.show.stop();
    resolve([]);
    await beginning;
  },
  async stopped_while_the_conversation_is_made(page) {
    const answer = page.sidecar.hold("CreateConversation");
    const starting = page.show.start(CHOICE);
    await settled();
    await page.show.stop();
    answer();
    await starting;
  },
  async stopped_while_they_prepare_to_speak(page) {
    const answer = page.sidecar.hold("Speak");
    const starting = page.show.start(CHOICE);
    await settled();
    await page.show.stop();
    answer();
    await starting;
  },
  async refused_after_it_was_stopped(page) {
    const answer = page.sidecar.hold("Speak");
    const starting = page.show.start(CHOICE);
    await settled();
    await page.show.stop();
    answer(new Error("a sentence of the sidecar"));
    await starting;
  },
  async started_twice(page) {
    const answer = page.sidecar.hold("CreateConversation");
    const first = page.show.start(CHOICE);
    await settled();
    const second = page.show.start(CHOICE);
    await settled();
    answer();
    await Promise.all([first, second]);
  },
  async begun_twice_while_the_sound_is_read(page) {
    const { promise, resolve } = gate();
    const first = page.show.begin(
      () => promise,
      () => CHOICE,
    );
    await settled();
    await page.show.begin(
      async () => [],
      () => CHOICE,
    );
    resolve([]);
    await first;
  },
  async started_while_the_one_before_is_closed(page) {
    await page.show.start(CHOICE);
    const answer = page.sidecar.hold("CloseConversation");
    const stopping = page.show.stop();
    const starting = page.show.start(CHOICE);
    answer();
    await Promise.all([stopping, starting]);
  },
  async frame_that_comes_after_the_stop(page) {
    await page.show.start(CHOICE);
    await page.show.stop();
    workers[0].onmessage({ data: { frame: {} } });
  },
  async lease_that_ends_after_the_stop(page) {
    await page.show.start(CHOICE);
    await page.show.stop();
    workers[0].onmessage({ data: { end: null } });
    await settled();
  },
  async lease_of_the_one_before_that_ends(page) {
    await page.show.start(CHOICE);
    await page.show.start(CHOICE);
    workers[0].onmessage({ data: { end: null } });
    await settled();
  },
  async lease_that_ends_while_they_talk(page) {
    await page.show.start(CHOICE);
    workers[0].onmessage({ data: { end: null } });
    await settled();
    page.sidecar.open.delete("1");
  },
  async headset_taken_off_after_the_dialogue(page) {
    await page.show.start(CHOICE);
    page.end();
    await page.show.restart();
  },
  async recast_while_they_talk(page) {
    await page.show.start(CHOICE);
    await page.show.recast(["cleo", "bob"]);
  },
  async recast_after_the_stop(page) {
    await page.show.start(CHOICE);
    await page.show.stop();
    await page.show.recast(["cleo", "bob"]);
  },
  async recast_while_the_sound_is_read_again(page) {
    await page.show.start(CHOICE);
    page.end();
    const { promise, resolve } = gate();
    const beginning = page.show.begin(
      () => promise,
      () => ({ ...CHOICE, avatars: ["cleo", "bob"] }),
    );
    await settled();
    await page.show.recast(["cleo", "bob"]);
    resolve([]);
    await beginning;
  },
};

const results = {};
for (const [name, happens] of Object.entries(CASES)) {
  const page = new Page();
  await happens(page);
  results[name] = { ...page.seen, workers: workers.filter(({ isOn }) => isOn).length };
}
console.log(JSON.stringify(results));
process.exit(0); // beats of conversations go on
