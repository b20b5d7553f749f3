// Reading a core's state: for the tape's `book` and `hash`, tests and replays. Not on the hot path.

import { WordHash } from '../base/hash.ts';
import { wordsToBigint, wordsToNumber } from '../base/words.ts';
import { findInstrument, instrumentAt, sideOf } from './book.ts';
import { SIDE_BUY, SIDE_SELL } from './codes.ts';
import type { Core } from './core.ts';
import { shownOf } from './extras.ts';
import { levelKey, nextLevel } from './ladder.ts';
import * as map from './memory-layout.ts';

/** Price in ticks, displayed quantity in lots, number of orders. */
export type PriceLevel = [price: number, qty: number, orders: number];

export interface RestingOrder {
  account: number;
  clOrdId: number;
  orderId: number;
  price: number;
  leaves: number;
  /** What it shows: all its leaves, or an iceberg's tranche. */
  displayed: number;
}

/** A stop that has not been triggered. */
export interface WaitingStop {
  account: number;
  clOrdId: number;
  orderId: number;
  stopPrice: number;
  leaves: number;
}

/** True when the instrument is defined. */
export function hasInstrument(core: Core, instrument: number): boolean {
  return findInstrument(core.m, instrument) !== 0;
}

/** Up to `levelsMax` price levels of a side (SIDE_*) of a defined instrument, best first. */
export function depth(
  core: Core,
  instrument: number,
  side: number,
  levelsMax: number,
): PriceLevel[] {
  const m = core.m;
  const levels: PriceLevel[] = [];
  const bookSide = sideOf(instrumentAt(m, instrument), side);
  for (let level = m[bookSide + map.S_BEST]; level !== 0; level = nextLevel(m, level)) {
    if (levels.length === levelsMax) break;
    let qty = 0;
    let orders = 0;
    for (let o = m[level + map.L_FIRST]; o !== level; o = m[o + map.O_NEXT]) {
      qty += shownOf(m, o, m[o + map.O_LEAVES]);
      orders += 1;
    }
    levels.push([levelKey(m, level) ^ m[bookSide + map.S_MIRROR], qty, orders]);
  }
  return levels;
}

/** Every resting order of a side of a defined instrument: best price first, then queue order. */
export function restingOrders(core: Core, instrument: number, side: number): RestingOrder[] {
  const m = core.m;
  const orders: RestingOrder[] = [];
  forEachResting(m, sideOf(instrumentAt(m, instrument), side), (order) => {
    orders.push({
      account: m[order + map.O_ACCOUNT] >>> 0,
      clOrdId: wordsToNumber(m[order + map.O_CLORDID_LOW], m[order + map.O_CLORDID_HIGH]),
      orderId: wordsToNumber(m[order + map.O_ORDER_LOW], m[order + map.O_ORDER_HIGH]),
      price: m[order + map.O_PRICE],
      leaves: m[order + map.O_LEAVES],
      displayed: shownOf(m, order, m[order + map.O_LEAVES]),
    });
  });
  return orders;
}

/** The stops of a side that wait for a trade, the first to be triggered first. */
export function waitingStops(core: Core, instrument: number, side: number): WaitingStop[] {
  const stops: WaitingStop[] = [];
  const bookSide = sideOf(instrumentAt(core.m, instrument), side + map.STOP_SIDES);
  forEachResting(core.m, bookSide, (order) => stops.push(waitingStop(core.m, order)));
  return stops;
}

/** The triggered stops that wait for their turn, first to last. */
export function queuedStops(core: Core, instrument: number): WaitingStop[] {
  const stops: WaitingStop[] = [];
  forEachInQueue(core.m, instrumentAt(core.m, instrument) + map.I_QUEUE, (order) => {
    stops.push(waitingStop(core.m, order));
  });
  return stops;
}

function waitingStop(m: Int32Array, order: number): WaitingStop {
  return {
    account: m[order + map.O_ACCOUNT] >>> 0,
    clOrdId: wordsToNumber(m[order + map.O_CLORDID_LOW], m[order + map.O_CLORDID_HIGH]),
    orderId: wordsToNumber(m[order + map.O_ORDER_LOW], m[order + map.O_ORDER_HIGH]),
    stopPrice: m[m[order + map.O_EXTRA] + map.X_STOP_PRICE],
    leaves: m[order + map.O_LEAVES],
  };
}

/** PHASE_* of a defined instrument. */
export function phaseOf(core: Core, instrument: number): number {
  return core.m[instrumentAt(core.m, instrument) + map.I_PHASE];
}

/** When the next transition of any timetable is due, ns; undefined: none is. */
export function nextDueNs(core: Core): bigint | undefined {
  const low = core.m[map.H_DUE_LOW];
  const high = core.m[map.H_DUE_HIGH];
  return (low & high) === -1 ? undefined : wordsToBigint(low, high);
}

/**
 * Hash of the logical state in canonical order, 16 hexadecimal digits: sequence, clock, last
 * orderId; killed sessions and accounts by number; instruments in order of definition, each with
 * its orders in queue order: bids, asks, stops, activation queue. Addresses, limits and the layout
 * do not enter it.
 */
export function stateHash(core: Core): string {
  const m = core.m;
  const hash = new WordHash();
  addWords(hash, m, map.H_SEQUENCE_LOW, 4);
  addWords(hash, m, map.H_ORDER_LOW, 2);
  const killed = m.slice(map.H_KILLED, map.H_KILLED + m[map.H_KILLED_SESSIONS]).sort();
  addWords(hash, killed, 0, killed.length);
  for (const account of usedAccounts(m)) {
    hash.add(m[account + map.A_NUMBER]);
    addWords(hash, m, account + map.A_HIGHEST_LOW, 2);
    hash.add(m[account + map.A_KILLED]);
  }
  let instrument = m[map.H_FIRST_INSTRUMENT];
  for (; instrument !== 0; instrument = m[instrument + map.I_NEXT])
    addInstrument(hash, m, instrument);
  return hash.hex();
}

function addInstrument(hash: WordHash, m: Int32Array, instrument: number): void {
  addWords(hash, m, instrument + map.I_NUMBER, map.I_PHASE - map.I_NUMBER + 1);
  addWords(hash, m, instrument + map.I_BAND_UNSET, 1);
  addWords(hash, m, instrument + map.I_BAND_BPS, map.I_CONTINUOUS_HIGH - map.I_BAND_BPS + 1);
  addWords(hash, m, instrument + map.I_INDICATIVE_PRICE, 5);
  addWords(hash, m, instrument + map.I_SYMBOL, map.I_DECIMALS - map.I_SYMBOL + 1);
  const addOrder = (order: number): void => {
    const extra = m[order + map.O_EXTRA];
    addWords(hash, m, order + map.O_ACCOUNT, map.O_OWNER - map.O_ACCOUNT + 1);
    const displayQty = extra === 0 ? 0 : m[extra + map.X_DISPLAY_QTY];
    hash.add(displayQty);
    hash.add(displayQty === 0 ? 0 : m[extra + map.X_SHOWN]);
    hash.add(extra === 0 ? 0 : m[extra + map.X_STOP_PRICE]);
  };
  for (const side of [SIDE_BUY, SIDE_SELL, SIDE_BUY + map.STOP_SIDES, SIDE_SELL + map.STOP_SIDES]) {
    forEachResting(m, sideOf(instrument, side), addOrder);
    hash.add(0);
  }
  forEachInQueue(m, instrument + map.I_QUEUE, addOrder);
}

function usedAccounts(m: Int32Array): number[] {
  const accounts: number[] = [];
  for (let at = m[map.H_ACCOUNTS_BASE]; at < m[map.H_ACCOUNT_UNUSED]; at += map.ACCOUNT_WORDS) {
    accounts.push(at);
  }
  return accounts.sort((a, b) => (m[a + map.A_NUMBER] >>> 0) - (m[b + map.A_NUMBER] >>> 0));
}

function addWords(hash: WordHash, m: Int32Array, at: number, words: number): void {
  for (let i = at; i < at + words; i++) hash.add(m[i]);
}

function forEachResting(m: Int32Array, side: number, visit: (order: number) => void): void {
  for (let level = m[side + map.S_BEST]; level !== 0; level = nextLevel(m, level)) {
    forEachInQueue(m, level, visit);
  }
}

function forEachInQueue(m: Int32Array, queue: number, visit: (order: number) => void): void {
  for (let order = m[queue + map.L_FIRST]; order !== queue; order = m[order + map.O_NEXT]) {
    visit(order);
  }
}
