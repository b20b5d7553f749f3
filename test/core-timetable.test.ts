// Timetables of several instruments, and when the next transition of all is due.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { nextDueNs, phaseOf } from '../src/core/views.ts';
import { CoreBench } from './core-bench.ts';

const INSTRUMENTS = [1, 2, 3];
const { PHASE_AUCTION, PHASE_CLOSED, PHASE_CONTINUOUS, PHASE_HALTED } = codes;

/** Three instruments, halted by their bands: to auction 30, 10, 20 ns later, 5 ns long. */
function halted(time = 0n): CoreBench {
  const bench = new CoreBench({}, []);
  for (const instrument of INSTRUMENTS) {
    const haltNs = [30, 10, 20][instrument - 1]!;
    const terms = { referencePrice: 100, priceBandBps: 1_000, haltNs, auctionNs: 5 };
    bench.apply({ cmd: codes.COMMAND_INSTRUMENT, instrument, ...terms });
    bench.sell({ account: 1, instrument, price: 120, qty: 1, time });
    bench.buy({ account: 2, instrument, price: 120, qty: 1 });
  }
  expect(phases(bench)).toEqual([PHASE_HALTED, PHASE_HALTED, PHASE_HALTED]);
  return bench;
}

function phases(bench: CoreBench): number[] {
  return INSTRUMENTS.map((instrument) => phaseOf(bench.core, instrument));
}

/** The instruments that change their phase at a time. */
function changesAt(bench: CoreBench, time: bigint): number[] {
  const events = bench.apply({ cmd: codes.COMMAND_TIME, time });
  return events.flatMap((event) => (event.evt === codes.EVENT_PHASE ? [event.instrument] : []));
}

test('R6.8 a timetable that an operator has ended should leave nothing in the state', () => {
  const hashes = [0n, 1n, 2n ** 40n].map((begun) => {
    const bench = halted(begun);
    for (const instrument of INSTRUMENTS) {
      bench.apply({ cmd: codes.COMMAND_PHASE, instrument, phase: PHASE_CONTINUOUS });
    }
    bench.apply({ cmd: codes.COMMAND_TIME, time: 2n ** 50n });
    return bench.hash();
  });
  expect(new Set(hashes).size).toBe(1);
});

describe('R6.9 the next transition due', () => {
  test('should be the first of all instruments, until none is', () => {
    const bench = halted();
    const dues: (bigint | undefined)[] = [];
    const changes: number[][] = [];
    for (let due = nextDueNs(bench.core); due !== undefined; due = nextDueNs(bench.core)) {
      dues.push(due);
      expect(changesAt(bench, due - 1n)).toEqual([]);
      changes.push(changesAt(bench, due));
    }
    expect(dues).toEqual([10n, 15n, 20n, 25n, 30n, 35n]);
    expect(changes).toEqual([[2], [2], [3], [3], [1], [1]]);
    expect(phases(bench)).toEqual([PHASE_CONTINUOUS, PHASE_CONTINUOUS, PHASE_CONTINUOUS]);
  });

  test.each([
    [1, [10n, 15n, 20n, 25n]],
    [2, [20n, 25n, 30n, 35n]],
    [3, [10n, 15n, 30n, 35n]],
  ])('should be the others’ when an operator ends the timetable of %i', (instrument, expected) => {
    const bench = halted();
    bench.apply({ cmd: codes.COMMAND_PHASE, instrument, phase: PHASE_CLOSED });
    const dues: bigint[] = [];
    for (let due = nextDueNs(bench.core); due !== undefined; due = nextDueNs(bench.core)) {
      dues.push(due);
      changesAt(bench, due);
    }
    expect(dues).toEqual(expected);
    expect(phaseOf(bench.core, instrument)).toBe(PHASE_CLOSED);
  });

  test('should be none when an operator has ended all timetables', () => {
    const bench = halted();
    for (const instrument of INSTRUMENTS) {
      expect(nextDueNs(bench.core)).not.toBe(undefined);
      bench.apply({ cmd: codes.COMMAND_PHASE, instrument, phase: PHASE_AUCTION });
    }
    expect(nextDueNs(bench.core)).toBe(undefined);
    expect(changesAt(bench, 2n ** 63n - 1n)).toEqual([]);
  });
});
