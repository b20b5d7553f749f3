// What the views of a core tell beside books, and what they depend on.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { clearCore } from '../src/core/engine.ts';
import { usedRegions } from '../src/core/memory-map.ts';
import { queuedStops, stateHash, waitingStops } from '../src/core/views.ts';
import { CoreBench } from './core-bench.ts';

const { SIDE_BUY, SIDE_SELL, TYPE_STOP, TYPE_STOP_LIMIT } = codes;

describe('stops that wait', () => {
  const bench = new CoreBench();
  bench.buy({ account: 1, price: 100, qty: 1 });
  bench.sell({ account: 2, price: 100, qty: 1 });
  bench.buy({ account: 3, qty: 4, type: TYPE_STOP, stopPrice: 120 });
  bench.buy({ account: 3, qty: 5, type: TYPE_STOP_LIMIT, price: 130, stopPrice: 110 });
  bench.buy({ account: 4, qty: 6, type: TYPE_STOP, stopPrice: 110 });
  bench.sell({ account: 5, qty: 7, type: TYPE_STOP, stopPrice: 80 });
  bench.sell({ account: 5, qty: 8, type: TYPE_STOP, stopPrice: 90 });
  const told = (stops: ReturnType<typeof waitingStops>) =>
    stops.map(({ orderId, stopPrice, leaves }) => [orderId, stopPrice, leaves]);

  test('should be told, the first to be triggered first', () => {
    expect(told(waitingStops(bench.core, 1, SIDE_BUY))).toEqual([
      [4, 110, 5],
      [5, 110, 6],
      [3, 120, 4],
    ]);
    expect(told(waitingStops(bench.core, 1, SIDE_SELL))).toEqual([
      [7, 90, 8],
      [6, 80, 7],
    ]);
    expect(waitingStops(bench.core, 1, SIDE_SELL)[1]).toMatchObject({ account: 5, clOrdId: 6 });
    expect(queuedStops(bench.core, 1)).toEqual([]);
  });

  test('should be told as queued once they are, in order', () => {
    bench.apply({ cmd: codes.COMMAND_PHASE, instrument: 1, phase: codes.PHASE_AUCTION });
    bench.sell({ account: 6, qty: 9, type: TYPE_STOP, stopPrice: 100 });
    bench.buy({ account: 6, qty: 2, type: TYPE_STOP, stopPrice: 99 });
    expect(told(queuedStops(bench.core, 1))).toEqual([
      [8, 100, 9],
      [9, 99, 2],
    ]);
    expect(waitingStops(bench.core, 1, SIDE_BUY)).toHaveLength(3);
    expect(waitingStops(bench.core, 1, SIDE_SELL)).toHaveLength(2);
  });
});

/** A core with something of everything in it: books, stops, icebergs, day orders, an auction. */
function busy(limits: { accounts: number }): CoreBench {
  const bench = new CoreBench(limits, [1, 2]);
  for (let i = 0; i < 40; i++) {
    const terms = { account: 1 + (i % 3), qty: 20 + i, stp: codes.STP_NONE };
    bench.buy({ ...terms, price: 1_000 + 70 * i, displayQty: 3, tif: codes.TIF_DAY });
    bench.sell({ ...terms, price: 5_000 + 70 * i });
    bench.sell({ ...terms, type: TYPE_STOP, stopPrice: 900 - i });
    if (i === 20) {
      bench.apply({ cmd: codes.COMMAND_PHASE, instrument: 1, phase: codes.PHASE_AUCTION });
    }
    bench.sell({ ...terms, price: 1_000 + 90 * i });
  }
  bench.apply({ cmd: codes.COMMAND_KILL, killedSession: 77 });
  return bench;
}

describe('a state', () => {
  test('should lie in its used regions, and nowhere else', () => {
    const { m } = busy({ accounts: 4 }).core;
    const regions = usedRegions(m);
    expect(regions).toEqual(regions.toSorted((a, b) => a - b));
    const outside = m.slice();
    for (let i = 0; i < regions.length; i += 2) outside.fill(0, regions[i], regions[i + 1]);
    expect(outside.some((word) => word !== 0)).toBe(false);
    // Each holds something: none is told too short.
    for (let i = 0; i < regions.length; i += 2) {
      const words = m.subarray(regions[i], regions[i + 1]);
      expect(words.some((word) => word !== 0)).toBe(true);
    }
  });

  test('should be that of a new core once it is cleared', () => {
    const { core } = busy({ accounts: 4 });
    clearCore(core);
    const fresh = new CoreBench({ accounts: 4 }, []).core;
    expect(core.m.findIndex((word, i) => word !== fresh.m[i])).toBe(-1);
    expect(stateHash(core)).toBe(stateHash(fresh));
  });

  test('should have the same hash when its accounts are all there may be', () => {
    expect(busy({ accounts: 3 }).hash()).toBe(busy({ accounts: 9 }).hash());
  });

  test('should keep its hash from one version to the next: users compare them', () => {
    expect(busy({ accounts: 4 }).hash()).toBe('2b49fcaf4fd99875');
  });
});
