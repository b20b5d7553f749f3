// The oracle itself, where the rulebook is subtle: what is expected was read off the rules by hand.
// Icebergs and stops are in naive-stops.test.ts, phases in naive-phases.test.ts.

import { beforeEach, describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { apply, begin, cancel, lastId, queue, replace, send, theEngine } from './naive-kit.ts';

const [A, X, Y] = [1, 24, 25];
const { SIDE_BUY: BUY, SIDE_SELL: SELL, TIF_FOK, TIF_IOC, TYPE_MARKET } = codes;
const { STP_NONE, STP_CANCEL_RESTING, STP_CANCEL_BOTH, STP_DECREMENT } = codes;
const [FOK, STP, NO_LIQUIDITY, IOC] = ['fok', 'stp', 'no_liquidity', 'ioc'];

beforeEach(() => begin());

describe('R3.4 fok', () => {
  beforeEach(() => {
    send(X, SELL, 5, 100);
    send(A, SELL, 3, 100);
    send(Y, SELL, 4, 101);
  });

  test('should be killed by an own order that it meets before it is filled', () => {
    for (const stp of [codes.STP_CANCEL_AGGRESSOR, STP_CANCEL_BOTH, STP_DECREMENT]) {
      const events = send(A, BUY, 6, 101, { tif: TIF_FOK, stp });
      expect(events).toEqual([`new c${lastId()} 6`, `canceled c${lastId()} 6 ${FOK}`]);
    }
    expect(queue(SELL)).toEqual(['c1@100', 'c2@100', 'c3@101']);
  });

  test('should trade when it is filled before it meets an own order', () => {
    const events = send(A, BUY, 5, 101, { tif: TIF_FOK, stp: STP_DECREMENT });
    expect(events).toEqual(['new c4 5', 'trade 5@100 c1 0 by c4 0']);
  });

  test('should skip own orders in the count with cancel_resting, and cancel them only then', () => {
    const terms = { tif: TIF_FOK, stp: STP_CANCEL_RESTING };
    expect(send(A, BUY, 10, 101, terms)).toEqual(['new c4 10', `canceled c4 10 ${FOK}`]);
    expect(queue(SELL)).toHaveLength(3);
    expect(send(A, BUY, 9, 101, terms)).toEqual([
      'new c5 9',
      'trade 5@100 c1 0 by c5 4',
      `canceled c2 3 ${STP}`,
      'trade 4@101 c3 0 by c5 0',
    ]);
  });

  test('should count own orders with stp none', () => {
    const events = send(A, BUY, 8, 100, { tif: TIF_FOK, stp: STP_NONE });
    expect(events.slice(1)).toEqual(['trade 5@100 c1 0 by c4 3', 'trade 3@100 c2 0 by c4 0']);
  });

  test('should not count what is beyond its price, and say fok as a market order too', () => {
    expect(send(Y, BUY, 9, 100, { tif: TIF_FOK })[1]).toBe(`canceled c4 9 ${FOK}`);
    const market = { type: TYPE_MARKET, tif: TIF_FOK };
    expect(send(3, BUY, 13, 0, market)[1]).toBe(`canceled c5 13 ${FOK}`);
    expect(send(3, BUY, 12, 0, market)).toHaveLength(4);
  });
});

describe('R3.8 self-trade prevention', () => {
  test('should tell the resting order first in every mode', () => {
    send(A, SELL, 5, 100);
    expect(send(A, BUY, 5, 100, { stp: STP_CANCEL_BOTH })).toEqual([
      'new c2 5',
      `canceled c1 5 ${STP}`,
      `canceled c2 5 ${STP}`,
    ]);
  });

  test('should stop the aggressor before it, after what it traded', () => {
    send(X, SELL, 2, 99);
    send(A, SELL, 5, 100);
    send(Y, SELL, 5, 100);
    expect(send(A, BUY, 9, 100).slice(1)).toEqual([
      'trade 2@99 c1 0 by c4 7',
      `canceled c4 7 ${STP}`,
    ]);
    expect(queue(SELL)).toEqual(['c2@100', 'c3@100']);
  });
});

describe('R3.9 decrement', () => {
  const stp = STP_DECREMENT;

  test('should cancel both where both reach 0', () => {
    send(A, SELL, 5, 100);
    expect(send(A, BUY, 5, 100, { stp }).slice(1)).toEqual([
      `canceled c1 5 ${STP}`,
      `canceled c2 5 ${STP}`,
    ]);
  });

  test('should restate a resting order that keeps some, in its place', () => {
    send(A, SELL, 5, 100);
    send(Y, SELL, 5, 100);
    expect(send(A, BUY, 2, 100, { stp }).slice(1)).toEqual([
      'restated c1 3',
      `canceled c3 2 ${STP}`,
    ]);
    expect(queue(SELL)).toEqual(['c1@100', 'c2@100']);
  });

  test('should restate an aggressor that keeps some, which goes on', () => {
    send(A, SELL, 2, 100);
    send(Y, SELL, 2, 100);
    expect(send(A, BUY, 5, 100, { stp }).slice(1)).toEqual([
      `canceled c1 2 ${STP}`,
      'restated c3 3',
      'trade 2@100 c2 0 by c3 1',
    ]);
    expect(queue(BUY)).toEqual(['c3@100']);
  });

  test('should count as canceled for good when the order is replaced', () => {
    send(A, SELL, 10, 100);
    send(A, BUY, 4, 100, { stp });
    send(Y, BUY, 1, 100);
    expect(replace(A, 1, { qty: 5 })).toEqual(['rejected invalid_qty']);
    expect(replace(A, 1, { qty: 8 })).toEqual(['replaced c5 3 kept']);
    expect(replace(A, 5, { qty: 12 })).toEqual(['replaced c6 7 lost']);
  });
});

describe('R3.2, R3.3, R3.5 what is left', () => {
  test('should say no_liquidity for a market order of any time in force, ioc for ioc', () => {
    for (const tif of [codes.TIF_GTC, codes.TIF_DAY, TIF_IOC]) {
      const events = send(A, BUY, 2, 0, { type: TYPE_MARKET, tif });
      expect(events).toEqual([`new c${lastId()} 2`, `canceled c${lastId()} 2 ${NO_LIQUIDITY}`]);
    }
    expect(send(A, BUY, 2, 9, { tif: TIF_IOC })[1]).toBe(`canceled c4 2 ${IOC}`);
  });

  test('should refuse postOnly at the best price of an own order, whatever the stp mode', () => {
    send(A, SELL, 2, 100);
    const terms = { postOnly: true, stp: STP_CANCEL_RESTING };
    expect(send(A, BUY, 2, 100, terms)).toEqual(['rejected post_only_would_cross']);
    expect(send(A, BUY, 2, 99, terms)).toEqual(['new c3 2']);
    expect(replace(A, 3, { price: 100 })).toEqual(['rejected post_only_would_cross']);
    expect(queue(BUY)).toEqual(['c3@99']);
  });
});

describe('R2.2, R4 ids, cancel, replace, mass cancel', () => {
  test('should use up the id of a refused new or replace, but not lower the highest', () => {
    send(A, BUY, 0, 10, { clOrdId: 7 });
    expect(send(A, BUY, 1, 10, { clOrdId: 7 })).toEqual(['rejected duplicate_clordid']);
    send(A, BUY, 1, 10, { clOrdId: 8, instrument: 2 });
    expect(send(A, BUY, 1, 10, { clOrdId: 8 })).toEqual(['rejected duplicate_clordid']);
    replace(A, 1, { clOrdId: 9 });
    expect(send(A, BUY, 1, 10, { clOrdId: 9 })).toEqual(['rejected duplicate_clordid']);
    expect(send(A, BUY, 1, 10, { clOrdId: 10 })).toEqual(['new c10 1']);
    expect(send(X, BUY, 1, 10, { clOrdId: 1 })).toEqual(['new c1 1']);
  });

  test('should keep the place when nothing or a total not above the old is given', () => {
    send(A, BUY, 5, 10);
    send(X, BUY, 5, 10);
    expect(replace(A, 1)).toEqual(['replaced c3 5 kept']);
    expect(replace(A, 3, { qty: 4, price: 10 })).toEqual(['replaced c4 4 kept']);
    expect(queue(BUY)).toEqual(['c4@10', 'c2@10']);
    expect(replace(A, 4, { qty: 5 })).toEqual(['replaced c5 5 lost']);
    expect(queue(BUY)).toEqual(['c2@10', 'c5@10']);
  });

  test('should know an order under its newest id only, and not for another account', () => {
    send(A, BUY, 5, 10);
    replace(A, 1, { price: 11 });
    expect(cancel(A, 1)).toEqual(['rejected unknown_order']);
    expect(cancel(X, 2)).toEqual(['rejected unknown_order']);
    expect(cancel(A, 2)).toEqual(['canceled c2 5 user']);
  });

  test('should let a replaced order trade as an aggressor of its leaves', () => {
    send(A, BUY, 5, 10);
    send(X, SELL, 2, 10);
    send(X, SELL, 2, 12);
    expect(replace(A, 1, { price: 12, qty: 9 })).toEqual([
      'replaced c4 7 lost',
      'trade 2@12 c3 0 by c4 5',
    ]);
  });

  test('should mass cancel by orderId, and refuse an instrument that is not there', () => {
    const cmd = codes.COMMAND_MASS_CANCEL;
    send(A, BUY, 5, 10);
    send(A, SELL, 5, 20);
    send(A, BUY, 5, 11);
    send(X, BUY, 5, 11);
    const unknown = apply({ cmd, account: A, instrument: 2 });
    expect(unknown).toEqual(['rejected unknown_symbol']);
    const canceled = apply({ cmd, account: A, instrument: 1, side: BUY });
    expect(canceled).toEqual(['canceled c1 5 mass_cancel', 'canceled c3 5 mass_cancel']);
    expect(apply({ cmd, account: 9 })).toEqual(['done']);
  });

  test('should mass cancel what one session entered, and say why', () => {
    const cmd = codes.COMMAND_MASS_CANCEL;
    send(A, BUY, 5, 10, { session: 7 });
    send(A, BUY, 5, 10, { session: 8 });
    replace(A, 1, { session: 8, qty: 4 });
    const terms = {
      cmd,
      account: A,
      session: 7,
      ownSessionOnly: true,
      onDisconnect: true,
    } as const;
    expect(apply(terms)).toEqual(['canceled c3 4 disconnect']);
    expect(apply(terms)).toEqual(['done']);
  });

  test('should tell the open orders of an account by orderId', () => {
    const cmd = codes.COMMAND_OPEN_ORDERS;
    send(A, BUY, 5, 10);
    send(X, BUY, 5, 11);
    send(A, SELL, 5, 20);
    replace(A, 1, { price: 9 });
    expect(apply({ cmd, account: A })).toEqual(['open c4 5', 'open c3 5']);
    expect(apply({ cmd, account: 9 })).toEqual(['done']);
  });
});

describe('R7 rejects', () => {
  const edge = 2 ** 31 - 1;
  const faults: readonly (readonly [reason: string, terms: object])[] = [
    ['unknown_symbol', { instrument: 2 }],
    ['duplicate_clordid', { clOrdId: 0 }],
    ['invalid_qty', { qty: 2 ** 31 }],
    ['invalid_price', { price: 0 }],
    ['invalid_stop_price', { stopPrice: 5 }],
    ['invalid_display_qty', { displayQty: 0 }],
    ['notional_too_large', { price: edge, qty: edge }],
    ['unsupported_combination', { postOnly: true, tif: TIF_IOC }],
  ];

  test.each(faults.map(([reason], place) => [reason, place] as const))(
    'should answer %s with every later fault there too',
    (reason, place) => {
      const later = faults.slice(place).toReversed();
      const terms = Object.assign({}, ...later.map(([, fault]) => fault));
      expect(send(A, BUY, 1, 10, terms)).toEqual([`rejected ${reason}`]);
    },
  );

  test('should take a notional of 2^53-1 at most', () => {
    // 6361 × 69431 × 20394401 = 2^53-1.
    const price = 6361 * 69431;
    expect(send(A, SELL, 20394401, price)).toEqual([`new c1 20394401`]);
    expect(send(A, SELL, 20394402, price)).toEqual(['rejected notional_too_large']);
  });
});

describe('limits', () => {
  test('should refuse a gtc limit order, and no other, when all orders are taken', () => {
    begin({ orders: 1 });
    send(A, SELL, 5, 100);
    expect(send(X, BUY, 1, 100)).toEqual(['rejected capacity']);
    expect(send(X, BUY, 1, 100, { tif: TIF_IOC })).toHaveLength(2);
    expect(replace(A, 1, { price: 99 })).toEqual(['replaced c4 4 lost']);
  });

  test('should need a page of 64 ticks for each side, before a replace frees the old one', () => {
    begin({ pages: 1 });
    send(A, SELL, 5, 64);
    expect(send(X, SELL, 1, 127)).toEqual(['new c2 1']);
    expect(send(X, SELL, 1, 128)).toEqual(['rejected capacity']);
    expect(send(X, BUY, 1, 63)).toEqual(['rejected capacity']);
    cancel(X, 2);
    expect(replace(A, 1, { price: 128 })).toEqual(['rejected capacity']);
    expect(replace(A, 1, { price: 65 })).toEqual(['replaced c6 5 lost']);
  });

  test('should remember nothing of an account for which there is no room', () => {
    begin({ accounts: 1 });
    expect(cancel(X, 1)).toEqual(['rejected unknown_order']);
    send(A, SELL, 5, 64);
    expect(send(X, SELL, 5, 64, { clOrdId: 0 })).toEqual(['rejected duplicate_clordid']);
    expect(send(X, SELL, 5, 64, { clOrdId: 9 })).toEqual(['rejected capacity']);
    expect(send(X, SELL, 0, 64, { clOrdId: 9 })).toEqual(['rejected invalid_qty']);
    expect(replace(X, 1, { clOrdId: 9 })).toEqual(['rejected unknown_order']);
    expect(send(X, BUY, 5, 64, { clOrdId: 9, tif: TIF_IOC })).toEqual(['rejected capacity']);
  });

  test('should give an account its room with the first id that it uses up', () => {
    begin({ accounts: 1 });
    expect(send(X, SELL, 5, 64, { clOrdId: 0 })).toEqual(['rejected duplicate_clordid']);
    expect(send(A, SELL, 0, 64, { clOrdId: 1 })).toEqual(['rejected invalid_qty']);
    expect(send(X, SELL, 5, 64, { clOrdId: 1 })).toEqual(['rejected capacity']);
  });

  test('should define an instrument once, within the limit', () => {
    const define = (instrument: number) => apply({ cmd: codes.COMMAND_INSTRUMENT, instrument });
    expect([1, 0, 3, 2, 2].flatMap(define)).toEqual([
      'rejected already_defined',
      'rejected capacity',
      'rejected capacity',
      'instrument 2',
      'rejected already_defined',
    ]);
    const symbol = Uint8Array.of(65);
    const name = (instrument: number) => apply({ cmd: codes.COMMAND_SYMBOL, instrument, symbol });
    begin();
    expect([1, 0, 3, 2, 2].flatMap(name)).toEqual([
      'rejected already_defined',
      'rejected capacity',
      'rejected capacity',
      'done',
      'done',
    ]);
  });

  test('should count stops that wait, and the pages of their stop prices and limits', () => {
    begin({ orders: 1 });
    const stop = { type: codes.TYPE_STOP, stopPrice: 64 };
    expect(send(A, BUY, 1, 0, { ...stop, tif: TIF_IOC })).toEqual(['new c1 1']);
    expect(send(X, BUY, 1, 0, { ...stop, tif: TIF_IOC })).toEqual(['rejected capacity']);
    begin({ pages: 2 });
    const stopLimit = { type: codes.TYPE_STOP_LIMIT, stopPrice: 64 };
    expect(send(A, BUY, 1, 200, stopLimit)).toEqual(['new c1 1']);
    expect(send(A, BUY, 1, 200, stopLimit)).toEqual(['rejected capacity']);
    expect(send(A, BUY, 1, 0, stop)).toEqual(['new c3 1']);
    expect(send(A, BUY, 1, 200)).toEqual(['rejected capacity']);
  });
});

test('should carry sequence, session, request, owner, ids and one end in the events', () => {
  const base = { cmd: codes.COMMAND_NEW, instrument: 1, qty: 5, price: 10 } as const;
  const terms = { ...base, type: 0, tif: 0, postOnly: false, stp: 0 };
  const engine = theEngine();
  engine.apply({ ...terms, account: 1, clOrdId: 4, side: SELL, session: 70, request: 2 });
  const second = { ...terms, account: 2, clOrdId: 6, side: BUY, session: 80, request: 9 };
  const cause = { sequence: 3, session: 80, request: 9 };
  const aggressor = { account: 2, owner: 80, clOrdId: 6, orderId: 2 };
  expect(engine.apply({ ...second, time: 5n })).toEqual([
    {
      ...{ ...cause, evt: codes.EVENT_NEW, end: false, instrument: 1, side: BUY, price: 10 },
      order: { ...aggressor, leaves: 5 },
      ...{ displayed: 0, displayQty: 0, stopPrice: 0 },
    },
    {
      ...{ ...cause, evt: codes.EVENT_TRADE, end: true, instrument: 1, tradeId: 1 },
      ...{ price: 10, qty: 5, restingSide: SELL, isAuction: false },
      ...{ displayed: 0, otherDisplayed: 0 },
      resting: { account: 1, owner: 70, clOrdId: 4, orderId: 1, leaves: 0 },
      aggressor: { ...aggressor, leaves: 0 },
    },
  ]);
  engine.apply({ cmd: codes.COMMAND_TIME, time: 4n });
  expect(engine.clock).toBe(5n);
});
