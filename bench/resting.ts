// npm run bench -- resting [--orders N]
// What a book of many resting orders takes: bytes of the core's state in use for each of them, and
// what the process has resident. A program that holds nothing but the core.

import {
  COMMAND_INSTRUMENT,
  COMMAND_NEW,
  SIDE_BUY,
  SIDE_SELL,
  STP_CANCEL_AGGRESSOR,
  TIF_GTC,
} from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { usedRegions } from '../src/core/memory-map.ts';
import { writeCommand } from '../src/core/plain.ts';
import { depth, stateHash } from '../src/core/views.ts';
import { grouped, type Outcome, runBench, wholeNumber } from './bench-run.ts';
import './inline-more.ts';

const INSTRUMENT = 1;
const ACCOUNTS = 16;
/** Price levels of a side, as many as a deep book has. */
const LEVELS = 1_000;
const MID = 100_000;
const WORD_BYTES = 4;

await runBench({
  name: 'resting',
  coresNeeded: 1,
  options: { orders: { type: 'string', default: '1000000' } },
  run({ orders: text }): Outcome {
    const orders = wholeNumber('orders', text, 1);
    if (orders > DEFAULT_LIMITS.orders) {
      throw new RangeError(`at most ${DEFAULT_LIMITS.orders} orders may rest`);
    }
    const core = createCore(DEFAULT_LIMITS, new EventBuffer(() => {}));
    const slot = new Int32Array(COMMAND_WORDS);
    writeCommand(slot, 0, { cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT });
    apply(core, slot, 0);
    const before = usedBytes(core.m);
    for (let i = 0; i < orders; i++) {
      writeOrder(slot, i);
      apply(core, slot, 0);
    }
    const bytesPerRestingOrder = Number(((usedBytes(core.m) - before) / orders).toFixed(1));
    globalThis.gc?.();
    const rssBytes = process.memoryUsage.rss();
    const resting = count(SIDE_BUY) + count(SIDE_SELL);
    const told = { orders: resting, bytesPerRestingOrder, rssBytes };
    const wrong = resting === orders ? [] : [`${resting} orders rest, not ${orders}`];
    const lines = [
      `${grouped(orders)} orders: ${bytesPerRestingOrder} bytes each, ` +
        `${(rssBytes / 1e6).toFixed(0)} MB resident`,
    ];
    const results = { resting, hash: stateHash(core) };
    return { told, lines, results, wrong, seed: null, wait: 'none' };

    function count(side: number): number {
      const levels = depth(core, INSTRUMENT, side, LEVELS);
      return levels.reduce((sum, [, , many]) => sum + many, 0);
    }
  },
});

/** Buys below the mid and sells above it in turn, spread over all levels. */
function writeOrder(slot: Int32Array, i: number): void {
  const side = i % 2 === 0 ? SIDE_BUY : SIDE_SELL;
  const away = 1 + ((i >> 1) % LEVELS);
  writeCommand(slot, 0, {
    cmd: COMMAND_NEW,
    instrument: INSTRUMENT,
    account: 1 + (i % ACCOUNTS),
    clOrdId: i + 1,
    side,
    type: 0,
    tif: TIF_GTC,
    postOnly: false,
    stp: STP_CANCEL_AGGRESSOR,
    qty: 1 + (i % 100),
    price: side === SIDE_BUY ? MID - away : MID + away,
  });
}

function usedBytes(m: Int32Array): number {
  const regions = usedRegions(m);
  let words = 0;
  for (let i = 0; i < regions.length; i += 2) words += regions[i + 1]! - regions[i]!;
  return words * WORD_BYTES;
}
