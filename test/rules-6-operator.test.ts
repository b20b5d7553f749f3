// R6.10: the operator's commands about instruments, which a tape has in part.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { CoreBench } from './core-bench.ts';

const DEFINE = { cmd: codes.COMMAND_INSTRUMENT } as const;
const SYMBOL = { cmd: codes.COMMAND_SYMBOL, symbol: new TextEncoder().encode('TEST') } as const;
const PHASE = { cmd: codes.COMMAND_PHASE, phase: codes.PHASE_HALTED } as const;

function rejects(events: readonly CoreEvent[]): object[] {
  return events.map((event) =>
    event.evt === codes.EVENT_REJECTED
      ? {
          cmd: codes.COMMAND_NAMES[event.cmd],
          reason: codes.REJECT_NAMES[event.reason],
          account: event.account,
          clOrdId: event.clOrdId,
        }
      : { evt: codes.EVENT_NAMES[event.evt] },
  );
}

const NOBODY = { account: 0, clOrdId: 0 };

test('R6.10 should define an instrument once, after its symbol', () => {
  const bench = new CoreBench({ instruments: 2 }, []);
  expect(rejects(bench.apply({ ...SYMBOL, instrument: 1 }))).toEqual([{ evt: 'done' }]);
  const [defined] = bench.apply({ ...DEFINE, instrument: 1, referencePrice: 7, priceBandBps: 9 });
  expect(defined).toMatchObject({ evt: codes.EVENT_INSTRUMENT, referencePrice: 7, end: true });
  const again = { reason: 'already_defined', ...NOBODY };
  expect(rejects(bench.apply({ ...DEFINE, instrument: 1 }))).toEqual([
    { cmd: 'instrument', ...again },
  ]);
  expect(rejects(bench.apply({ ...SYMBOL, instrument: 1 }))).toEqual([{ cmd: 'symbol', ...again }]);
});

test.each([0, 3, 0x7fffffff])('R6.10 should refuse the number %i for capacity', (instrument) => {
  const bench = new CoreBench({ instruments: 2 }, []);
  const full = { reason: 'capacity', ...NOBODY };
  expect(rejects(bench.apply({ ...DEFINE, instrument }))).toEqual([{ cmd: 'instrument', ...full }]);
  expect(rejects(bench.apply({ ...SYMBOL, instrument }))).toEqual([{ cmd: 'symbol', ...full }]);
});

test.each([0, 2, 3, 0x7fffffff])('R6.10 should refuse a phase of %i, undefined', (instrument) => {
  const bench = new CoreBench({ instruments: 2 }, [1]);
  expect(rejects(bench.apply({ ...PHASE, instrument }))).toEqual([
    { cmd: 'phase', reason: 'unknown_symbol', ...NOBODY },
  ]);
});

test('R6.10 should change nothing by a definition that is refused', () => {
  const bench = new CoreBench({ instruments: 2 }, [1]);
  bench.apply({ ...PHASE, instrument: 1 });
  const before = bench.hash();
  const other = new CoreBench({ instruments: 2 }, [1]);
  other.apply({ ...PHASE, instrument: 1 });
  expect(other.hash()).toBe(before);
  bench.apply({ ...DEFINE, instrument: 1, referencePrice: 5, priceBandBps: 1 });
  other.apply({ cmd: codes.COMMAND_TIME });
  expect(bench.hash()).toBe(other.hash());
});

test('R6.10 should bring what is due, like any other command', () => {
  const bench = new CoreBench({ instruments: 2 }, []);
  bench.apply({ ...DEFINE, instrument: 1, referencePrice: 100, priceBandBps: 1000, haltNs: 10 });
  bench.sell({ price: 120, qty: 1 });
  bench.buy({ price: 120, qty: 1, account: 2 });
  const events = bench.apply({ ...DEFINE, instrument: 1, time: 10n });
  expect(rejects(events)).toEqual([
    { evt: 'phase' },
    { evt: 'phase' },
    { cmd: 'instrument', reason: 'already_defined', ...NOBODY },
  ]);
});
