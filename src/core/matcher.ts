// One aggressor against the opposite book side: price, then time (R3.1); self-trade prevention
// (R3.8 … R3.10); how much a fok could trade (R3.4).
//
// The aggressor is an order record that is in no queue. Afterwards its leaves say what is left: 0
// when it was filled or self-trade prevention canceled it (that event is then already written).

import { assert } from '../base/assert.ts';
import { removeOrder } from './book.ts';
import {
  CANCEL_STP,
  STP_CANCEL_BOTH,
  STP_CANCEL_RESTING,
  STP_DECREMENT,
  STP_NONE,
} from './codes.ts';
import type { Core } from './core.ts';
import { emitCanceled, emitRestated, emitTrade } from './emit.ts';
import { levelKey, nextLevel } from './ladder.ts';
import {
  FLAG_STP_MASK,
  FLAG_STP_SHIFT,
  I_LAST_PRICE,
  I_TRADE_HIGH,
  I_TRADE_LOW,
  L_FIRST,
  O_ACCOUNT,
  O_FLAGS,
  O_LEAVES,
  O_NEXT,
  S_BEST,
  S_BEST_KEY,
  S_MIRROR,
} from './memory-layout.ts';

/**
 * Trades `aggressor` against `side` (the opposite one) as long as it has leaves and the best
 * level's key is not above `limitKey`.
 */
export function sweep(
  core: Core,
  aggressor: number,
  instrument: number,
  side: number,
  limitKey: number,
): void {
  const m = core.m;
  const account = m[aggressor + O_ACCOUNT];
  const stp = (m[aggressor + O_FLAGS] >>> FLAG_STP_SHIFT) & FLAG_STP_MASK;
  let level = m[side + S_BEST];
  while (level !== 0 && m[side + S_BEST_KEY] <= limitKey) {
    const resting = m[level + L_FIRST];
    if (stp !== STP_NONE && m[resting + O_ACCOUNT] === account) {
      preventSelfTrade(core, aggressor, resting, side, stp);
    } else {
      trade(core, aggressor, resting, instrument, side);
    }
    if (m[aggressor + O_LEAVES] === 0) return;
    level = m[side + S_BEST];
  }
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
  const offered = m[resting + O_LEAVES];
  assert(wanted > 0, 'an aggressor that trades has leaves');
  assert(offered > 0, 'a resting order has leaves');
  const qty = Math.min(wanted, offered);
  const price = m[side + S_BEST_KEY] ^ m[side + S_MIRROR];
  m[aggressor + O_LEAVES] = wanted - qty;
  m[resting + O_LEAVES] = offered - qty;
  m[instrument + I_LAST_PRICE] = price;
  const tradeLow = (m[instrument + I_TRADE_LOW] + 1) | 0;
  m[instrument + I_TRADE_LOW] = tradeLow;
  if (tradeLow === 0) m[instrument + I_TRADE_HIGH] += 1;
  emitTrade(core, resting, aggressor, price, qty, tradeLow, m[instrument + I_TRADE_HIGH]);
  if (offered === qty) removeOrder(m, resting, side);
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
    const qty = Math.min(wanted, offered);
    m[resting + O_LEAVES] = offered - qty;
    m[aggressor + O_LEAVES] = wanted - qty;
    cancelOrRestate(core, resting, qty);
    cancelOrRestate(core, aggressor, qty);
    if (offered === qty) removeOrder(m, resting, side);
    return;
  }
  if (stp === STP_CANCEL_RESTING || stp === STP_CANCEL_BOTH) {
    emitCanceled(core, resting, offered, CANCEL_STP);
    removeOrder(m, resting, side);
    if (stp === STP_CANCEL_RESTING) return;
  }
  emitCanceled(core, aggressor, wanted, CANCEL_STP);
  m[aggressor + O_LEAVES] = 0;
}

/** After a decrement by `qty`: an order without leaves is canceled, another restated. */
function cancelOrRestate(core: Core, order: number, qty: number): void {
  if (core.m[order + O_LEAVES] === 0) emitCanceled(core, order, qty, CANCEL_STP);
  else emitRestated(core, order);
}

/** True when a sweep would trade the whole of the aggressor's leaves. Changes nothing. */
export function canFill(m: Int32Array, aggressor: number, side: number, limitKey: number): boolean {
  const account = m[aggressor + O_ACCOUNT];
  const stp = (m[aggressor + O_FLAGS] >>> FLAG_STP_SHIFT) & FLAG_STP_MASK;
  let missing = m[aggressor + O_LEAVES];
  let level = m[side + S_BEST];
  while (level !== 0 && levelKey(m, level) <= limitKey) {
    for (let order = m[level + L_FIRST]; order !== level; order = m[order + O_NEXT]) {
      if (stp !== STP_NONE && m[order + O_ACCOUNT] === account) {
        if (stp !== STP_CANCEL_RESTING) return false;
      } else {
        missing -= m[order + O_LEAVES];
        if (missing <= 0) return true;
      }
    }
    level = nextLevel(m, level);
  }
  return false;
}
