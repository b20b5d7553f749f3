// R4.7: the operator's kill switch, which a tape does not have.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { CoreBench } from './core-bench.ts';

const KILL = { cmd: codes.COMMAND_KILL } as const;
/** Enough for one more than may be killed. */
const SESSIONS = Array.from({ length: 65 }, (_, index) => index + 1);

/** Events in short: what happened, to which order, why. */
function told(events: readonly CoreEvent[]): string[] {
  return events.map((event) => {
    switch (event.evt) {
      case codes.EVENT_CANCELED:
        return `canceled ${event.order.orderId} ${codes.CANCEL_NAMES[event.reason]}`;
      case codes.EVENT_REJECTED:
        return `rejected ${codes.COMMAND_NAMES[event.cmd]} ${codes.REJECT_NAMES[event.reason]}`;
      default:
        return codes.EVENT_NAMES[event.evt]!;
    }
  });
}

describe('R4.7 should, when an account is killed,', () => {
  /** Orders 1, 3 and 4 are of account 1, order 2 of account 2. */
  function bench(): CoreBench {
    const core = new CoreBench({}, [1, 2]);
    core.buy({ price: 90, qty: 5, instrument: 2 });
    core.buy({ price: 91, qty: 5, account: 2 });
    core.buy({ price: 90, qty: 5, tif: codes.TIF_DAY, displayQty: 2 });
    core.sell({ qty: 5, type: codes.TYPE_STOP, stopPrice: 50 });
    return core;
  }

  test('cancel its orders by orderId, stops included, in every instrument, and no others', () => {
    const core = bench();
    expect(told(core.apply({ ...KILL, account: 1 }))).toEqual([
      'canceled 1 kill_switch',
      'canceled 3 kill_switch',
      'canceled 4 kill_switch',
    ]);
    expect(core.levels(codes.SIDE_BUY)).toEqual([[91, 5, 1]]);
    expect(core.levels(codes.SIDE_BUY, 2)).toEqual([]);
  });

  test('refuse its new and replace, whose ids are used up, until it is lifted', () => {
    const core = bench();
    core.apply({ ...KILL, account: 1 });
    const order = { price: 90, qty: 5, clOrdId: 100 };
    expect(told(core.buy(order))).toEqual(['rejected new risk_killed']);
    expect(told(core.buy(order))).toEqual(['rejected new duplicate_clordid']);
    expect(told(core.buy({ price: 90, qty: 5, account: 2, clOrdId: 101 }))).toEqual(['new']);
    expect(told(core.apply({ ...KILL, account: 1, lift: true }))).toEqual(['done']);
    expect(told(core.buy({ ...order, clOrdId: 102 }))).toEqual(['new']);
  });

  test('cancel what there is when it is killed again, which is no error, nor is lifting', () => {
    const core = bench();
    expect(told(core.apply({ ...KILL, account: 1, lift: true }))).toEqual(['done']);
    expect(core.orders(codes.SIDE_BUY)).toHaveLength(2);
    core.apply({ ...KILL, account: 1 });
    expect(told(core.apply({ ...KILL, account: 1 }))).toEqual(['done']);
    core.apply({ ...KILL, account: 1, lift: true });
    expect(told(core.apply({ ...KILL, account: 1, lift: true }))).toEqual(['done']);
    expect(told(core.buy({ price: 90, qty: 5 }))).toEqual(['new']);
    expect(told(core.apply({ ...KILL, account: 1 }))).toEqual(['canceled 5 kill_switch']);
  });

  test('know it from then on, if there is room, though it has never sent an order', () => {
    const core = new CoreBench({ accounts: 1 });
    expect(told(core.apply({ ...KILL, account: 7, lift: true }))).toEqual(['done']);
    expect(told(core.apply({ ...KILL, account: 7 }))).toEqual(['done']);
    expect(told(core.buy({ price: 1, qty: 1, account: 7 }))).toEqual(['rejected new risk_killed']);
    expect(told(core.apply({ ...KILL, account: 8 }))).toEqual(['rejected kill capacity']);
  });

  test('answer with the reject that comes first', () => {
    const core = bench();
    core.sell({ price: 95, qty: 1, account: 2 });
    core.apply({ ...KILL, account: 1 });
    const replace = { cmd: codes.COMMAND_REPLACE, account: 1, origClOrdId: 1 } as const;
    const postOnly = { price: 95, qty: 1, postOnly: true };
    expect(told(core.buy({ price: 95, qty: 0 }))).toEqual(['rejected new invalid_qty']);
    expect(told(core.buy({ ...postOnly, tif: codes.TIF_IOC }))).toEqual([
      'rejected new unsupported_combination',
    ]);
    expect(told(core.buy(postOnly))).toEqual(['rejected new risk_killed']);
    expect(told(core.apply({ ...replace, clOrdId: 200 }))).toEqual([
      'rejected replace unknown_order',
    ]);
    const halt = { cmd: codes.COMMAND_PHASE, instrument: 1, phase: codes.PHASE_HALTED } as const;
    core.apply(halt);
    expect(told(core.buy({ price: 95, qty: 1, clOrdId: 300 }))).toEqual([
      'rejected new risk_killed',
    ]);
  });

  test('publish what that makes of an auction', () => {
    const core = bench();
    core.apply({ cmd: codes.COMMAND_PHASE, instrument: 1, phase: codes.PHASE_AUCTION });
    core.sell({ price: 90, qty: 7, account: 2 });
    const events = core.apply({ ...KILL, account: 1 });
    expect(told(events).at(-1)).toBe('indicative');
    expect(events.at(-1)).toMatchObject({ price: 90, qty: 5, imbalance: -2, end: true });
  });

  test('remember it as part of the state', () => {
    const after = (...kills: { account: number; lift?: boolean }[]): string => {
      const core = bench();
      for (const kill of kills) core.apply({ ...KILL, ...kill });
      return core.hash();
    };
    const mass = bench();
    mass.apply({ cmd: codes.COMMAND_MASS_CANCEL, account: 1 });
    mass.apply({ cmd: codes.COMMAND_TIME });
    expect(after({ account: 1 }, { account: 1 })).not.toBe(mass.hash());
    expect(after({ account: 1 }, { account: 1, lift: true })).toBe(mass.hash());
  });
});

describe('R4.7 should, when a session is killed,', () => {
  /** Orders 1 and 4 are of account 3, order 2 of account 1, order 3 of session 6. */
  function bench(): CoreBench {
    const core = new CoreBench();
    core.buy({ price: 90, qty: 5, account: 3, session: 5 });
    core.buy({ price: 91, qty: 5, account: 1, session: 5 });
    core.buy({ price: 92, qty: 5, account: 1, session: 6 });
    core.buy({ price: 93, qty: 5, account: 3, session: 5 });
    return core;
  }

  test('cancel what it has entered, account by account as they came, by orderId in each', () => {
    const core = bench();
    expect(told(core.apply({ ...KILL, killedSession: 5 }))).toEqual([
      'canceled 1 kill_switch',
      'canceled 4 kill_switch',
      'canceled 2 kill_switch',
    ]);
    expect(core.levels(codes.SIDE_BUY)).toEqual([[92, 5, 1]]);
  });

  test('refuse its new and replace for any account, not those of others, until lifted', () => {
    const core = bench();
    core.apply({ ...KILL, killedSession: 5 });
    const replace = { cmd: codes.COMMAND_REPLACE, account: 1, origClOrdId: 3, qty: 4 } as const;
    const refused = ['rejected new risk_killed'];
    expect(told(core.buy({ price: 90, qty: 5, account: 9, session: 5 }))).toEqual(refused);
    expect(told(core.apply({ ...replace, clOrdId: 10, session: 5 }))).toEqual([
      'rejected replace risk_killed',
    ]);
    expect(told(core.apply({ ...replace, clOrdId: 11, session: 6 }))).toEqual(['replaced']);
    core.apply({ ...KILL, killedSession: 5, lift: true });
    expect(told(core.buy({ price: 90, qty: 5, account: 9, session: 5 }))).toEqual(['new']);
  });

  test('let it cancel and mass cancel what others have entered', () => {
    const core = bench();
    core.apply({ ...KILL, killedSession: 5 });
    const cancel = { cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 3, session: 5 } as const;
    expect(told(core.apply(cancel))).toEqual(['canceled 3 user']);
    core.buy({ price: 92, qty: 5, account: 1, session: 6 });
    const massCancel = { cmd: codes.COMMAND_MASS_CANCEL, account: 1, session: 5 } as const;
    expect(told(core.apply(massCancel))).toEqual(['canceled 5 mass_cancel']);
  });

  test('hold up to 64 of them, and refuse one more', () => {
    const core = new CoreBench();
    const kill = (killedSession: number, lift = false): string[] =>
      told(core.apply({ ...KILL, killedSession, lift }));
    const results = SESSIONS.map((session) => kill(session));
    expect(results.slice(0, 64)).toEqual(Array.from({ length: 64 }, () => ['done']));
    expect(results[64]).toEqual(['rejected kill capacity']);
    expect(kill(64)).toEqual(['done']);
    expect(kill(1, true)).toEqual(['done']);
    expect(kill(65)).toEqual(['done']);
    const refusedBy = (session: number): boolean =>
      told(core.buy({ price: 1, qty: 1, session }))[0] === 'rejected new risk_killed';
    expect(SESSIONS.filter((session) => !refusedBy(session))).toEqual([1]);
  });
});
