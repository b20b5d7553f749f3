// Frames that clients must not send, and what the server owes to each: mutations of one template of
// every message that a client sends, truncations, random bytes. What is owed is foretold with the
// decoder of the wire, which has tests of its own: here it is the whole server that is checked.

import type { Prng } from '../src/base/prng.ts';
import {
  COMMAND_CANCEL,
  COMMAND_MASS_CANCEL,
  COMMAND_NEW,
  COMMAND_REPLACE,
} from '../src/core/codes.ts';
import { C_REQUEST } from '../src/core/command-slot.ts';
import {
  ConsumerFrameDecoder,
  encodeConsumerHeartbeat,
  encodeSubscribe,
  encodeUnsubscribe,
} from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import {
  type ClientCommand,
  ClientFrameDecoder,
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../src/wire/order-entry.ts';

/** No single changed byte makes another session's token of one. */
export function tokenOf(session: number): string {
  return `token-${session}-${session}`;
}

/** A logon that wants only the reports that come from now on. */
export function logonOf(session: number): Uint8Array {
  return encodeLogon({
    versionMin: kinds.WIRE_VERSION,
    versionMax: kinds.WIRE_VERSION,
    token: tokenOf(session),
    nextReport: Number.MAX_SAFE_INTEGER,
    cancelOnDisconnect: false,
  });
}

export function frameOf(commands: readonly ClientCommand[]): Uint8Array {
  const words = new Int32Array(commands.length * WIRE_COMMAND_WORDS);
  commands.forEach((command, i) => {
    writeCommand(words, i * WIRE_COMMAND_WORDS, command);
  });
  return new CommandsEncoder().encode(words, 0, commands.length).slice();
}

/** Every message of order entry that a client sends, by name, of session and account `number`. */
export function orderEntryTemplates(number: number): Record<string, Uint8Array> {
  const account = number;
  const commands: ClientCommand[] = [
    {
      command: COMMAND_NEW,
      request: 1,
      account,
      instrument: 1,
      clOrdId: 5n,
      side: 1,
      price: 100,
      qty: 10,
      stp: 1,
    },
    { command: COMMAND_CANCEL, request: 2, account, clOrdId: 5n },
    { command: COMMAND_REPLACE, request: 3, account, origClOrdId: 5n, clOrdId: 6n, qty: 4 },
    { command: COMMAND_MASS_CANCEL, request: 4, account, instrument: 1, side: 0 },
  ];
  return {
    logon: logonOf(number),
    commands: frameOf(commands),
    heartbeat: encodeHeartbeat(),
    openOrders: encodeOpenOrders(77),
  };
}

/** The same for the feed. */
export function feedTemplates(): Record<string, Uint8Array> {
  return {
    subscribe: encodeSubscribe(1, kinds.CHANNEL_L2),
    unsubscribe: encodeUnsubscribe(1, kinds.CHANNEL_L3),
    heartbeat: encodeConsumerHeartbeat(),
  };
}

/** Every way to make one byte of `bytes` another: its place and what is flipped, 1 … 255. */
export function* changesOf(bytes: Uint8Array): Generator<readonly [at: number, change: number]> {
  for (let at = 0; at < bytes.length; at++) {
    for (let change = 1; change < 256; change++) yield [at, change];
  }
}

/** A copy in which one byte is another. */
export function changed(bytes: Uint8Array, at: number, change: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= change;
  return copy;
}

/** The same by chance. */
export function mutate(bytes: Uint8Array, prng: Prng): Uint8Array {
  return changed(bytes, prng.below(bytes.length), prng.between(1, 255));
}

/** Random bytes; a few look like a frame at first, a few are a template cut off. */
export function randomFrame(templates: readonly Uint8Array[], prng: Prng): Uint8Array {
  const template = prng.pick(templates);
  if (prng.chance(20)) return template.slice(0, prng.below(template.length));
  const bytes = Uint8Array.from({ length: prng.between(0, 200) }, () => prng.below(256));
  if (prng.chance(50)) bytes.set(template.slice(0, Math.min(bytes.length, prng.between(8, 40))));
  return bytes;
}

/** What the server owes to a frame. */
export interface Due {
  /** CLOSE_* code with which the connection is closed; 0: it stays open. */
  code: number;
  /** Requests that are answered, in the frame's order. */
  requests: readonly number[];
  /** Request of a list of open orders; 0: none. */
  question: number;
}

const decoder = new ClientFrameDecoder();
const tokens = new Set<string>();

/** Tells which tokens there are: those of sessions 1 … `sessions`. */
export function setSessions(sessions: number): void {
  for (let number = 1; number <= sessions; number++) tokens.add(tokenOf(number));
}

/** What is due to a frame of order entry. */
export function foretell(frame: Uint8Array, isLoggedOn: boolean): Due {
  const none = { requests: [], question: 0 };
  const code = decoder.decode(frame);
  if (code !== 0) return { code, ...none };
  const { logon } = decoder;
  if (!isLoggedOn) {
    if (logon === null) return { code: kinds.CLOSE_LOGON_FIRST, ...none };
    return { code: tokens.has(logon.token) ? 0 : kinds.CLOSE_BAD_TOKEN, ...none };
  }
  if (logon !== null) return { code: kinds.CLOSE_BAD_FRAME, ...none };
  if (decoder.kind === kinds.KIND_OPEN_ORDERS) {
    return { code, requests: [], question: decoder.request };
  }
  const { words, commandsAt, commandCount } = decoder;
  const requests = Array.from({ length: commandCount }, (_, i) => {
    return words[commandsAt + i * WIRE_COMMAND_WORDS + C_REQUEST]! >>> 0;
  });
  return { code, requests, question: 0 };
}

const consumerDecoder = new ConsumerFrameDecoder();

/** What is due to a frame of the feed: a close code, a refusal, or a snapshot. */
export function foretellFeed(frame: Uint8Array): {
  code: number;
  isRefused: boolean;
  isSnapshot: boolean;
} {
  const code = consumerDecoder.decode(frame);
  if (code !== 0) return { code, isRefused: false, isSnapshot: false };
  const { kind, instrument, channels } = consumerDecoder;
  const all = kinds.CHANNEL_L2 | kinds.CHANNEL_L3 | kinds.CHANNEL_TRADES;
  const isKnown = instrument === 1 && channels !== 0 && (channels & ~all) === 0;
  return {
    code,
    isRefused: kind !== kinds.FEED_HEARTBEAT && !isKnown,
    isSnapshot: kind === kinds.FEED_SUBSCRIBE && isKnown,
  };
}
