// Times the wire's encoders and decoders alone, without sockets: reports and commands a second, by
// how many are in a frame. What is decoded is judged and copied to a slot, as the server does.

import { parseArgs } from 'node:util';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { FeedEncoder } from '../src/wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS } from '../src/wire/feed-layout.ts';
import { createFeedHead } from '../src/wire/feed-records.ts';
import { FEED_UPDATE } from '../src/wire/frame-kinds.ts';
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
} from '../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';

const FRAME_SIZES = [1, 8, 64, 512];
const PASSES = 5;

const { values } = parseArgs({
  options: { records: { type: 'string', default: '4000000' } },
});
const recordsAimedAt = Number(values.records);

/** Median over the passes of records a second; the first pass warms up. `run` does one frame. */
function rate(perFrame: number, run: () => void): string {
  const frames = Math.ceil(recordsAimedAt / perFrame / 4);
  const rates: number[] = [];
  for (let pass = 0; pass <= PASSES; pass++) {
    const begin = performance.now();
    for (let i = 0; i < frames; i++) run();
    if (pass > 0) rates.push((frames * perFrame * 1_000) / (performance.now() - begin));
  }
  rates.sort((a, b) => a - b);
  return `${(rates[PASSES >> 1]! / 1e6).toFixed(1)} M/s`.padStart(12);
}

const server = new ServerFrameEncoder();
const client = new CommandsEncoder();
const fromClient = new ClientFrameDecoder();
const fromServer = new ServerFrameDecoder();
const feed = new FeedEncoder();
const head = createFeedHead(FEED_UPDATE);
const reports = new Int32Array(512 * REPORT_WORDS).fill(1);
const levels = { words: new Int32Array(512 * LEVEL_WORDS).fill(1), at: 0, count: 0 };
const orders = { words: new Int32Array(512 * ORDER_WORDS).fill(1), at: 0, count: 0 };
const commands = new Int32Array(512 * WIRE_COMMAND_WORDS);
const slots = new Int32Array(512 * COMMAND_WORDS);
for (let i = 0; i < 512; i++) {
  const order = { command: 1, request: i + 1, account: 1, instrument: 1, side: i & 1 } as const;
  const terms = { clOrdId: BigInt(i + 1), price: 100 + i, qty: 10 };
  writeCommand(commands, i * WIRE_COMMAND_WORDS, { ...order, ...terms });
}
let refused = 0;
let bytes = 0;

function takeCommands(frame: Uint8Array): void {
  if (fromClient.decode(frame) !== 0) throw new Error('a good frame');
  const { words, commandsAt, commandCount } = fromClient;
  for (let i = 0; i < commandCount; i++) {
    const at = commandsAt + i * WIRE_COMMAND_WORDS;
    if (judgeCommand(words, at) === 0) copyCommand(words, at, slots, i * COMMAND_WORDS);
    else refused += 1;
  }
}

function takeReports(frame: Uint8Array): void {
  if (fromServer.decode(frame) !== 0) throw new Error('a good frame');
  for (let i = 0; i < fromServer.reportCount; i++) {
    if (readReport(fromServer.words, fromServer.reportsAt + i * REPORT_WORDS).end) refused += 1;
  }
}

const benches: [string, (count: number) => () => void][] = [
  ['encode reports', (n) => () => (bytes += server.reports(reports, 0, n).length)],
  ['encode commands', (n) => () => (bytes += client.encode(commands, 0, n).length)],
  [
    'decode commands to slots',
    (n) => {
      const frame = client.encode(commands, 0, n).slice();
      return () => takeCommands(frame);
    },
  ],
  [
    'decode reports to objects',
    (n) => {
      const frame = server.reports(reports, 0, n).slice();
      return () => takeReports(frame);
    },
  ],
  [
    'encode feed updates',
    (n) => {
      levels.count = n;
      orders.count = n;
      return () => (bytes += feed.encode(head, levels, orders, null).length);
    },
  ],
];

process.stdout.write(`${'records in a frame'.padEnd(26)}`);
for (const size of FRAME_SIZES) process.stdout.write(String(size).padStart(12));
process.stdout.write('\n');
for (const [name, make] of benches) {
  process.stdout.write(name.padEnd(26));
  for (const size of FRAME_SIZES) process.stdout.write(rate(size, make(size)));
  process.stdout.write('\n');
}
if (refused > 0 || bytes === 0) throw new Error('something was refused');
