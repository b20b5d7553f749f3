// The operator's commands that a tape does not have: the facts of an instrument, the kill switch.

import { describe, expect, test } from 'vitest';
import { wordsToNumber } from '../src/base/words.ts';
import * as codes from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import * as e from '../src/core/event-slot.ts';
import { type DefineInstrument, writeCommand } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { CoreBench } from './core-bench.ts';

const { COMMAND_INSTRUMENT, COMMAND_KILL, COMMAND_SYMBOL, SIDE_BUY, SIDE_SELL } = codes;

/** The words of the event that a definition causes, after its symbol was told. */
function defined(command: DefineInstrument, symbol: Uint8Array): Int32Array {
  let words = new Int32Array();
  const events = new EventBuffer((slots, at) => {
    words = slots.slice(at, at + e.EVENT_WORDS);
  });
  const core = createCore({ orders: 1, accounts: 1, instruments: 2, pages: 1 }, events);
  const slot = new Int32Array(COMMAND_WORDS);
  const { instrument } = command;
  for (const next of [{ cmd: COMMAND_SYMBOL, instrument, symbol } as const, command]) {
    writeCommand(slot, 0, next);
    apply(core, slot, 0);
    events.drain();
  }
  return words;
}

describe('an instrument', () => {
  const facts = {
    referencePrice: 5_000,
    priceBandBps: 250,
    haltNs: 3 * 2 ** 32 + 7,
    auctionNs: Number.MAX_SAFE_INTEGER,
    tick: { units: 25, decimals: 31 },
    lot: { units: 1_000, decimals: 3 },
  };

  test('should be told with all its facts', () => {
    const symbol = Uint8Array.from({ length: 32 }, (_, i) => 200 + i);
    const w = defined({ cmd: COMMAND_INSTRUMENT, instrument: 2, ...facts }, symbol);
    expect(w[e.E_HEAD]! & e.EVENT_TYPE_MASK).toBe(codes.EVENT_INSTRUMENT);
    expect([w[e.E_INSTRUMENT], w[e.E_PRICE], w[e.E_BAND_BPS]]).toEqual([2, 5_000, 250]);
    expect(wordsToNumber(w[e.E_HALT_LOW]!, w[e.E_HALT_HIGH]!)).toBe(facts.haltNs);
    expect(wordsToNumber(w[e.E_AUCTION_LOW]!, w[e.E_AUCTION_HIGH]!)).toBe(facts.auctionNs);
    expect([w[e.E_TICK], w[e.E_LOT], w[e.E_DECIMALS]]).toEqual([25, 1_000, 31 | (3 << 5)]);
    expect([...new Uint8Array(w.buffer, e.E_SYMBOL * 4, 32)]).toEqual([...symbol]);
  });

  test('should have nothing where nothing is said', () => {
    const w = defined({ cmd: COMMAND_INSTRUMENT, instrument: 1 }, new Uint8Array([65]));
    expect([...w.slice(e.E_PRICE, e.E_SYMBOL)]).toEqual(new Array(9).fill(0));
    expect([...w.slice(e.E_SYMBOL)]).toEqual([65, 0, 0, 0, 0, 0, 0, 0]);
  });

  test.each([
    [1, codes.REJECT_ALREADY_DEFINED],
    [0, codes.REJECT_CAPACITY],
    [-1, codes.REJECT_CAPACITY],
    [9, codes.REJECT_CAPACITY],
  ])('%i should be refused, and its symbol', (instrument, reason) => {
    const bench = new CoreBench({ instruments: 8 });
    const hash = bench.hash();
    expect(bench.reasons(bench.apply({ cmd: COMMAND_INSTRUMENT, instrument }))).toEqual([reason]);
    const symbol = new Uint8Array([65]);
    expect(bench.reasons(bench.apply({ cmd: COMMAND_SYMBOL, instrument, symbol }))).toEqual([
      reason,
    ]);
    const other = new CoreBench({ instruments: 8 });
    for (let i = 0; i < 2; i++) other.apply({ cmd: codes.COMMAND_TIME });
    expect(bench.hash()).toBe(other.hash());
    expect(bench.hash()).not.toBe(hash);
  });

  test('should be a part of the state, and so its symbol', () => {
    const hashOf = (symbol: number, terms: Partial<DefineInstrument>) => {
      const bench = new CoreBench();
      bench.apply({ cmd: COMMAND_SYMBOL, instrument: 2, symbol: new Uint8Array([symbol]) });
      bench.apply({ cmd: COMMAND_INSTRUMENT, instrument: 2, ...facts, ...terms });
      return bench.hash();
    };
    const hashes = [
      hashOf(65, {}),
      hashOf(66, {}),
      hashOf(65, { lot: { units: 1_000, decimals: 4 } }),
      hashOf(65, { tick: { units: 26, decimals: 31 } }),
      hashOf(65, { haltNs: 7 }),
      hashOf(65, { auctionNs: 7 }),
      hashOf(65, { priceBandBps: 251 }),
      hashOf(65, { referencePrice: 5_001 }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashOf(65, {})).toBe(hashes[0]);
  });
});

/** Accounts 1 and 2 have a buy each from sessions 7 and 8; account 1 a sell from 8 too. */
function killBench(limits = {}): CoreBench {
  const bench = new CoreBench(limits);
  bench.buy({ account: 2, clOrdId: 1, session: 7, price: 90, qty: 1 });
  bench.buy({ account: 1, clOrdId: 1, session: 7, price: 91, qty: 2 });
  bench.sell({ account: 1, clOrdId: 2, session: 8, price: 99, qty: 3 });
  bench.buy({ account: 2, clOrdId: 2, session: 8, price: 92, qty: 4 });
  return bench;
}

/** orderIds of what was canceled, all by the kill switch. */
function killed(events: readonly CoreEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.evt !== codes.EVENT_CANCELED) return [];
    expect(event.reason).toBe(codes.CANCEL_KILL_SWITCH);
    return [event.order.orderId];
  });
}

function enters(bench: CoreBench, account: number, session: number): boolean {
  const events = bench.buy({ account, session, price: 50, qty: 1, clOrdId: nextClOrdId++ });
  const reasons = bench.reasons(events);
  expect([[], [codes.REJECT_RISK_KILLED]]).toContainEqual(reasons);
  return reasons.length === 0;
}
let nextClOrdId = 100;

describe('the kill switch', () => {
  test('of an account should cancel its orders, oldest first, and let it enter none', () => {
    const bench = killBench();
    expect(killed(bench.apply({ cmd: COMMAND_KILL, account: 1 }))).toEqual([2, 3]);
    expect(bench.orders(SIDE_BUY).map(({ orderId }) => orderId)).toEqual([4, 1]);
    expect(bench.orders(SIDE_SELL)).toEqual([]);
    expect([enters(bench, 1, 7), enters(bench, 2, 7)]).toEqual([false, true]);
  });

  test('of a session should do so account by account, in order of their first use', () => {
    const bench = killBench();
    expect(killed(bench.apply({ cmd: COMMAND_KILL, killedSession: 8 }))).toEqual([4, 3]);
    const pairs = [
      [1, 8],
      [2, 8],
      [1, 7],
    ] as const;
    expect(pairs.map(([account, session]) => enters(bench, account, session))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('should refuse a replace, and leave cancels', () => {
    const bench = killBench();
    bench.apply({ cmd: COMMAND_KILL, killedSession: 8 });
    const replace = { cmd: codes.COMMAND_REPLACE, account: 1, origClOrdId: 1 } as const;
    const killedReplace = bench.apply({ ...replace, clOrdId: 50, qty: 1, session: 8 });
    expect(bench.reasons(killedReplace)).toEqual([codes.REJECT_RISK_KILLED]);
    expect(bench.reasons(bench.apply({ ...replace, clOrdId: 51, qty: 1, session: 7 }))).toEqual([]);
    const cancel = { cmd: codes.COMMAND_CANCEL, account: 1, clOrdId: 51, session: 8 } as const;
    expect(bench.reasons(bench.apply(cancel))).toEqual([]);
  });

  test('should be lifted for the one that is named', () => {
    const bench = killBench();
    const sessions = [7, 8, 9];
    for (const killedSession of sessions) bench.apply({ cmd: COMMAND_KILL, killedSession });
    bench.apply({ cmd: COMMAND_KILL, killedSession: 7, lift: true });
    expect(sessions.map((session) => enters(bench, 1, session))).toEqual([true, false, false]);
    bench.apply({ cmd: COMMAND_KILL, killedSession: 9, lift: true });
    expect(sessions.map((session) => enters(bench, 1, session))).toEqual([true, false, true]);
    bench.apply({ cmd: COMMAND_KILL, account: 1 });
    expect(enters(bench, 1, 7)).toBe(false);
    bench.apply({ cmd: COMMAND_KILL, account: 1, lift: true });
    expect(enters(bench, 1, 7)).toBe(true);
  });

  test.each([{ account: 5 }, { killedSession: 5 }])(
    'of %j should be no error when thrown or lifted twice, and a part of the state',
    (whom) => {
      const bench = killBench();
      const events = [true, false, false, true, true].map((lift) => {
        const event = bench.apply({ cmd: COMMAND_KILL, ...whom, lift })[0]!;
        return [event.evt, enters(bench, 5, 5)];
      });
      const { EVENT_DONE, EVENT_CANCELED } = codes;
      expect(events).toEqual([
        [EVENT_DONE, true],
        [EVENT_CANCELED, false],
        [EVENT_DONE, false],
        [EVENT_DONE, true],
        [EVENT_DONE, true],
      ]);
    },
  );

  test('should be a part of the state, in whatever order sessions were killed', () => {
    const hashOf = (sessions: readonly number[], account: number) => {
      const bench = new CoreBench();
      for (const killedSession of sessions) bench.apply({ cmd: COMMAND_KILL, killedSession });
      bench.apply({ cmd: COMMAND_KILL, account });
      return bench.hash();
    };
    expect(hashOf([3, 4], 1)).toBe(hashOf([4, 3], 1));
    expect(hashOf([3, 4], 1)).not.toBe(hashOf([3, 5], 1));
    expect(hashOf([3, 4], 1)).not.toBe(hashOf([3, 4], 2));
  });

  test('should know 64 sessions, and as many accounts as there may be', () => {
    const bench = killBench({ accounts: 3 });
    const kill = (whom: { account: number } | { killedSession: number }, lift = false) =>
      bench.reasons(bench.apply({ cmd: COMMAND_KILL, ...whom, lift }));
    for (let session = 1; session <= 64; session++) {
      expect(kill({ killedSession: session })).toEqual([]);
    }
    const { REJECT_CAPACITY } = codes;
    expect(kill({ killedSession: 65 })).toEqual([REJECT_CAPACITY]);
    expect(kill({ killedSession: 64 })).toEqual([]);
    expect(kill({ killedSession: 1 }, true)).toEqual([]);
    expect(kill({ killedSession: 65 })).toEqual([]);
    // What is lifted needs no room.
    expect(kill({ account: 3 }, true)).toEqual([]);
    expect(kill({ account: 4 })).toEqual([]);
    expect(kill({ account: 3 })).toEqual([REJECT_CAPACITY]);
    expect(kill({ account: 3 }, true)).toEqual([]);
  });
});
