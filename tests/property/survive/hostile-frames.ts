import { PROTOCOL_VERSION } from "../../../src/wire/messages.ts";

/** A small generator of random numbers that can be repeated (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const NAMES = [
  ...[
    "FuzzState",
    "take",
    "fail",
    "HonestState",
    "add",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
  ],
  ...["hasOwnProperty", "_secret", "reset", "getState", "router", "app", "lock", "task", "trigger", "then", "toJSON"],
  ...["", " ", "\0", "\ud800", "x".repeat(256), "x".repeat(257), "FuzzState.take", "../../etc", "0", "-1", "length"],
];

const NUMBERS = [0, -0, 1, 2, -1, 1.5, 1e21, -1e308, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1e-320];

const TAGS = ["u", "n", "b", "d", "m", "s", "o", "x", "__proto__", 0, null];

/** Any value that JSON can hold, many of them such as an attacker would send. */
function value(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 4 ? 5 : 11);
  const several = <T>(make: () => T): T[] => Array.from({ length: random.below(5) }, make);
  switch (kind) {
    case 0:
      return random.of(NUMBERS);
    case 1:
      return random.of(NAMES);
    case 2:
      return random.of([null, true, false]);
    case 3:
      return random.of(["9".repeat(5_000), "-", "1e9", "NaN", "-0", "Infinity", "12", "x".repeat(random.below(2_000))]);
    case 4:
      return random.below(1_000_000);
    case 5:
      return several(() => value(random, depth + 1));
    case 6:
    case 7:
      return Object.fromEntries(several(() => [random.of(NAMES), value(random, depth + 1)] as const));
    case 8:
      return { $: [random.of(TAGS), value(random, depth + 1)] };
    case 9:
      return { $: [random.of(TAGS), several(() => [random.of(NAMES), value(random, depth + 1)])] };
    default:
      return { $: value(random, depth + 1), type: "call", id: 1, __proto: value(random, depth + 1) };
  }
}

/** What a fuzzer knows of the app, so that some of its frames get far. */
export interface Known {
  readonly honestToken: string;
  ownToken: string;
  /** Of the next call that would be taken. */
  nextId: number;
}

/** A message that keeps to the protocol. */
function message(random: Random, known: Known): Record<string, unknown> {
  const states = (): string[] => (random.below(3) === 0 ? [random.of(NAMES)] : ["FuzzState"]);
  switch (random.below(8)) {
    case 0:
      return hello(random, known);
    case 1:
      return { type: "subscribe", states: states() };
    case 2:
      return { type: "unsubscribe", states: states() };
    case 3:
      return { type: "navigate", page: { path: "/" + random.of(NAMES), query: "?a=1&__proto__=2&a=3&constructor" } };
    case 4:
      return { type: "ack", updates: random.of([0, 1, 2, 1_000_000]) };
    case 5:
      return { type: "ping" };
    default:
      return {
        type: "call",
        // The same ids come again and again: a replay.
        id: random.below(3) === 0 ? random.below(known.nextId) : (known.nextId += 1),
        state: "FuzzState",
        event: random.of(["take", "take", "fail", "spawn", random.of(NAMES)]),
        args: Array.from({ length: random.below(3) }, () => value(random)),
      };
  }
}

export function hello(random: Random, known: Known): Record<string, unknown> {
  const { honestToken, ownToken } = known;
  const tokens = [honestToken, honestToken.slice(1), honestToken.toUpperCase(), ownToken, ownToken, "x".repeat(32)];
  return {
    type: "hello",
    protocol: random.below(10) === 0 ? random.of([1, 2, ...NUMBERS]) : PROTOCOL_VERSION,
    document: random.of(["a", "b", "c", random.of(NAMES)]),
    ...(random.below(3) === 0 ? {} : { token: random.of(tokens) }),
    page: { path: "/", query: "" },
    states: random.of([[], ["FuzzState"], ["FuzzState", random.of(NAMES)]]),
    held: random.of([[], ["FuzzState"], [random.of(NAMES)]]),
    version: random.of([0, 1, 2, 5, ...NUMBERS]),
  };
}

/** Puts something else into one place of a message, at any depth. */
function corrupt(random: Random, target: Record<string, unknown> | unknown[]): void {
  const keys = Object.keys(target);
  const isNew = !Array.isArray(target) && (keys.length === 0 || random.below(8) === 0);
  const key = isNew ? random.of(NAMES) : random.of(keys.length === 0 ? ["0"] : keys);
  const record = target as Record<string, unknown>;
  const inner = Object.hasOwn(record, key) ? record[key] : undefined;
  if (typeof inner === "object" && inner !== null && random.below(2) === 0) {
    corrupt(random, inner as Record<string, unknown>);
  } else if (random.below(4) === 0) delete record[key];
  else
    Object.defineProperty(record, key, { value: value(random), enumerable: true, configurable: true, writable: true });
}

const PIECES = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "\\",
  "\\u0000",
  "\ud800",
  "1e999",
  "-",
  "null",
  '"__proto__":',
  "\0",
  "\n",
];

/** Breaks a text: cuts it off, takes out, doubles or puts in a piece. */
function tear(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(12));
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, end) + text.slice(at);
    case 3:
      return text.slice(0, at) + random.of(PIECES) + text.slice(at);
    default:
      return text.slice(0, at) + random.of(PIECES) + text.slice(end);
  }
}

/** Few, and slow to handle: very long, very deep, very wide. */
function giant(random: Random): string {
  const size = 10 ** (2 + random.below(3));
  const call = (argument: string): string =>
    `{"type":"call","id":${random.below(1e9)},"state":"FuzzState","event":"take","args":[${argument}]}`;
  switch (random.below(7)) {
    case 0:
      return call("[".repeat(size) + "]".repeat(size));
    case 1:
      return call('{"a":'.repeat(size) + "1" + "}".repeat(size));
    case 2:
      return call('{"$":["s",['.repeat(size) + "]]}".repeat(size));
    case 3:
      return "[".repeat(size);
    case 4:
      return call(JSON.stringify(Array.from({ length: size }, (_, at) => at)));
    case 5:
      return JSON.stringify({
        type: "subscribe",
        states: Array.from({ length: Math.min(size, 1_000) }, () => "FuzzState"),
      });
    default:
      return call(JSON.stringify("\u{1f600}".repeat(size)));
  }
}

/** What an attacker sends: text, or what is no text at all. */
export function hostileFrame(random: Random, known: Known): unknown {
  const kind = random.below(200);
  if (kind === 0) return giant(random);
  if (kind < 6)
    return random.of([Buffer.from(JSON.stringify(message(random, known))), undefined, 7, null, {}, [Buffer.alloc(3)]]);
  if (kind < 20) return JSON.stringify(value(random)) ?? "";
  const sent = message(random, known);
  if (kind < 90) return JSON.stringify(sent);
  if (kind < 150) {
    for (let left = 1 + random.below(2); left > 0; left -= 1) corrupt(random, sent);
    return JSON.stringify(sent);
  }
  return tear(random, JSON.stringify(sent));
}
