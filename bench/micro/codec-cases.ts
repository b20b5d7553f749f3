// Encoders and decoders of the wire, without sockets: what is decoded is judged and copied to a
// slot, as the server does.

import { COMMAND_WORDS } from '../../src/core/command-slot.ts';
import { FeedEncoder } from '../../src/wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS } from '../../src/wire/feed-layout.ts';
import { createFeedHead } from '../../src/wire/feed-records.ts';
import { FEED_UPDATE } from '../../src/wire/frame-kinds.ts';
import {
  ClientFrameDecoder,
  CommandsEncoder,
  copyCommand,
  judgeCommand,
  readReport,
  ServerFrameDecoder,
  ServerFrameEncoder,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../../src/wire/report-layout.ts';
import type { MicroCase } from './micro-case.ts';

const SIZES = [1, 64, 512];
const RECORDS_MAX = 512;

const server = new ServerFrameEncoder();
const client = new CommandsEncoder();
const fromClient = new ClientFrameDecoder();
const fromServer = new ServerFrameDecoder();
const feed = new FeedEncoder();
const head = createFeedHead(FEED_UPDATE);
const reports = new Int32Array(RECORDS_MAX * REPORT_WORDS).fill(1);
const levels = { words: new Int32Array(RECORDS_MAX * LEVEL_WORDS).fill(1), at: 0, count: 0 };
const orders = { words: new Int32Array(RECORDS_MAX * ORDER_WORDS).fill(1), at: 0, count: 0 };
const commands = new Int32Array(RECORDS_MAX * WIRE_COMMAND_WORDS);
const slots = new Int32Array(RECORDS_MAX * COMMAND_WORDS);
for (let i = 0; i < RECORDS_MAX; i++) {
  const order = { command: 1, request: i + 1, account: 1, instrument: 1, side: i & 1 } as const;
  const terms = { clOrdId: BigInt(i + 1), price: 100 + i, qty: 10 };
  writeCommand(commands, i * WIRE_COMMAND_WORDS, { ...order, ...terms });
}

export function codecCases(): MicroCase[] {
  return SIZES.flatMap((size) => [
    caseOf('encode reports', size, () => hasBytes(server.reports(reports, 0, size))),
    caseOf('encode commands', size, () => hasBytes(client.encode(commands, 0, size))),
    decodeCommands(size),
    decodeReports(size),
    caseOf('encode feed updates', size, () => {
      levels.count = size;
      orders.count = size;
      hasBytes(feed.encode(head, levels, orders, null));
    }),
  ]);
}

function caseOf(name: string, perCall: number, run: () => void): MicroCase {
  return { name: `${name}, ${perCall} a frame`, perCall, run };
}

function decodeCommands(size: number): MicroCase {
  const frame = client.encode(commands, 0, size).slice();
  return caseOf('decode commands to slots', size, () => {
    if (fromClient.decode(frame) !== 0) throw new Error('a good frame');
    const { words, commandsAt, commandCount } = fromClient;
    for (let i = 0; i < commandCount; i++) {
      const at = commandsAt + i * WIRE_COMMAND_WORDS;
      if (judgeCommand(words, at) !== 0) throw new Error('a good command');
      copyCommand(words, at, slots, i * COMMAND_WORDS);
    }
  });
}

function decodeReports(size: number): MicroCase {
  const frame = server.reports(reports, 0, size).slice();
  return caseOf('decode reports to objects', size, () => {
    if (fromServer.decode(frame) !== 0) throw new Error('a good frame');
    for (let i = 0; i < fromServer.reportCount; i++) {
      const at = fromServer.reportsAt + i * REPORT_WORDS;
      if (readReport(fromServer.words, at).end) throw new Error('no report is the last');
    }
  });
}

function hasBytes(frame: Uint8Array): void {
  if (frame.length === 0) throw new Error('an empty frame');
}
