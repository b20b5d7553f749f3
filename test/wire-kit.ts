// One frame of each kind, and words for random tests.

import {
  COMMAND_CANCEL,
  COMMAND_KILL,
  COMMAND_MASS_CANCEL,
  COMMAND_NEW,
  COMMAND_PHASE,
  COMMAND_REPLACE,
} from '../src/core/codes.ts';
import * as feed from '../src/wire/feed.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from '../src/wire/feed-layout.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import * as oe from '../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';

/** One command of each kind that a client or an operator may send. */
export const COMMANDS: readonly oe.ClientCommand[] = [
  {
    command: COMMAND_NEW,
    request: 1,
    account: 7,
    instrument: 1,
    clOrdId: 5n,
    side: 1,
    price: 100,
    qty: 10,
    stp: 4,
  },
  { command: COMMAND_CANCEL, request: 2, account: 7, clOrdId: 5n },
  { command: COMMAND_REPLACE, request: 3, account: 7, origClOrdId: 5n, clOrdId: 6n, qty: 4 },
  { command: COMMAND_MASS_CANCEL, request: 4, account: 7, instrument: 1, side: 0 },
  { command: COMMAND_PHASE, request: 5, instrument: 1, phase: 2 },
  { command: COMMAND_KILL, request: 6, account: 7, lift: true },
  { command: COMMAND_KILL, request: 7, session: 3, lift: false },
];

export function commandWords(commands: readonly oe.ClientCommand[]): Int32Array {
  const words = new Int32Array(commands.length * oe.WIRE_COMMAND_WORDS);
  commands.forEach((command, i) => {
    oe.writeCommand(words, i * oe.WIRE_COMMAND_WORDS, command);
  });
  return words;
}

/** `count` records whose words count upward, all small, so that every 64-bit number is exact. */
export function countingWords(count: number, recordWords: number): Int32Array {
  return Int32Array.from({ length: count * recordWords }, (_, i) => i + 1);
}

export const INSTRUMENTS: readonly feed.InstrumentFacts[] = [
  {
    ...{ number: 1, symbol: 'ACME', tickSize: '0.01', lotSize: '1', phase: 3 },
    ...{ referencePrice: 99, priceBandBps: 500, haltNs: 2 ** 53 - 1, auctionNs: 1 },
  },
  {
    ...{ number: 2, symbol: 'ÉTÉ', tickSize: '1', lotSize: '100', phase: 5 },
    ...{ referencePrice: 0, priceBandBps: 0, haltNs: 0, auctionNs: 0 },
  },
];

export const WELCOME: oe.Welcome = {
  version: 1,
  session: 3,
  credits: 4096,
  heartbeatMs: 1000,
  commandsPerFrameMax: 1024,
  nextReport: 17,
  reportsLost: true,
  accounts: [
    { number: 7, name: 'alpha', highestClOrdId: 2n ** 64n - 1n },
    { number: 8, name: 'β', highestClOrdId: 0n },
  ],
  instruments: INSTRUMENTS,
  isOperator: true,
};

export const LOGON: oe.Logon = {
  versionMin: 1,
  versionMax: 3,
  token: 'secret-ключ',
  nextReport: 2 ** 40,
  cancelOnDisconnect: true,
};

export const DEFINITION: oe.Definition = {
  request: 9,
  number: 3,
  symbol: 'NEW',
  tickSize: '0.05',
  lotSize: '10',
  referencePrice: 200,
  priceBandBps: 500,
  haltNs: 2 ** 53 - 1,
  auctionNs: 2 ** 33 + 1,
};

/** Frames of order entry by name; each a copy. */
export function orderEntryFrames(): Record<string, Uint8Array> {
  const server = new oe.ServerFrameEncoder();
  const reports = countingWords(2, REPORT_WORDS);
  return {
    logon: oe.encodeLogon(LOGON),
    commands: new oe.CommandsEncoder().encode(commandWords(COMMANDS), 0, COMMANDS.length).slice(),
    heartbeat: oe.encodeHeartbeat(),
    openOrders: oe.encodeOpenOrders(77),
    define: oe.encodeDefinition(DEFINITION),
    welcome: oe.encodeWelcome(WELCOME),
    instruments: oe.encodeInstrumentChanges(INSTRUMENTS),
    reports: server.reports(reports, 0, 2).slice(),
    refusals: server.refusals(countingWords(2, 2), 0, 2).slice(),
    openOrderList: server.openOrders(reports, 0, 1, 77, 2 ** 33, true).slice(),
  };
}

/** About no instrument of its head. */
function isList(kind: number): boolean {
  return kind === kinds.FEED_INSTRUMENTS || kind === kinds.FEED_DEFINED;
}

export function feedHead(kind: number): feed.FeedHead {
  return {
    kind,
    epoch: 2 ** 41 + 5,
    sequence: 2 ** 32 + 6,
    commandSequence: 2 ** 32 + 7,
    timeLow: -8,
    timeHigh: 9,
    instrument: isList(kind) ? 0 : 1,
    channels: isList(kind) ? 0 : kinds.CHANNEL_L2 | kinds.CHANNEL_L3,
    isLast: kind !== kinds.FEED_SNAPSHOT,
    reason: kind === kinds.FEED_REFUSED ? kinds.REFUSED_TOO_MANY : 0,
  };
}

/** Frames of the feed by name; each a copy. */
export function feedFrames(): Record<string, Uint8Array> {
  const encoder = new feed.FeedEncoder();
  const records = (count: number, recordWords: number): feed.Records => ({
    words: countingWords(count, recordWords),
    at: 0,
    count,
  });
  const levels = records(2, LEVEL_WORDS);
  const orders = records(2, ORDER_WORDS);
  const trades = records(1, TRADE_WORDS);
  const phases = records(1, PHASE_WORDS);
  const indicatives = records(1, INDICATIVE_WORDS);
  const encode = (
    kind: number,
    ...sorts: [feed.Records | null, feed.Records | null, feed.Records | null]
  ): Uint8Array => {
    const hasStatus = sorts.some((sort) => sort !== null);
    const status = hasStatus ? ([phases, indicatives] as const) : [];
    return encoder.encode(feedHead(kind), ...sorts, ...status).slice();
  };
  return {
    subscribe: feed.encodeSubscribe(1, kinds.CHANNEL_L2),
    unsubscribe: feed.encodeUnsubscribe(2, kinds.CHANNEL_TRADES),
    consumerHeartbeat: feed.encodeConsumerHeartbeat(),
    snapshot: encode(kinds.FEED_SNAPSHOT, levels, orders, null),
    update: encode(kinds.FEED_UPDATE, levels, orders, trades),
    feedHeartbeat: encode(kinds.FEED_HEARTBEAT, null, null, null),
    refused: encode(kinds.FEED_REFUSED, null, null, null),
    instruments: feed.encodeInstruments(feedHead(kinds.FEED_INSTRUMENTS), INSTRUMENTS),
    defined: feed.encodeInstruments(feedHead(kinds.FEED_DEFINED), [INSTRUMENTS[1]!]),
  };
}

/** A decoder of either protocol and either side. */
export interface AnyDecoder {
  decode(message: Uint8Array): number;
}

export function allDecoders(): Record<string, AnyDecoder> {
  return {
    client: new oe.ClientFrameDecoder(),
    server: new oe.ServerFrameDecoder(),
    consumer: new feed.ConsumerFrameDecoder(),
    publisher: new feed.FeedDecoder(),
  };
}
