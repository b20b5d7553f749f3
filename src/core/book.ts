// Orders entering and leaving an instrument's book: level queue, order table, account list, pool.
//
// Invariants: a resting order is in one level's queue, in the order table and in its account's
// list. An aggressor has a record and is in none of them (replaced: it stays in its account's
// list).

import { assert } from '../base/assert.ts';
import { unlistOrder } from './accounts.ts';
import { levelFor, removeLevel } from './ladder.ts';
import {
  FLAG_INSTRUMENT_SHIFT,
  FLAG_SIDE,
  H_INSTRUMENTS_BASE,
  H_INSTRUMENTS_LIMIT,
  H_ORDER_FREE,
  H_ORDER_UNUSED,
  H_ORDERS_END,
  I_NUMBER,
  I_SIDES,
  INSTRUMENT_WORDS,
  L_LAST,
  O_ACCOUNT,
  O_CLORDID_HIGH,
  O_CLORDID_LOW,
  O_FLAGS,
  O_LEAVES,
  O_NEXT,
  O_PREV,
  O_PRICE,
  ORDER_WORDS,
  S_MIRROR,
  SIDE_WORDS,
} from './memory-layout.ts';
import { chain, findLink, unchain } from './order-index.ts';

/** The record of a defined instrument, else 0. */
export function findInstrument(m: Int32Array, number: number): number {
  if (number < 1 || number > m[H_INSTRUMENTS_LIMIT]) return 0;
  const instrument = instrumentAt(m, number);
  return m[instrument + I_NUMBER] === 0 ? 0 : instrument;
}

/** Where the record of instrument `number` (1 … limit) lies. */
export function instrumentAt(m: Int32Array, number: number): number {
  return m[H_INSTRUMENTS_BASE] + (number - 1) * INSTRUMENT_WORDS;
}

export function sideOf(instrument: number, side: number): number {
  return instrument + I_SIDES + side * SIDE_WORDS;
}

/** The book side an order belongs to. */
export function sideOfOrder(m: Int32Array, order: number): number {
  const flags = m[order + O_FLAGS];
  return sideOf(instrumentAt(m, flags >>> FLAG_INSTRUMENT_SHIFT), flags & FLAG_SIDE);
}

/** An order record of unknown content. There is always one for an aggressor. */
export function takeOrder(m: Int32Array): number {
  const free = m[H_ORDER_FREE];
  if (free !== 0) {
    m[H_ORDER_FREE] = m[free + O_NEXT];
    return free;
  }
  const order = m[H_ORDER_UNUSED];
  assert(order < m[H_ORDERS_END], 'the pool holds one order more than may rest');
  m[H_ORDER_UNUSED] = order + ORDER_WORDS;
  return order;
}

/** Gives a record back. */
export function freeOrder(m: Int32Array, order: number): void {
  m[order + O_NEXT] = m[H_ORDER_FREE];
  m[H_ORDER_FREE] = order;
}

/** Puts an order at the back of its price level and into the order table. */
export function rest(m: Int32Array, order: number, side: number): void {
  assert(m[order + O_LEAVES] > 0, 'an order that rests has leaves');
  const level = levelFor(m, side, m[order + O_PRICE] ^ m[side + S_MIRROR]);
  const last = m[level + L_LAST];
  m[order + O_NEXT] = level;
  m[order + O_PREV] = last;
  m[last + O_NEXT] = order;
  m[level + L_LAST] = order;
  chain(m, order);
}

/** Takes an order out of its level's queue, and the level out of the ladder if that empties it. */
export function leaveLevel(m: Int32Array, order: number, side: number): void {
  const next = m[order + O_NEXT];
  const prev = m[order + O_PREV];
  assert(m[prev + O_NEXT] === order, 'the order is in its queue');
  m[prev + O_NEXT] = next;
  m[next + O_PREV] = prev;
  if (next === prev) removeLevel(m, side, next);
}

/** Ends a resting order: out of everything, its record free. */
export function removeOrder(m: Int32Array, order: number, side: number): void {
  const account = m[order + O_ACCOUNT];
  const link = findLink(m, account, m[order + O_CLORDID_LOW], m[order + O_CLORDID_HIGH]);
  assert(m[link] === order, 'a resting order is in the order table');
  removeOrderAt(m, order, side, link);
}

/** The same where the order's link in the order table is known. */
export function removeOrderAt(m: Int32Array, order: number, side: number, link: number): void {
  unchain(m, link);
  unlistOrder(m, order);
  leaveLevel(m, order, side);
  freeOrder(m, order);
}
