// R8: the state hash covers what no book shows: stops, tranches, phases, timetables, the band's
// reference, the kill switch, what an instrument was defined with.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import type { Command, DefineInstrument, NewOrder, Replace } from '../src/core/plain.ts';
import { CoreBench } from './core-bench.ts';

const { SIDE_BUY: BUY, SIDE_SELL: SELL, PHASE_HALTED, PHASE_CLOSED, PHASE_CONTINUOUS } = codes;

function define(terms: Partial<DefineInstrument> = {}): Command {
  return { cmd: codes.COMMAND_INSTRUMENT, instrument: 1, ...terms };
}

function name(text: string): Command {
  return { cmd: codes.COMMAND_SYMBOL, instrument: 1, symbol: new TextEncoder().encode(text) };
}

function order(clOrdId: number, side: number, terms: Partial<NewOrder>): Command {
  return {
    cmd: codes.COMMAND_NEW,
    instrument: 1,
    account: side + 1,
    clOrdId,
    side,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_NONE,
    qty: 10,
    ...terms,
  };
}

function stop(terms: Partial<NewOrder>): Command {
  return order(1, BUY, { type: codes.TYPE_STOP_LIMIT, price: 100, stopPrice: 100, ...terms });
}

function replace(id: number, terms: Partial<Replace>): Command {
  const ids = { account: SELL + 1, origClOrdId: id, clOrdId: id + 1 };
  return { cmd: codes.COMMAND_REPLACE, ...ids, ...terms };
}

function phase(to: number): Command {
  return { cmd: codes.COMMAND_PHASE, instrument: 1, phase: to };
}

function time(ns: bigint): Command {
  return { cmd: codes.COMMAND_TIME, time: ns };
}

function kill(account: number, lift = false): Command {
  return { cmd: codes.COMMAND_KILL, account, lift };
}

function killSession(killedSession: number, lift = false): Command {
  return { cmd: codes.COMMAND_KILL, killedSession, lift };
}

const BAND = { referencePrice: 100, priceBandBps: 100, haltNs: 50, auctionNs: 50 };
const ICEBERG = [
  define(),
  order(1, SELL, { price: 100, displayQty: 4 }),
  order(1, BUY, { price: 100, qty: 2 }),
];
const HALT = [order(1, SELL, { price: 200, qty: 1 }), order(1, BUY, { price: 200, qty: 1 })];
const TRADED = [
  define(BAND),
  order(1, SELL, { price: 100, qty: 1 }),
  order(1, BUY, { price: 100, qty: 1 }),
];

const PAIRS: readonly (readonly [what: string, one: Command[], other: Command[]])[] = [
  ['a stop price', [define(), stop({})], [define(), stop({ stopPrice: 101 })]],
  ['the limit of a stop', [define(), stop({})], [define(), stop({ price: 101 })]],
  ['a stop for a limit order', [define(), stop({})], [define(), order(1, BUY, { price: 100 })]],
  ['a displayQty', [define(), stop({ displayQty: 4 })], [define(), stop({ displayQty: 5 })]],
  ['an iceberg that shows all', [define(), stop({})], [define(), stop({ displayQty: 10 })]],
  [
    'a tranche',
    [...ICEBERG, replace(1, { qty: 10 }), replace(2, { qty: 10 })],
    [...ICEBERG, replace(1, { price: 101 }), replace(2, { price: 100 })],
  ],
  ['a day order', [define(), stop({})], [define(), stop({ tif: codes.TIF_DAY })]],
  ['the session of an order', [define(), stop({})], [define(), stop({ session: 7 })]],
  ['a phase', [define(), phase(PHASE_HALTED)], [define(), phase(PHASE_CLOSED)]],
  [
    'a timetable',
    [define(BAND), time(5n), ...HALT, time(9n)],
    [define(BAND), time(5n), HALT[0]!, { ...HALT[1]!, time: 9n }, time(9n)],
  ],
  [
    'a halt with a timetable and one without',
    [define(BAND), ...HALT, phase(PHASE_CONTINUOUS), phase(PHASE_HALTED)],
    [define(BAND), order(1, SELL, { price: 200, qty: 1 }), phase(PHASE_HALTED), HALT[1]!, time(0n)],
  ],
  [
    'a new day',
    [...TRADED, phase(PHASE_HALTED), phase(PHASE_CONTINUOUS)],
    [...TRADED, phase(PHASE_CLOSED), phase(PHASE_CONTINUOUS)],
  ],
  ['a band', [define(BAND)], [define({ ...BAND, priceBandBps: 101 })]],
  ['a halt', [define(BAND)], [define({ ...BAND, haltNs: 51 })]],
  ['an auction', [define(BAND)], [define({ ...BAND, auctionNs: 2 ** 40 })]],
  [
    'a tick',
    [define({ tick: { units: 1, decimals: 2 } })],
    [define({ tick: { units: 1, decimals: 3 } })],
  ],
  ['a lot', [define({ lot: { units: 1, decimals: 0 } })], [define()]],
  ['a symbol', [name('ABC'), define()], [name('ABD'), define()]],
  ['a killed account', [define(), kill(1)], [define(), kill(1, true)]],
  ['another killed account', [...ICEBERG, kill(1)], [...ICEBERG, kill(2)]],
  ['a killed session', [define(), killSession(1)], [define(), killSession(1, true)]],
  ['another killed session', [define(), killSession(1)], [define(), killSession(2)]],
];

function hashAfter(commands: readonly Command[]): string {
  const bench = new CoreBench({}, []);
  for (const command of commands) bench.apply(command);
  return bench.hash();
}

test.each(PAIRS)('R8 state hash should differ with %s', (_, one, other) => {
  expect(one).toHaveLength(other.length);
  expect(hashAfter(one)).not.toBe(hashAfter(other));
  expect(hashAfter(one)).toBe(hashAfter(one));
});

test('R8 state hash should forget a kill switch that was lifted', () => {
  const lifted = [define(), killSession(3), killSession(4), killSession(3, true)];
  const never = [define(), killSession(4), time(0n), time(0n)];
  expect(hashAfter(lifted)).toBe(hashAfter(never));
});
