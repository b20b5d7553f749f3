// Reading a core's state: for the tape's `book` and `hash`, tests and replays. Not on the hot path.

import { WordHash } from '../base/hash.ts';
import { wordsToNumber } from '../base/words.ts';
import { findInstrument, instrumentAt, sideOf } from './book.ts';
import { SIDE_BUY, SIDE_SELL } from './codes.ts';
import type { Core } from './core.ts';
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
      qty += m[o + map.O_LEAVES];
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
    });
  });
  return orders;
}

/**
 * Hash of the logical state in canonical order, 16 hexadecimal digits: sequence, clock, last
 * orderId; accounts by number; instruments by number, each with its bids and asks in queue order.
 * Addresses, limits and the layout do not enter it.
 */
export function stateHash(core: Core): string {
  const m = core.m;
  const hash = new WordHash();
  addWords(hash, m, map.H_SEQUENCE_LOW, 4);
  addWords(hash, m, map.H_ORDER_LOW, 2);
  for (const account of usedAccounts(m)) {
    hash.add(m[account + map.A_NUMBER]);
    addWords(hash, m, account + map.A_HIGHEST_LOW, 2);
  }
  for (let number = 1; number <= m[map.H_INSTRUMENTS_LIMIT]; number++) {
    const instrument = findInstrument(m, number);
    if (instrument === 0) continue;
    addWords(hash, m, instrument + map.I_NUMBER, 5);
    for (const side of [SIDE_BUY, SIDE_SELL]) {
      forEachResting(m, sideOf(instrument, side), (order) => {
        addWords(hash, m, order + map.O_ACCOUNT, map.O_OWNER - map.O_ACCOUNT + 1);
      });
      hash.add(0);
    }
  }
  return hash.hex();
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
    for (let order = m[level + map.L_FIRST]; order !== level; order = m[order + map.O_NEXT]) {
      visit(order);
    }
  }
}
