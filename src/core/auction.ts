// Call auctions: the price at which most would trade (R6.2), the indicative that says so after each
// command (R6.5), and the uncross that trades it (R6.3).
//
// The price is found from the level totals (totals.ts), from the best levels of both sides inward:
// pairing them as long as they cross gives the volume, and the levels where that ends give the
// prices between which it is reached. Cost: the levels that cross.

import { assert } from '../base/assert.ts';
import { tradedInBand } from './band.ts';
import { removeFilled, sideOf } from './book.ts';
import { PHASE_AUCTION, PHASE_PRE_OPEN, SIDE_BUY, SIDE_SELL } from './codes.ts';
import type { Core } from './core.ts';
import { emitAuctionTrade, emitIndicative } from './emit.ts';
import { levelKey, nextLevel } from './ladder.ts';
import { refresh } from './matcher.ts';
import * as map from './memory-layout.ts';
import { trigger } from './stops.ts';
import { startTotals, totalOf } from './totals.ts';

const TWO_32 = 0x1_0000_0000;

/** What an auction would trade: see `findClearing`. Whole numbers up to 2^53-1. */
export const CLEARING_PRICE = 0;
export const CLEARING_VOLUME = 1;
export const CLEARING_IMBALANCE = 2;
export const CLEARING_NUMBERS = 3;

/**
 * Puts into `core.clearing` the price (0 = nothing would trade), volume, and imbalance (buys
 * at or above the price less sells at or below it). Totals must be kept.
 */
export function findClearing(core: Core, instrument: number): void {
  const { m, clearing } = core;
  const bids = sideOf(instrument, SIDE_BUY);
  const asks = sideOf(instrument, SIDE_SELL);
  let bid = m[bids + map.S_BEST];
  let ask = m[asks + map.S_BEST];
  let buyLeft = bid === 0 ? 0 : totalOf(m, bid);
  let sellLeft = ask === 0 ? 0 : totalOf(m, ask);
  // Prices of the last levels that trade: the volume is reached from `low` to `high`.
  let high = 0;
  let low = 0;
  let volume = 0;
  while (bid !== 0 && ask !== 0 && bidPrice(m, bid) >= levelKey(m, ask)) {
    const qty = Math.min(buyLeft, sellLeft);
    volume += qty;
    buyLeft -= qty;
    sellLeft -= qty;
    high = bidPrice(m, bid);
    low = levelKey(m, ask);
    if (buyLeft === 0) {
      bid = nextLevel(m, bid);
      buyLeft = bid === 0 ? 0 : totalOf(m, bid);
    }
    if (sellLeft === 0) {
      ask = nextLevel(m, ask);
      sellLeft = ask === 0 ? 0 : totalOf(m, ask);
    }
  }
  clearing[CLEARING_VOLUME] = volume;
  clearing[CLEARING_PRICE] = 0;
  clearing[CLEARING_IMBALANCE] = 0;
  if (volume === 0) return;
  if (bid !== 0 && bidPrice(m, bid) === high) {
    // Every price has a buy surplus, least at the highest.
    clearing[CLEARING_PRICE] = high;
    clearing[CLEARING_IMBALANCE] = buyLeft;
  } else if (ask !== 0 && levelKey(m, ask) === low) {
    clearing[CLEARING_PRICE] = low;
    clearing[CLEARING_IMBALANCE] = -sellLeft;
  } else {
    chooseBetween(core, instrument, low, high, bid, ask);
  }
}

/**
 * The volume is reached at every price from `low` to `high`, with no surplus at `high` of buys and
 * at `low` of sells. `bid` and `ask` are the first levels (0 = none) that do not trade.
 */
function chooseBetween(
  core: Core,
  instrument: number,
  low: number,
  high: number,
  bid: number,
  ask: number,
): void {
  const { m, clearing } = core;
  // At and below it there is a buy surplus; at and above `sellsFrom` a sell surplus.
  const buysTo = bid === 0 ? 0 : bidPrice(m, bid);
  const sellsFrom = ask === 0 ? high + 1 : levelKey(m, ask);
  const first = Math.max(low, buysTo + 1);
  const last = Math.min(high, sellsFrom - 1);
  if (first <= last) {
    clearing[CLEARING_PRICE] = clampReference(m, instrument, first, last);
    return;
  }
  assert(sellsFrom === buysTo + 1, 'levels that do not trade do not cross');
  const buys = totalOf(m, bid);
  const sells = totalOf(m, ask);
  let price = buys < sells ? buysTo : sellsFrom;
  if (buys === sells) {
    const nextBid = nextLevel(m, bid);
    const nextAsk = nextLevel(m, ask);
    const from = nextBid === 0 ? low : Math.max(low, bidPrice(m, nextBid) + 1);
    const to = nextAsk === 0 ? high : Math.min(high, levelKey(m, nextAsk) - 1);
    price = clampReference(m, instrument, from, to);
  }
  clearing[CLEARING_PRICE] = price;
  clearing[CLEARING_IMBALANCE] = price <= buysTo ? buys : -sells;
}

/** The reference price clamped into a range; without one the middle, rounded down. */
function clampReference(m: Int32Array, instrument: number, from: number, to: number): number {
  const reference = m[instrument + map.I_LAST_PRICE] || m[instrument + map.I_REFERENCE_PRICE];
  if (reference === 0) return from + ((to - from) >> 1);
  return Math.min(to, Math.max(from, reference));
}

function bidPrice(m: Int32Array, level: number): number {
  return levelKey(m, level) ^ map.BID_MIRROR;
}

/** Trades what crosses, at one price; totals are not kept afterwards. */
export function uncross(core: Core, instrument: number): void {
  const m = core.m;
  const bids = sideOf(instrument, SIDE_BUY);
  const asks = sideOf(instrument, SIDE_SELL);
  const isCrossed =
    m[bids + map.S_BEST] !== 0 &&
    m[asks + map.S_BEST] !== 0 &&
    (m[bids + map.S_BEST_KEY] ^ map.BID_MIRROR) >= m[asks + map.S_BEST_KEY];
  if (isCrossed) {
    keepTotals(m, instrument);
    findClearing(core, instrument);
  }
  stopTotals(m, instrument);
  if (isCrossed) tradeCrossed(core, instrument, bids, asks);
}

/** Pairs the best heads for the volume and at the price that were found (R6.3). */
function tradeCrossed(core: Core, instrument: number, bids: number, asks: number): void {
  const m = core.m;
  const price = core.clearing[CLEARING_PRICE];
  let volume = core.clearing[CLEARING_VOLUME];
  assert(price > 0 && volume > 0, 'a crossed book trades');
  m[instrument + map.I_LAST_PRICE] = price;
  while (volume > 0) {
    const buyer = m[m[bids + map.S_BEST] + map.L_FIRST];
    const seller = m[m[asks + map.S_BEST] + map.L_FIRST];
    const qty = Math.min(m[buyer + map.O_LEAVES], m[seller + map.O_LEAVES]);
    assert(qty > 0 && qty <= volume, 'the best heads trade the volume that was found');
    volume -= qty;
    spend(m, buyer, qty);
    spend(m, seller, qty);
    const tradeLow = (m[instrument + map.I_TRADE_LOW] + 1) | 0;
    m[instrument + map.I_TRADE_LOW] = tradeLow;
    if (tradeLow === 0) m[instrument + map.I_TRADE_HIGH] += 1;
    const tradeHigh = m[instrument + map.I_TRADE_HIGH];
    emitAuctionTrade(core, buyer, seller, price, qty, tradeLow, tradeHigh);
    if (m[instrument + map.I_STOPS] !== 0) trigger(m, instrument, price);
    if (m[buyer + map.O_LEAVES] === 0) removeFilled(m, buyer, bids);
    if (m[seller + map.O_LEAVES] === 0) removeFilled(m, seller, asks);
  }
  tradedInBand(m, instrument, price);
  refreshFirst(core, bids);
  refreshFirst(core, asks);
}

/** Takes `qty` off an order; of an iceberg the shown tranche goes first. */
function spend(m: Int32Array, order: number, qty: number): void {
  const extra = m[order + map.O_EXTRA];
  m[order + map.O_LEAVES] -= qty;
  if (extra !== 0) m[extra + map.X_SHOWN] = Math.max(0, m[extra + map.X_SHOWN] - qty);
}

/** The one order of a side that an uncross may have left in part, if it has to show a tranche. */
function refreshFirst(core: Core, side: number): void {
  const m = core.m;
  if (m[side + map.S_BEST] === 0) return;
  const order = m[m[side + map.S_BEST] + map.L_FIRST];
  const extra = m[order + map.O_EXTRA];
  if (extra === 0 || m[extra + map.X_DISPLAY_QTY] === 0) return;
  if (m[extra + map.X_SHOWN] === 0) refresh(core, order);
}

/** Totals are kept from now on. */
export function keepTotals(m: Int32Array, instrument: number): void {
  startTotals(m, instrument, sideOf(instrument, SIDE_BUY));
  startTotals(m, instrument, sideOf(instrument, SIDE_SELL));
}

/** Totals are no longer kept. */
export function stopTotals(m: Int32Array, instrument: number): void {
  m[sideOf(instrument, SIDE_BUY) + map.S_TOTALED] = 0;
  m[sideOf(instrument, SIDE_SELL) + map.S_TOTALED] = 0;
}

/** Nothing counts as published in the phase that begins (R6.5). */
export function forgetIndicative(m: Int32Array, instrument: number): void {
  m.fill(0, instrument + map.I_INDICATIVE_PRICE, instrument + map.I_IMBALANCE_HIGH + 1);
}

/** At the end of a command: publishes each indicative that it changed, in order of definition. */
export function publishIndicatives(core: Core): void {
  const m = core.m;
  if (m[map.H_UNPUBLISHED] === 1) {
    publishIndicative(core, m[map.H_UNPUBLISHED_LAST]);
  } else {
    let instrument = m[map.H_FIRST_INSTRUMENT];
    for (; instrument !== 0; instrument = m[instrument + map.I_NEXT]) {
      if (m[instrument + map.I_UNPUBLISHED] !== 0) publishIndicative(core, instrument);
    }
  }
  m[map.H_UNPUBLISHED] = 0;
  m[map.H_UNPUBLISHED_LAST] = 0;
}

function publishIndicative(core: Core, instrument: number): void {
  const m = core.m;
  m[instrument + map.I_UNPUBLISHED] = 0;
  const phase = m[instrument + map.I_PHASE];
  if (phase !== PHASE_PRE_OPEN && phase !== PHASE_AUCTION) return;
  findClearing(core, instrument);
  const volume = core.clearing[CLEARING_VOLUME];
  const imbalance = core.clearing[CLEARING_IMBALANCE];
  let changed = m[instrument + map.I_INDICATIVE_PRICE] ^ core.clearing[CLEARING_PRICE];
  changed |= m[instrument + map.I_INDICATIVE_LOW] ^ volume;
  changed |= m[instrument + map.I_INDICATIVE_HIGH] ^ Math.floor(volume / TWO_32);
  changed |= m[instrument + map.I_IMBALANCE_LOW] ^ imbalance;
  changed |= m[instrument + map.I_IMBALANCE_HIGH] ^ Math.floor(imbalance / TWO_32);
  if (changed === 0) return;
  m[instrument + map.I_INDICATIVE_PRICE] = core.clearing[CLEARING_PRICE];
  m[instrument + map.I_INDICATIVE_LOW] = volume | 0;
  m[instrument + map.I_INDICATIVE_HIGH] = Math.floor(volume / TWO_32);
  m[instrument + map.I_IMBALANCE_LOW] = imbalance | 0;
  m[instrument + map.I_IMBALANCE_HIGH] = Math.floor(imbalance / TWO_32);
  emitIndicative(core, instrument);
}
