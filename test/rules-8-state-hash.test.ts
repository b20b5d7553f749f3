import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command } from '../src/core/plain.ts';
import { CoreBench } from './core-bench.ts';
import { stream, streamBench } from './rules-8-stream.ts';
import { hashAfter } from './rules-kit.ts';

test('R8 state hash should be 16 hexadecimal digits', () => {
  expect(hashAfter('a1 buy 10@100')).toMatch(/^hash [0-9a-f]{16}$/);
});

test('R8 state hash should be the same for the same log', () => {
  for (const profile of ['icebergs', 'halts', 'operator']) {
    const played = stream(profile, 500);
    const [first, second] = [streamBench(played), streamBench(played)];
    for (const command of played.commands) {
      first.apply(command);
      second.apply(command);
      expect(second.hash()).toBe(first.hash());
    }
  }
});

test('R8 state hash should not depend on limits', () => {
  const { commands, limits } = stream('auctions', 500);
  const hashes = [{}, { orders: 900 }, { pages: 400 }, { accounts: 9 }, { instruments: 1000 }].map(
    (more) => {
      const bench = new CoreBench({ ...limits, ...more }, []);
      for (const command of commands) bench.apply(command);
      return bench.hash();
    },
  );
  expect(new Set(hashes).size).toBe(1);
});

test('R8 state hash should not depend on where things lie in memory', () => {
  const crossing = (prices: readonly number[]): string =>
    hashAfter(`
      a1 buy 1@${prices[0]}
      a2 buy 1@${prices[1]}
      a3 buy 1@${prices[2]}
      massCancel A
      a4 buy 1@100
      a5 buy 1@5000
    `);
  expect(crossing([100, 5000, 9000])).toBe(crossing([9000, 9001, 5000]));
  const inTurn = (first: string, second: string): string =>
    hashAfter(`a1 buy 1@10\na2 buy 1@9000\na3 buy 1@70000\ncancel ${first}\ncancel ${second}`);
  expect(inTurn('a1', 'a2')).toBe(inTurn('a2', 'a1'));
});

test('R8 state hash should not depend on the order in which accounts appeared', () => {
  const appear = (accounts: readonly number[]): string => {
    const bench = new CoreBench();
    for (const account of accounts) bench.buy({ account, clOrdId: 5, price: 1, qty: 0 });
    return bench.hash();
  };
  expect(appear([1, 2, 3])).toBe(appear([3, 1, 2]));
  expect(appear([1, 2, 3])).not.toBe(appear([1, 2, 4]));
});

describe('R8 state hash should differ with', () => {
  const BASE = 'a1 buy 10@100\nb1 sell 10@110';
  test.each([
    ['a quantity', 'a1 buy 11@100\nb1 sell 10@110'],
    ['a price', 'a1 buy 10@101\nb1 sell 10@110'],
    ['a side', 'a1 sell 10@100\nb1 sell 10@110'],
    ['an account', 'a1 buy 10@100\na2 sell 10@110'],
    ['a self-trade mode', 'a1 buy 10@100 decrement\nb1 sell 10@110'],
    ['postOnly', 'a1 buy 10@100 postOnly\nb1 sell 10@110'],
    ['one order less', 'a1 buy 10@100\nb1 sell 10@110 ioc'],
    ['one command more', `${BASE}\ncancel c1`],
    ['a clock', `${BASE}\ntime 1`],
    ['a replace', 'a1 buy 10@100\na2 replaces a1 9'],
    ['an instrument', 'a1 buy 10@100\nb1 sell 10@110 on=OTHER'],
  ])('%s', (_what, table) => {
    const instruments = ['TEST', 'OTHER'];
    expect(hashAfter(table, { instruments })).not.toBe(hashAfter(BASE, { instruments }));
  });

  test('a queue place, though the levels are the same', () => {
    const kept = 'a1 buy 9@100\nb1 buy 10@100\na2 replaces a1 9';
    const lost = 'a1 buy 8@100\nb1 buy 10@100\na2 replaces a1 9';
    expect(hashAfter(kept)).not.toBe(hashAfter(lost));
  });

  test('a traded part, though the leaves are the same', () => {
    const traded = 'a1 buy 10@100\nb1 sell 4@100 ioc\na2 replaces a1 10';
    const smaller = 'a1 buy 10@100\nb1 sell 4@101 ioc\na2 replaces a1 6';
    expect(hashAfter(traded)).not.toBe(hashAfter(smaller));
  });

  test('a last trade price, though the books are empty', () => {
    const at = (price: number): string => hashAfter(`a1 buy 1@${price}\nb1 sell 1@1`);
    expect(at(100)).not.toBe(at(101));
  });

  test('a reference price', () => {
    const define = (referencePrice: number): string => {
      const bench = new CoreBench({}, []);
      bench.apply({ cmd: codes.COMMAND_INSTRUMENT, instrument: 1, referencePrice });
      return bench.hash();
    };
    expect(define(100)).not.toBe(define(101));
  });

  test('a used id of a rejected order', () => {
    const reject = (clOrdId: number): string => {
      const bench = new CoreBench();
      bench.buy({ clOrdId, price: 1, qty: 0 });
      return bench.hash();
    };
    expect(reject(1)).not.toBe(reject(2));
    expect(reject(1)).not.toBe(reject(1 + 2 ** 32));
  });
});

describe('R8 state hash should not tell rejected commands apart', () => {
  const order = {
    cmd: codes.COMMAND_NEW,
    instrument: 1,
    account: 2,
    clOrdId: 9,
    side: codes.SIDE_BUY,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_NONE,
    qty: 5,
    price: 100,
    time: 7n,
  } as const;
  const rejected: readonly [string, Command][] = [
    ['unknown_symbol', { ...order, instrument: 3 }],
    ['invalid_qty', { ...order, qty: 0 }],
    ['invalid_price', { ...order, price: 0 }],
    ['invalid_stop_price', { ...order, stopPrice: 5 }],
    ['invalid_display_qty', { ...order, displayQty: 0 }],
    ['notional_too_large', { ...order, qty: 2 ** 31 - 1, price: 2 ** 31 - 1 }],
    ['unsupported_combination', { ...order, postOnly: true, tif: codes.TIF_IOC }],
    ['post_only_would_cross', { ...order, postOnly: true }],
    ['capacity', order],
    [
      'unknown_order',
      { cmd: codes.COMMAND_REPLACE, account: 2, clOrdId: 9, origClOrdId: 8, time: 7n },
    ],
    [
      'invalid_qty of a replace',
      { cmd: codes.COMMAND_REPLACE, account: 2, clOrdId: 9, origClOrdId: 2, qty: 0, time: 7n },
    ],
  ];

  /** A full pool: an ask at 100 of account 1, a bid at 50 of account 2 with id 2. */
  function after(command: Command): { hash: string; reasons: number[] } {
    const bench = new CoreBench({ orders: 2 });
    bench.sell({ price: 100, qty: 5 });
    bench.buy({ price: 50, qty: 5, account: 2 });
    const reasons = bench.reasons(bench.apply(command));
    return { hash: bench.hash(), reasons };
  }

  test.each(rejected)('%s', (name, command) => {
    const { hash, reasons } = after(command);
    expect(reasons.map((reason) => codes.REJECT_NAMES[reason])).toEqual([name.split(' ')[0]]);
    expect(hash).toBe(after(rejected[0]![1]).hash);
  });

  test('but from a command of another time or id', () => {
    const { hash } = after(order);
    expect(after({ ...order, time: 8n }).hash).not.toBe(hash);
    expect(after({ ...order, clOrdId: 10 }).hash).not.toBe(hash);
  });
});
