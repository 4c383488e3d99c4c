/**
 * Calls of a sidecar over HTTP/1.1 by the Connect protocol with JSON; see proto/README.md, "Over HTTP/1.1".
 */

const END_STREAM = 2; // flag of a stream's last envelope

/** What a call failed with: Connect's code and the sidecar's sentence. */
export class CallError extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/** A sidecar that is called from its own page. */
export class Sidecar {
  /**
   * @param {string} token That every call carries.
   * @param {string} origin Where the sidecar listens; the page's own by default.
   */
  constructor(token, origin = globalThis.location.origin) {
    this.token = token;
    this.origin = origin;
  }

  /**
   * Return the answer of a call such as "SidecarService/GetInfo".
   *
   * @param {object} options Of fetch, e.g. keepalive for a page that is being left.
   * @throws {CallError} It was refused, or nobody answers.
   */
  async call(method, message = {}, options = {}) {
    const response = await this.#post(method, "application/json", JSON.stringify(message), options);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw refusal(answer, response.status);
    return answer;
  }

  /**
   * Yield the messages of a call such as "WatchService/WatchFrames" until it ends.
   *
   * @throws {CallError} It was refused or broke off.
   */
  async *stream(method, message) {
    const body = enveloped(new TextEncoder().encode(JSON.stringify(message)));
    const response = await this.#post(method, "application/connect+json", body);
    if (!response.ok) throw refusal(await response.json().catch(() => ({})), response.status);
    for await (const { flags, bytes } of envelopes(response.body.getReader())) {
      const content = JSON.parse(new TextDecoder().decode(bytes));
      if (flags & END_STREAM) {
        if (content.error) throw refusal(content.error, response.status);
        return;
      }
      yield content;
    }
    throw nobody();
  }

  async #post(method, type, body, options = {}) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": type };
    const url = `${this.origin}/sidecar.v1.${method}`;
    return reach(url, { method: "POST", headers, body, cache: "no-store", ...options });
  }
}

/**
 * Return the token for the code that `rsatalker serve` printed.
 *
 * @throws {CallError} The code is wrong, or nobody answers.
 */
export async function tokenFor(code) {
  const response = await reach("token", { method: "POST", body: JSON.stringify({ code }), cache: "no-store" });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw refusal(answer, response.status);
  return answer.token;
}

/**
 * Return the response of the sidecar, as fetch does.
 *
 * @throws {CallError} Nobody answers.
 */
export async function reach(url, options = {}) {
  try {
    return await fetch(url, options);
  } catch {
    throw nobody();
  }
}

/** Return a message in the envelope of a stream: flags, length (most significant byte first), bytes. */
export function enveloped(bytes) {
  const envelope = new Uint8Array(5 + bytes.length);
  new DataView(envelope.buffer).setUint32(1, bytes.length);
  envelope.set(bytes, 5);
  return envelope;
}

/** Yield the envelopes of a stream, however its bytes arrive. */
export async function* envelopes(reader) {
  let held = new Uint8Array(0);
  for (;;) {
    while (held.length < 5 || held.length < 5 + lengthOf(held)) {
      const { value, done } = await reader.read();
      if (done) return;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = joined;
    }
    const end = 5 + lengthOf(held);
    yield { flags: held[0], bytes: held.subarray(5, end) };
    held = held.slice(end);
  }
}

/** Return the bytes of a base64 string. */
export function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Return bytes as base64. */
export function base64Of(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  let text = "";
  for (let first = 0; first < bytes.length; first += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(first, first + 0x8000)); // more arguments than a call may have
  }
  return btoa(text);
}

function lengthOf(envelope) {
  return new DataView(envelope.buffer, envelope.byteOffset).getUint32(1);
}

function refusal(answer, status) {
  return new CallError(answer.code ?? "unknown", answer.message ?? `The sidecar answered with HTTP status ${status}.`);
}

function nobody() {
  return new CallError("unavailable", "The sidecar does not answer; see whether `rsatalker serve` still runs there.");
}
