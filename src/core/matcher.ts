// One aggressor against the opposite book side: price, then time (R3.1); self-trade prevention
// (R3.8 … R3.10); how much a fok could trade (R3.4).
//
// The aggressor is an order record that is in no queue. Afterwards its leaves say what is left: 0
// when it was filled or self-trade prevention canceled it (that event is then already written).

import { assert } from '../base/assert.ts';
import { isWithinBand, tradedInBand } from './band.ts';
import { append, removeFilled, unlink } from './book.ts';
import {
  CANCEL_STP,
  STP_CANCEL_BOTH,
  STP_CANCEL_RESTING,
  STP_DECREMENT,
  STP_NONE,
} from './codes.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitRefreshed, emitRestated, emitTrade } from './emit.ts';
import { shownOf } from './extras.ts';
import { levelKey, nextLevel } from './ladder.ts';
import {
  FLAG_STP_MASK,
  FLAG_STP_SHIFT,
  I_BAND_UNSET,
  I_LAST_PRICE,
  I_STOPS,
  I_TRADE_HIGH,
  I_TRADE_LOW,
  L_FIRST,
  O_ACCOUNT,
  O_EXTRA,
  O_FLAGS,
  O_LEAVES,
  O_NEXT,
  O_PREV,
  S_BAND_FIRST,
  S_BAND_LAST,
  S_BEST,
  S_BEST_KEY,
  S_MIRROR,
  X_DISPLAY_QTY,
  X_SHOWN,
} from './memory-layout.ts';
import { trigger } from './stops.ts';

/**
 * Trades `aggressor` against `side` (the opposite one) as long as it has leaves and the best
 * level's key is not above `limitKey`. False when it ended because the next trade would have been
 * outside the price band (R6.6).
 */
export function sweep(
  core: Core,
  aggressor: number,
  instrument: number,
  side: number,
  limitKey: number,
): boolean {
  const m = core.m;
  const account = m[aggressor + O_ACCOUNT];
  const stp = (m[aggressor + O_FLAGS] >>> FLAG_STP_SHIFT) & FLAG_STP_MASK;
  let level = m[side + S_BEST];
  while (level !== 0) {
    const key = m[side + S_BEST_KEY];
    if (key > limitKey) return true;
    const resting = m[level + L_FIRST];
    if (stp !== STP_NONE && m[resting + O_ACCOUNT] === account) {
      preventSelfTrade(core, aggressor, resting, side, stp);
    } else {
      if (key < m[side + S_BAND_FIRST] || key > m[side + S_BAND_LAST]) return false;
      trade(core, aggressor, resting, instrument, side);
    }
    if (m[aggressor + O_LEAVES] === 0) return true;
    level = m[side + S_BEST];
  }
  return true;
}

/** One trade between the aggressor and the order at the head of the best level. */
function trade(
  core: Core,
  aggressor: number,
  resting: number,
  instrument: number,
  side: number,
): void {
  const m = core.m;
  const wanted = m[aggressor + O_LEAVES];
  const leaves = m[resting + O_LEAVES];
  const offered = shownOf(m, resting, leaves);
  assert(wanted > 0, 'an aggressor that trades has leaves');
  assert(offered > 0, 'a resting order shows something');
  const qty = Math.min(wanted, offered);
  const price = m[side + S_BEST_KEY] ^ m[side + S_MIRROR];
  m[aggressor + O_LEAVES] = wanted - qty;
  m[resting + O_LEAVES] = leaves - qty;
  m[instrument + I_LAST_PRICE] = price;
  const tradeLow = (m[instrument + I_TRADE_LOW] + 1) | 0;
  m[instrument + I_TRADE_LOW] = tradeLow;
  if (tradeLow === 0) m[instrument + I_TRADE_HIGH] += 1;
  if (m[resting + O_EXTRA] !== 0) m[m[resting + O_EXTRA] + X_SHOWN] = offered - qty;
  emitTrade(core, resting, aggressor, price, qty, tradeLow, m[instrument + I_TRADE_HIGH]);
  if (m[instrument + I_STOPS] !== 0) trigger(m, instrument, price);
  if (m[instrument + I_BAND_UNSET] !== 0) tradedInBand(m, instrument, price);
  if (leaves === qty) removeFilled(m, resting, side);
  else if (offered === qty) refresh(core, resting);
}

/** The first iceberg of a level, its tranche used up, shows the next one at the back (R3.7). */
export function refresh(core: Core, order: number): void {
  const m = core.m;
  const extra = m[order + O_EXTRA];
  assert(m[extra + X_DISPLAY_QTY] !== 0, 'only an iceberg has more than it shows');
  const next = m[order + O_NEXT];
  m[extra + X_SHOWN] = Math.min(m[extra + X_DISPLAY_QTY], m[order + O_LEAVES]);
  // Alone in its level, it is at the back already.
  if (next !== m[order + O_PREV]) {
    const level = m[order + O_PREV];
    unlink(m, order);
    append(m, level, order);
  }
  emitRefreshed(core, order);
}

/** The two orders are of one account: the aggressor's mode says what is canceled instead. */
function preventSelfTrade(
  core: Core,
  aggressor: number,
  resting: number,
  side: number,
  stp: number,
): void {
  const m = core.m;
  const wanted = m[aggressor + O_LEAVES];
  const offered = m[resting + O_LEAVES];
  assert(wanted > 0 && offered > 0, 'both orders have leaves');
  if (stp === STP_DECREMENT) {
    decrement(core, aggressor, resting, side);
    return;
  }
  if (stp === STP_CANCEL_RESTING || stp === STP_CANCEL_BOTH) {
    emitCanceled(core, resting, offered, CANCEL_STP);
    removeFilled(m, resting, side);
    if (stp === STP_CANCEL_RESTING) return;
  }
  emitCanceled(core, aggressor, wanted, CANCEL_STP);
  m[aggressor + O_LEAVES] = 0;
}

/** Takes what both orders have off both; the resting one's shown tranche goes first (R3.9). */
function decrement(core: Core, aggressor: number, resting: number, side: number): void {
  const m = core.m;
  const wanted = m[aggressor + O_LEAVES];
  const offered = m[resting + O_LEAVES];
  const shown = shownOf(m, resting, offered);
  const qty = Math.min(wanted, offered);
  m[resting + O_LEAVES] = offered - qty;
  m[aggressor + O_LEAVES] = wanted - qty;
  setShown(m, resting, Math.max(0, shown - qty));
  cancelOrRestate(core, resting, qty);
  setShown(m, aggressor, wanted - qty);
  cancelOrRestate(core, aggressor, qty);
  if (offered === qty) removeFilled(m, resting, side);
  else if (shown <= qty) refresh(core, resting);
}

function setShown(m: Int32Array, order: number, shown: number): void {
  const extra = m[order + O_EXTRA];
  if (extra !== 0) m[extra + X_SHOWN] = Math.min(m[extra + X_DISPLAY_QTY], shown);
}

/** After a decrement by `qty`: an order without leaves is canceled, another restated. */
function cancelOrRestate(core: Core, order: number, qty: number): void {
  if (core.m[order + O_LEAVES] === 0) emitCanceled(core, order, qty, CANCEL_STP);
  else emitRestated(core, order);
}

/**
 * True when a sweep would trade the whole of the aggressor's leaves (R3.4). Changes nothing. In a
 * level with an own order only what shows before it trades before the two meet; elsewhere the whole
 * level does, tranche after tranche.
 */
export function canFill(
  m: Int32Array,
  aggressor: number,
  instrument: number,
  side: number,
  limitKey: number,
): boolean {
  const account = m[aggressor + O_ACCOUNT];
  const stp = (m[aggressor + O_FLAGS] >>> FLAG_STP_SHIFT) & FLAG_STP_MASK;
  let missing = m[aggressor + O_LEAVES];
  // What the day's first trade would make the band reference, 0 = it stays.
  let reference = 0;
  for (let level = m[side + S_BEST]; level !== 0; level = nextLevel(m, level)) {
    const key = levelKey(m, level);
    if (key > limitKey) return false;
    const price = key ^ m[side + S_MIRROR];
    const mayTrade =
      reference === 0
        ? key >= m[side + S_BAND_FIRST] && key <= m[side + S_BAND_LAST]
        : isWithinBand(m, instrument, reference, price);
    let whole = 0;
    for (let order = m[level + L_FIRST]; order !== level; order = m[order + O_NEXT]) {
      if (stp === STP_NONE || m[order + O_ACCOUNT] !== account) whole += m[order + O_LEAVES];
      else if (stp !== STP_CANCEL_RESTING) {
        return mayTrade && shownBefore(m, level, order) >= missing;
      }
    }
    if (whole === 0) continue;
    if (!mayTrade) return false;
    missing -= whole;
    if (missing <= 0) return true;
    if (reference === 0 && m[instrument + I_BAND_UNSET] !== 0) reference = price;
  }
  return false;
}

/** What shows in a level's queue before `order`. */
function shownBefore(m: Int32Array, level: number, order: number): number {
  let shown = 0;
  for (let other = m[level + L_FIRST]; other !== order; other = m[other + O_NEXT]) {
    shown += shownOf(m, other, m[other + O_LEAVES]);
  }
  return shown;
}
