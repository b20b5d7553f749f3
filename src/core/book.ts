// Orders entering and leaving an instrument's book: level queue, order table, account list, pool.
//
// Invariants: a resting order is in one level's queue; a stop that waits is in one of its side's
// stop levels or in the activation queue (stops.ts). Both are in the order table, in their
// account's list and, a day order, in their instrument's list of those. An order that acts again
// (replaced, triggered) stays in these three while it is in no queue; a new one enters them when it
// rests.

import { assert } from '../base/assert.ts';
import { listOrder, unlistOrder } from './accounts.ts';
import { TIF_DAY, TYPE_STOP_LIMIT } from './codes.ts';
import { freeExtra, isDayOrder, listDayOrder, unlistDayOrder } from './extras.ts';
import { levelFor, removeLevel } from './ladder.ts';
import * as map from './memory-layout.ts';
import { chain, linkOf, unchain } from './order-index.ts';
import { addToTotal, startTotal } from './totals.ts';

/** The record of a defined instrument, else 0. */
export function findInstrument(m: Int32Array, number: number): number {
  if (number < 1 || number > m[map.H_INSTRUMENTS_LIMIT]) return 0;
  const instrument = instrumentAt(m, number);
  return m[instrument + map.I_NUMBER] === 0 ? 0 : instrument;
}

/** Where the record of instrument `number` (1 … limit) lies. */
export function instrumentAt(m: Int32Array, number: number): number {
  return (m[map.H_INSTRUMENTS_BASE] + Math.imul(number - 1, map.INSTRUMENT_WORDS)) | 0;
}

export function instrumentOfOrder(m: Int32Array, order: number): number {
  return instrumentAt(m, m[order + map.O_FLAGS] >>> map.FLAG_INSTRUMENT_SHIFT);
}

/** A book side (SIDE_*), or a side's stops (SIDE_* + STOP_SIDES). */
export function sideOf(instrument: number, side: number): number {
  return (instrument + map.I_SIDES + Math.imul(side, map.SIDE_WORDS)) | 0;
}

/** The book side an order belongs to. */
export function sideOfOrder(m: Int32Array, order: number): number {
  return sideOf(instrumentOfOrder(m, order), m[order + map.O_FLAGS] & map.FLAG_SIDE);
}

/** True while an order is a stop that has not been triggered. */
export function isWaiting(m: Int32Array, order: number): boolean {
  const extra = m[order + map.O_EXTRA];
  return extra !== 0 && m[extra + map.X_WAITS] !== 0;
}

/** An order record of unknown content, but without an extra. There is always one. */
export function takeOrder(m: Int32Array): number {
  const free = m[map.H_ORDER_FREE];
  if (free !== 0) {
    m[map.H_ORDER_FREE] = m[free + map.O_NEXT];
    return free;
  }
  const order = m[map.H_ORDER_UNUSED];
  assert(order < m[map.H_ORDERS_END], 'the pool holds one order more than may rest');
  m[map.H_ORDER_UNUSED] = order + map.ORDER_WORDS;
  return order;
}

/** Gives a record back, and what it has beside. */
export function freeOrder(m: Int32Array, order: number): void {
  if (m[order + map.O_EXTRA] !== 0) freeExtra(m, order);
  m[order + map.O_NEXT] = m[map.H_ORDER_FREE];
  m[map.H_ORDER_FREE] = order;
}

/** Puts a new order into the order table, its account's list and, a day order, its instrument's. */
export function register(m: Int32Array, order: number, instrument: number, account: number): void {
  listOrder(m, account, order);
  chain(m, order);
  if (isDayOrder(m, order)) listDayOrder(m, instrument, order);
}

/** Puts an order at the back of its price level; an iceberg shows a tranche. */
export function rest(m: Int32Array, order: number, side: number): void {
  const leaves = m[order + map.O_LEAVES];
  assert(leaves > 0, 'an order that rests has leaves');
  const extra = m[order + map.O_EXTRA];
  if (extra !== 0) m[extra + map.X_SHOWN] = Math.min(m[extra + map.X_DISPLAY_QTY], leaves);
  const level = levelFor(m, side, m[order + map.O_PRICE] ^ m[side + map.S_MIRROR]);
  append(m, level, order);
  if (m[side + map.S_TOTALED] === 0) return;
  if (m[level + map.L_FIRST] === order) startTotal(m, side, level, leaves);
  else addToTotal(m, side, level, leaves);
}

/** Puts an order at the back of a queue. */
export function append(m: Int32Array, level: number, order: number): void {
  const last = m[level + map.L_LAST];
  m[order + map.O_NEXT] = level;
  m[order + map.O_PREV] = last;
  m[last + map.O_NEXT] = order;
  m[level + map.L_LAST] = order;
}

/** Takes an order out of its queue. True when that is empty now. */
export function unlink(m: Int32Array, order: number): boolean {
  const next = m[order + map.O_NEXT];
  const prev = m[order + map.O_PREV];
  // Neither is read, no invariant asserted: a write does not wait until a line is in the cache.
  m[prev + map.O_NEXT] = next;
  m[next + map.O_PREV] = prev;
  return next === prev;
}

/** Takes an order out of its level's queue, and the level out of the ladder if that empties it. */
export function leaveLevel(m: Int32Array, order: number, side: number): void {
  const next = m[order + map.O_NEXT];
  const isEmpty = unlink(m, order);
  if (m[side + map.S_TOTALED] !== 0) {
    // The order knows its level only through the last of the queue.
    let level = next;
    if (!isEmpty) level = levelFor(m, side, m[order + map.O_PRICE] ^ m[side + map.S_MIRROR]);
    addToTotal(m, side, level, -m[order + map.O_LEAVES]);
  }
  if (isEmpty) removeLevel(m, side, next);
}

/** Takes an order that waits out of wherever it does. */
export function leaveStops(m: Int32Array, order: number): void {
  const extra = m[order + map.O_EXTRA];
  const flags = m[order + map.O_FLAGS];
  const instrument = instrumentAt(m, flags >>> map.FLAG_INSTRUMENT_SHIFT);
  const next = m[order + map.O_NEXT];
  const isEmpty = unlink(m, order);
  if (m[extra + map.X_WAITS] === map.WAITS_FOR_TRADE) {
    m[instrument + map.I_STOPS] -= 1;
    if (isEmpty) {
      removeLevel(m, sideOf(instrument, (flags & map.FLAG_SIDE) + map.STOP_SIDES), next);
    }
  }
  m[extra + map.X_WAITS] = 0;
  if (needsPage(flags)) m[map.H_PAGES_RESERVED] -= 1;
}

/** A stop_limit that may rest once it is triggered: a page is reserved for its level. */
export function needsPage(flags: number): boolean {
  const type = (flags >>> map.FLAG_TYPE_SHIFT) & map.FLAG_TYPE_MASK;
  const tif = (flags >>> map.FLAG_TIF_SHIFT) & map.FLAG_TIF_MASK;
  return type === TYPE_STOP_LIMIT && tif <= TIF_DAY;
}

/** Ends an order that rests or waits: out of everything, its record free. */
export function removeOrder(m: Int32Array, order: number): void {
  removeOrderAt(m, order, linkOf(m, order));
}

/** The same where the order's link in the order table is known. */
export function removeOrderAt(m: Int32Array, order: number, link: number): void {
  if (isWaiting(m, order)) leaveStops(m, order);
  else leaveLevel(m, order, sideOfOrder(m, order));
  forget(m, order, link);
}

/** Ends an order that acted again and is in no queue. */
export function endOrder(m: Int32Array, order: number): void {
  forget(m, order, linkOf(m, order));
}

/** Ends a resting order that was filled, `side` being its book side. */
export function removeFilled(m: Int32Array, order: number, side: number): void {
  leaveLevel(m, order, side);
  forget(m, order, linkOf(m, order));
}

function forget(m: Int32Array, order: number, link: number): void {
  unchain(m, link);
  unlistOrder(m, order);
  if (m[order + map.O_EXTRA] !== 0) unlistDayOrder(m, order);
  freeOrder(m, order);
}
