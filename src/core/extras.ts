// Extras: the record that an order has beside its own when it is a stop, an iceberg or a day order,
// from creation to end (an order that becomes an iceberg by a replace: from then on).
//
// Invariants: there is one extra for every order record; X_ORDER of an extra in use and O_EXTRA of
// its order refer to each other; a day order that rests or waits is in its instrument's list, all
// others' list words refer to themselves.

import { assert } from '../base/assert.ts';
import { TIF_DAY, TYPE_MARKET } from './codes.ts';
import {
  EXTRA_WORDS,
  FLAG_TIF_MASK,
  FLAG_TIF_SHIFT,
  FLAG_TYPE_MASK,
  FLAG_TYPE_SHIFT,
  H_EXTRA_FREE,
  H_EXTRA_UNUSED,
  H_EXTRAS_END,
  I_DAY,
  O_EXTRA,
  O_FLAGS,
  X_DAY_NEXT,
  X_DAY_PREV,
  X_DISPLAY_QTY,
  X_ORDER,
  X_SHOWN,
  X_STOP_PRICE,
  X_WAITS,
} from './memory-layout.ts';

/** Gives an order, which has none, an extra that says nothing yet. */
export function addExtra(m: Int32Array, order: number): number {
  assert(m[order + O_EXTRA] === 0, 'an order has one extra');
  let extra = m[H_EXTRA_FREE];
  if (extra !== 0) {
    m[H_EXTRA_FREE] = m[extra];
  } else {
    extra = m[H_EXTRA_UNUSED];
    assert(extra < m[H_EXTRAS_END], 'there is an extra for every order');
    m[H_EXTRA_UNUSED] = extra + EXTRA_WORDS;
  }
  m[extra + X_DISPLAY_QTY] = 0;
  m[extra + X_SHOWN] = 0;
  m[extra + X_STOP_PRICE] = 0;
  m[extra + X_WAITS] = 0;
  m[extra + X_DAY_NEXT] = extra;
  m[extra + X_DAY_PREV] = extra;
  m[extra + X_ORDER] = order;
  m[order + O_EXTRA] = extra;
  return extra;
}

/** Takes the extra of an order, which is in no list of day orders, back. */
export function freeExtra(m: Int32Array, order: number): void {
  const extra = m[order + O_EXTRA];
  assert(m[extra + X_ORDER] === order, 'the extra is the order’s');
  assert(m[extra + X_DAY_NEXT] === extra, 'a day order leaves its list before');
  m[extra] = m[H_EXTRA_FREE];
  m[H_EXTRA_FREE] = extra;
  m[order + O_EXTRA] = 0;
}

/** Empties an instrument's list of day orders. */
export function startDayOrders(m: Int32Array, instrument: number): void {
  const list = instrument + I_DAY;
  m[list + X_DAY_NEXT] = list;
  m[list + X_DAY_PREV] = list;
}

/** Puts a day order that was just accepted at the end of its instrument's list. */
export function listDayOrder(m: Int32Array, instrument: number, order: number): void {
  const list = instrument + I_DAY;
  const extra = m[order + O_EXTRA];
  const last = m[list + X_DAY_PREV];
  m[extra + X_DAY_NEXT] = list;
  m[extra + X_DAY_PREV] = last;
  m[last + X_DAY_NEXT] = extra;
  m[list + X_DAY_PREV] = extra;
}

/** Takes an order that has an extra out of the list, if it is in it. */
export function unlistDayOrder(m: Int32Array, order: number): void {
  const extra = m[order + O_EXTRA];
  const next = m[extra + X_DAY_NEXT];
  const prev = m[extra + X_DAY_PREV];
  m[prev + X_DAY_NEXT] = next;
  m[next + X_DAY_PREV] = prev;
  m[extra + X_DAY_NEXT] = extra;
  m[extra + X_DAY_PREV] = extra;
}

/** What an order shows while it rests, whatever it is. */
export function shownOf(m: Int32Array, order: number, leaves: number): number {
  const extra = m[order + O_EXTRA];
  return extra !== 0 && m[extra + X_DISPLAY_QTY] !== 0 ? m[extra + X_SHOWN] : leaves;
}

/** An order that its day's end would cancel (a market order says day without meaning). */
export function isDayOrder(m: Int32Array, order: number): boolean {
  const flags = m[order + O_FLAGS];
  const type = (flags >>> FLAG_TYPE_SHIFT) & FLAG_TYPE_MASK;
  const tif = (flags >>> FLAG_TIF_SHIFT) & FLAG_TIF_MASK;
  return tif === TIF_DAY && type !== TYPE_MARKET;
}
