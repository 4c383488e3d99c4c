/** The sound of both voices: each comes from its head, and all faces go by where it is. */

const SPEECH_RATE_HZ = 16_000; // that motion is made from
const STARTS_IN_S = 0.1; // after it is asked to: both voices begin in the same sample

/** Two voices that are played together. */
export class Voices {
  /** @param {AudioContext} context Made by a click, else browsers keep it silent. */
  constructor(context) {
    this.context = context;
    this.durationS = 0;
    this.#panners = [0, 1].map(() => {
      const panner = new PannerNode(context, { panningModel: "HRTF", refDistance: 1.2, rolloffFactor: 1 });
      panner.connect(context.destination);
      return panner;
    });
  }

  #panners;
  #channels = []; // AudioBuffers, one a voice
  #sources = [];
  #startS = 0; // of the first sample on the context's clock

  get isPlaying() {
    return this.#sources.length > 0;
  }

  /**
   * Take one file with both voices (left and right channel) or one file for each.
   *
   * @param {ArrayBuffer[]} files
   * @throws {Error} The browser cannot read one.
   */
  async load(files) {
    const sounds = [];
    for (const file of files) {
      sounds.push(
        await this.context.decodeAudioData(file).catch(() => {
          throw new Error("The browser cannot read this sound file; use WAV, MP3 or Ogg.");
        }),
      );
    }
    const channels =
      files.length === 1
        ? [channelOf(sounds[0], 0), channelOf(sounds[0], 1)]
        : sounds.map((sound) => channelOf(sound, 0));
    const length = Math.max(...channels.map(({ samples }) => samples.length), 1);
    this.#channels = channels.map(({ samples, rate }) => {
      const buffer = new AudioBuffer({ length, sampleRate: rate });
      buffer.copyToChannel(samples, 0);
      return buffer;
    });
    this.durationS = length / this.context.sampleRate;
  }

  /** Return both voices from a time on as the sidecar takes them: 16-bit samples in turn. */
  async samplesFrom(fromS) {
    const length = Math.max(Math.round((this.durationS - fromS) * SPEECH_RATE_HZ), 1);
    const offline = new OfflineAudioContext(2, length, SPEECH_RATE_HZ);
    const merger = new ChannelMergerNode(offline, { numberOfInputs: 2 });
    merger.connect(offline.destination);
    this.#channels.forEach((buffer, voice) => {
      const source = new AudioBufferSourceNode(offline, { buffer });
      source.connect(merger, 0, voice);
      source.start(0, fromS);
    });
    const rendered = await offline.startRendering();
    const samples = new Int16Array(2 * length);
    [0, 1].forEach((voice) => {
      rendered.getChannelData(voice).forEach((value, index) => {
        samples[2 * index + voice] = Math.round(Math.min(Math.max(value, -1), 1) * 32767);
      });
    });
    return { samples, sampleRateHz: SPEECH_RATE_HZ };
  }

  /** Begin to play from a time on. */
  play(fromS, onEnd) {
    this.stop();
    this.#startS = this.context.currentTime + STARTS_IN_S - fromS;
    const sources = this.#channels.map((buffer, voice) => {
      const source = new AudioBufferSourceNode(this.context, { buffer });
      source.connect(this.#panners[voice]);
      source.start(this.context.currentTime + STARTS_IN_S, fromS);
      return source;
    });
    this.#sources = sources;
    sources[0].onended = () => {
      if (this.#sources === sources) {
        // not those of a dialogue that was stopped a moment ago
        this.#sources = [];
        onEnd();
      }
    };
  }

  /** Fall silent. */
  stop() {
    const sources = this.#sources;
    this.#sources = [];
    for (const source of sources) source.stop();
  }

  /** Return what is heard now, seconds from the beginning: what has left the loudspeaker, not what was computed. */
  heardS() {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp?.() ?? {};
    const isRunning = this.context.state === "running";
    if (contextTime > 0 && isRunning) {
      const heard = contextTime + (performance.now() - performanceTime) / 1000;
      return Math.min(heard, this.context.currentTime) - this.#startS; // when sound stalls, time passes without it
    }
    return this.context.currentTime - (this.context.outputLatency ?? 0) - this.#startS;
  }

  /** Tell where both heads and the listener are; positions and directions of the world, three numbers each. */
  place(heads, position, forward, up) {
    heads.forEach((head, voice) => setAll(this.#panners[voice], ["positionX", "positionY", "positionZ"], head));
    const { listener } = this.context;
    if (!listener.positionX) return; // Firefox: voices come from the middle
    setAll(listener, ["positionX", "positionY", "positionZ"], position);
    setAll(listener, ["forwardX", "forwardY", "forwardZ"], forward);
    setAll(listener, ["upX", "upY", "upZ"], up);
  }
}

function setAll(node, names, values) {
  names.forEach((name, index) => (node[name].value = values[index]));
}

function channelOf(sound, channel) {
  const isThere = channel < sound.numberOfChannels;
  const samples = isThere ? sound.getChannelData(channel) : new Float32Array(sound.length);
  return { samples, rate: sound.sampleRate };
}
