// Counters beyond 2^32, where rules-8-counters does not come.

import { expect, test } from 'vitest';
import { instrumentAt } from '../src/core/book.ts';
import * as codes from '../src/core/codes.ts';
import { H_SEQUENCE_HIGH, I_TRADE_LOW } from '../src/core/memory-layout.ts';
import { CoreBench } from './core-bench.ts';

test('open orders of an account without any should be none, after 2^32 commands too', () => {
  const bench = new CoreBench();
  bench.core.m[H_SEQUENCE_HIGH] = 1;
  const events = bench.apply({ cmd: codes.COMMAND_OPEN_ORDERS, account: 9 });
  expect(events).toMatchObject([{ evt: codes.EVENT_DONE, end: true }]);
});

test('R6.3 the trades of an auction should count on across 2^32', () => {
  const bench = new CoreBench();
  const phase = (to: number) => bench.apply({ cmd: codes.COMMAND_PHASE, instrument: 1, phase: to });
  phase(codes.PHASE_AUCTION);
  bench.core.m[instrumentAt(bench.core.m, 1) + I_TRADE_LOW] = -2;
  for (let i = 0; i < 3; i++) {
    bench.buy({ account: 1, price: 100, qty: 1 });
    bench.sell({ account: 2, price: 100, qty: 1 });
  }
  const trades = phase(codes.PHASE_CONTINUOUS).flatMap((event) =>
    event.evt === codes.EVENT_TRADE ? [event.tradeId] : [],
  );
  expect(trades).toEqual([2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1]);
});
