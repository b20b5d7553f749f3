// The image of a state, and what is told of a state to those who did not see it come about.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import { instrumentEvents } from '../src/core/instrument-events.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { seedOrders } from '../src/core/seed-orders.ts';
import * as snapshot from '../src/core/snapshot.ts';
import { stateHash } from '../src/core/views.ts';
import { CoreBench } from './core-bench.ts';

function busy(): CoreBench {
  const bench = new CoreBench({}, [1, 2]);
  for (let i = 0; i < 30; i++) {
    bench.buy({ account: 7 + (i % 3), price: 100 + 70 * i, qty: 5 + i, tif: codes.TIF_DAY });
    bench.sell({ account: 9 - (i % 3), price: 5_000 + i, qty: 3 });
  }
  bench.apply({ cmd: codes.COMMAND_PHASE, instrument: 2, phase: codes.PHASE_AUCTION });
  return bench;
}

function imageOf({ core }: CoreBench): Int32Array {
  return Int32Array.from(snapshot.stateImage(core.m).flatMap((part) => [...part]));
}

test('an image should bring back the whole state', () => {
  const bench = busy();
  const { core } = new CoreBench({}, []);
  snapshot.restoreState(core.m, imageOf(bench));
  expect(core.m.findIndex((word, i) => word !== bench.core.m[i])).toBe(-1);
  expect(stateHash(core)).toBe(stateHash(bench.core));
  expect(snapshot.lastSequence(core)).toEqual(snapshot.lastSequence(bench.core));
  expect(snapshot.clock(core)).toEqual(snapshot.clock(bench.core));
});

test('an image that is cut, or has something behind it, should be refused', () => {
  const image = imageOf(busy());
  const { m } = new CoreBench({}, []).core;
  expect(() => snapshot.restoreState(m, image.subarray(0, -1))).toThrow('an image has all words');
  expect(() => snapshot.restoreState(m, Int32Array.of(...image, 0))).toThrow('nothing else');
});

test('the highest clOrdIds should be told of each account', () => {
  const bench = busy();
  const before = [...snapshot.highestClOrdIds(bench.core)];
  expect(before.filter((_, i) => i % 3 === 0).sort()).toEqual([7, 8, 9]);
  bench.buy({ account: 8, clOrdId: 2 ** 33 + 5, price: 1, qty: 1 });
  const words = [...snapshot.highestClOrdIds(bench.core)];
  const at = 3 * words.filter((_, i) => i % 3 === 0).indexOf(8);
  expect(words.slice(at, at + 3)).toEqual([8, 5, 2]);
  expect(words[at + 1]).not.toBe(before[at + 1]);
});

test('instruments should be told with their phases, in order', () => {
  const slots = instrumentEvents(busy().core);
  const events = Array.from({ length: slots.length / EVENT_WORDS }, (_, i) =>
    readEvent(slots, i * EVENT_WORDS),
  );
  const told = events.map((event) => [event.evt, (event as { instrument?: number }).instrument]);
  expect(told).toEqual([
    [codes.EVENT_INSTRUMENT, 1],
    [codes.EVENT_PHASE, 1],
    [codes.EVENT_INSTRUMENT, 2],
    [codes.EVENT_PHASE, 2],
  ]);
});

test('resting orders should be told in queue order, bids then asks, with what they show', () => {
  const bench = new CoreBench({}, [3]);
  bench.buy({ instrument: 3, price: 100, qty: 9 });
  bench.sell({ instrument: 3, price: 120, qty: 8, displayQty: 2 });
  bench.buy({ instrument: 3, price: 101, qty: 7 });
  expect(seedOrders(bench.core, 3).map((words) => [...words])).toEqual([
    [3, codes.SIDE_BUY, 3, 0, 101, 7, 7, 3, codes.SIDE_BUY, 1, 0, 100, 9, 9],
    [3, codes.SIDE_SELL, 2, 0, 120, 8, 2],
  ]);
});
