// Whether the core makes garbage: applies millions of commands and counts collections and heap
// growth. Needs node --expose-gc. The commands are a stretch of synthetic order flow, recorded as
// slots first and then applied again and again to the emptied core.

import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { COMMAND_INSTRUMENT } from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, clearCore, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';

const RECORDED = 250_000;
const INSTRUMENT = 1;

const { values } = parseArgs({
  options: { commands: { type: 'string', default: '5000000' } },
});
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run it as node --expose-gc');

const flow = new OrderFlow({
  seed: 1,
  instrument: INSTRUMENT,
  accounts: 8,
  firstPrice: 10_000,
  ordersAimedAt: 2_000,
});
let isRecording = true;
const events = new EventBuffer((slots, at) => {
  if (isRecording) flow.read(readEvent(slots, at));
});
const core = createCore(DEFAULT_LIMITS, events);
const slots = new Int32Array((RECORDED + 1) * COMMAND_WORDS);

for (let i = 0; i <= RECORDED; i++) {
  const command: Command =
    i === 0 ? { cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT } : flow.next();
  writeCommand(slots, i * COMMAND_WORDS, command);
  apply(core, slots, i * COMMAND_WORDS);
  events.drain();
}
isRecording = false;

function replayOnce(): void {
  clearCore(core);
  for (let i = 0; i <= RECORDED; i++) apply(core, slots, i * COMMAND_WORDS);
  events.drain();
}

let majorGcs = 0;
let minorGcs = 0;
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const kind = (entry as unknown as { detail: { kind: number } }).detail.kind;
    if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) majorGcs += 1;
    else minorGcs += 1;
  }
});

// Warm: compiled code and feedback are not garbage of the steady state.
for (let i = 0; i < 4; i++) replayOnce();
collect();
await nextTurn();
const heapBefore = process.memoryUsage().heapUsed;
observer.observe({ entryTypes: ['gc'] });
const rounds = Math.ceil(Number(values.commands) / RECORDED);
for (let i = 0; i < rounds; i++) replayOnce();
await nextTurn();
await nextTurn();
observer.disconnect();
const heapGrowthBytes = process.memoryUsage().heapUsed - heapBefore;
process.stdout.write(
  `${JSON.stringify({ commands: rounds * RECORDED, majorGcs, minorGcs, heapGrowthBytes })}\n`,
);
