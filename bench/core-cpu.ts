// Times the core over a MEWL file: one untimed pass that checks the results and learns what each
// replace's total has to be, more untimed passes to warm up, then timed ones, the median of which
// is printed. Same instance throughout; the ramp is never timed. Nothing of the core is switched
// off: accounts, ids, self-trade checks, events written to the event buffer.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  COMMAND_INSTRUMENT,
  COMMAND_REPLACE,
  EVENT_TRADE,
  SIDE_BUY,
  SIDE_SELL,
} from '../src/core/codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_ORIG_HIGH,
  C_ORIG_LOW,
  C_QTY,
  COMMAND_WORDS,
  HEAD_COMMAND_MASK,
} from '../src/core/command-slot.ts';
import type { Core } from '../src/core/core.ts';
import { apply, clearCore, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import {
  E_HEAD,
  E_ORDER_LOW,
  E_OTHER_ORDER_LOW,
  E_PRICE,
  E_QTY,
  EVENT_TYPE_MASK,
} from '../src/core/event-slot.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { O_LEAVES, O_QTY } from '../src/core/memory-layout.ts';
import { findLink } from '../src/core/order-index.ts';
import { writeCommand } from '../src/core/plain.ts';
import { restingOrders } from '../src/core/views.ts';
import './inline-more.ts';
import { MEWL_INSTRUMENT, readMewl } from './mewl-commands.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The loop that is timed. Its closure makes core and slots constants for V8's optimizing compiler,
 * as they are in the matching thread.
 */
function makeRun(core: Core, slots: Int32Array): (from: number, to: number) => void {
  return (from, to) => {
    for (let i = from; i < to; i++) apply(core, slots, i * COMMAND_WORDS);
  };
}

const { values } = parseArgs({
  options: {
    workload: { type: 'string' },
    passes: { type: 'string', default: '5' },
    warmups: { type: 'string', default: '2' },
  },
});
if (values.workload === undefined) throw new Error('--workload FILE is needed');

const commands = readMewl(values.workload);
const { slots, count, ramp, idOfOrder } = commands;
let trades = 0;
let tradedQty = 0;
let tradeHash = FNV_OFFSET | 0;
let isChecking = true;
const events = new EventBuffer((e, at) => {
  if (!isChecking || (e[at + E_HEAD]! & EVENT_TYPE_MASK) !== EVENT_TRADE) return;
  trades += 1;
  tradedQty += e[at + E_QTY]!;
  for (const word of [
    idOfOrder[e[at + E_OTHER_ORDER_LOW]!]!,
    idOfOrder[e[at + E_ORDER_LOW]!]!,
    e[at + E_PRICE]!,
    e[at + E_QTY]!,
  ]) {
    tradeHash = Math.imul(tradeHash ^ word, FNV_PRIME);
  }
}, 4096);
const core = createCore(DEFAULT_LIMITS, events);

function defineInstrument(): void {
  const slot = new Int32Array(COMMAND_WORDS);
  writeCommand(slot, 0, { cmd: COMMAND_INSTRUMENT, instrument: MEWL_INSTRUMENT });
  apply(core, slot, 0);
}

/** A replace names a total: what was filled and what shall be open. */
function addFilled(at: number): void {
  if ((slots[at + C_HEAD]! & HEAD_COMMAND_MASK) !== COMMAND_REPLACE) return;
  const m = core.m;
  const order =
    m[findLink(m, slots[at + C_ACCOUNT]!, slots[at + C_ORIG_LOW]!, slots[at + C_ORIG_HIGH]!)]!;
  slots[at + C_QTY]! += m[order + O_QTY]! - m[order + O_LEAVES]!;
}

function bookHash(): number {
  let hash = FNV_OFFSET | 0;
  for (const side of [SIDE_BUY, SIDE_SELL]) {
    for (const order of restingOrders(core, MEWL_INSTRUMENT, side)) {
      for (const word of [idOfOrder[order.orderId]!, order.price, order.leaves]) {
        hash = Math.imul(hash ^ word, FNV_PRIME);
      }
    }
  }
  return hash >>> 0;
}

const run = makeRun(core, slots);

function timedPass(): number {
  clearCore(core);
  defineInstrument();
  run(0, ramp);
  events.drain();
  const start = BigInt(Math.round((process.cpuUsage().user + process.cpuUsage().system) * 1000));
  run(ramp, count);
  return (
    (count - ramp) /
    (Number(
      BigInt(Math.round((process.cpuUsage().user + process.cpuUsage().system) * 1000)) - start,
    ) /
      1e9)
  );
}

defineInstrument();
for (let i = 0; i < count; i++) {
  addFilled(i * COMMAND_WORDS);
  apply(core, slots, i * COMMAND_WORDS);
  events.drain();
}
const got = { trades, tradedQty, tradeHash: tradeHash >>> 0, bookHash: bookHash() };
isChecking = false;
for (let i = 0; i < Number(values.warmups); i++) timedPass();
const rates = Array.from({ length: Number(values.passes) }, timedPass).sort((a, b) => a - b);
const messagesPerSecond = Math.round(rates[rates.length >> 1]!);
const expected = JSON.parse(readFileSync(`${values.workload}.expected.json`, 'utf8'));
const isEqual =
  got.trades === expected.trades &&
  got.tradedQty === expected.tradedQty &&
  got.tradeHash === expected.tradeHash &&
  got.bookHash === expected.final.bookHash;
process.stdout.write(
  `${JSON.stringify({ messagesPerSecond, rates: rates.map(Math.round), ...got, isEqual })}\n`,
);
process.exitCode = isEqual ? 0 : 1;
