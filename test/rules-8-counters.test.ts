// Ids, counters and numbers of accounts where 32-bit words turn over.

import { describe, expect, test } from 'vitest';
import { instrumentAt } from '../src/core/book.ts';
import * as codes from '../src/core/codes.ts';
import * as map from '../src/core/memory-layout.ts';
import { CoreBench } from './core-bench.ts';

const { REJECT_DUPLICATE_CLORDID, REJECT_UNKNOWN_ORDER } = codes;

describe('R2.2 clOrdId should grow strictly', () => {
  test.each([
    [0, 1],
    [2 ** 31 - 1, 2 ** 31],
    [2 ** 32 - 1, 2 ** 32],
    [2 ** 32, 2 ** 32 + 1],
    [2 ** 33 - 1, 2 ** 33],
    [2 ** 52 - 1, 2 ** 52],
    [2 ** 53 - 2, 2 ** 53 - 1],
  ])('from %i to %i', (low, high) => {
    const bench = new CoreBench();
    const reasons = (clOrdId: number): number[] =>
      bench.reasons(bench.buy({ clOrdId, price: 100, qty: 1 }));
    expect(reasons(low)).toEqual(low === 0 ? [REJECT_DUPLICATE_CLORDID] : []);
    expect(reasons(low)).toEqual([REJECT_DUPLICATE_CLORDID]);
    expect(reasons(high)).toEqual([]);
    expect(reasons(low)).toEqual([REJECT_DUPLICATE_CLORDID]);
    expect(reasons(high)).toEqual([REJECT_DUPLICATE_CLORDID]);
    const cancel = { cmd: codes.COMMAND_CANCEL, account: 1 } as const;
    expect(bench.reasons(bench.apply({ ...cancel, clOrdId: high }))).toEqual([]);
    expect(bench.reasons(bench.apply({ ...cancel, clOrdId: low }))).toEqual(
      low === 0 ? [REJECT_UNKNOWN_ORDER] : [],
    );
  });

  test('and tell ids apart that share a word', () => {
    const bench = new CoreBench();
    const ids = Array.from({ length: 300 }, (_, high) => high * 2 ** 32 + 7);
    for (const clOrdId of ids) bench.buy({ clOrdId, price: 100, qty: 1 });
    const isCanceled = (_: number, index: number): boolean => index % 7 < 3;
    for (const clOrdId of ids.filter(isCanceled)) {
      bench.apply({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId });
    }
    const left = bench.orders(codes.SIDE_BUY).map((order) => order.clOrdId);
    expect(left).toEqual(ids.filter((id, index) => !isCanceled(id, index)));
  });
});

test('R2 account numbers should be uint32, up to the last', () => {
  const bench = new CoreBench();
  const accounts = [1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  for (const account of accounts) bench.buy({ account, clOrdId: 1, price: 100, qty: 1 });
  expect(bench.orders(codes.SIDE_BUY).map((order) => order.account)).toEqual(accounts);
  const events = bench.apply({ cmd: codes.COMMAND_MASS_CANCEL, account: 2 ** 32 - 1 });
  expect(events).toMatchObject([{ evt: codes.EVENT_CANCELED, order: { account: 2 ** 32 - 1 } }]);
  expect(bench.orders(codes.SIDE_BUY)).toHaveLength(3);
});

describe.each([2 ** 31, 2 ** 32])('R8 should count on across %i:', (turn) => {
  const before = turn - 2;

  test('commands', () => {
    const bench = new CoreBench();
    bench.core.m[map.H_SEQUENCE_LOW] = before | 0;
    const sequences = [1, 2, 3, 4].map(() => bench.buy({ price: 1, qty: 1 })[0]!.sequence);
    expect(sequences).toEqual([turn - 1, turn, turn + 1, turn + 2]);
  });

  test('orders', () => {
    const bench = new CoreBench();
    bench.core.m[map.H_ORDER_LOW] = before | 0;
    for (let i = 0; i < 4; i++) bench.buy({ price: 1, qty: 1 });
    const ids = bench.orders(codes.SIDE_BUY).map((order) => order.orderId);
    expect(ids).toEqual([turn - 1, turn, turn + 1, turn + 2]);
  });

  test('trades', () => {
    const bench = new CoreBench();
    bench.core.m[instrumentAt(bench.core.m, 1) + map.I_TRADE_LOW] = before | 0;
    for (let i = 0; i < 4; i++) bench.buy({ price: 1, qty: 1 });
    const swept = bench.sell({ price: 1, qty: 4, account: 2 });
    const ids = swept.flatMap((event) => (event.evt === codes.EVENT_TRADE ? [event.tradeId] : []));
    expect(ids).toEqual([turn - 1, turn, turn + 1, turn + 2]);
  });

  test('events', () => {
    const [first, second] = [new CoreBench(), new CoreBench({}, [1], (turn - 6) | 0)];
    for (const bench of [first, second]) {
      for (let i = 0; i < 9; i++) bench.buy({ price: 1, qty: 1 });
    }
    const sweep = { price: 1, qty: 20, account: 2 };
    expect(second.sell(sweep)).toEqual(first.sell(sweep));
  });
});

describe('R1.3 the clock should be the highest time that any command carried', () => {
  const times = [0n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n];

  test.each(times.slice(1).map((time, index) => [time, times[index]!]))('%i', (time, earlier) => {
    const at = (...stamps: bigint[]): string => {
      const bench = new CoreBench();
      for (const stamp of stamps) bench.apply({ cmd: codes.COMMAND_TIME, time: stamp });
      return bench.hash();
    };
    expect(at(time, earlier)).toBe(at(earlier, time));
    expect(at(time, earlier)).toBe(at(time, time));
    expect(at(time, earlier)).not.toBe(at(earlier, earlier));
  });
});
