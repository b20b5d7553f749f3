// Lays out a state (memory-layout.ts) for given limits, and empties it.

import { assert } from '../base/assert.ts';
import { powerOfTwoAtLeast } from '../base/bits.ts';
import { LARGEST_LIMITS, type Limits } from './limits.ts';
import {
  ACCOUNT_WORDS,
  BUCKETS_PER_ORDER,
  EXTRA_WORDS,
  FIRST_BUCKETS,
  H_ACCOUNT_MASK,
  H_ACCOUNT_TABLE,
  H_ACCOUNT_UNUSED,
  H_ACCOUNTS_BASE,
  H_ACCOUNTS_END,
  H_BUCKET_MASK,
  H_BUCKETS,
  H_BUCKETS_LIMIT,
  H_DUE_HIGH,
  H_DUE_LOW,
  H_EXTRA_FREE,
  H_EXTRA_UNUSED,
  H_EXTRAS_BASE,
  H_EXTRAS_END,
  H_INSTRUMENTS_BASE,
  H_INSTRUMENTS_LIMIT,
  H_KILLED,
  H_LEVELS_BASE,
  H_NODE_FREE,
  H_NODE_UNUSED,
  H_NODES_BASE,
  H_NODES_END,
  H_ORDER_FREE,
  H_ORDER_TABLE,
  H_ORDER_UNUSED,
  H_ORDERS_BASE,
  H_ORDERS_END,
  H_ORDERS_LIMIT,
  H_PAGE_FREE,
  H_PAGE_UNUSED,
  H_PAGES_BASE,
  H_PAGES_END,
  H_PAGES_LEFT,
  H_TOTALS_BASE,
  HEADER_WORDS,
  INSTRUMENT_WORDS,
  KILLED_SESSIONS_MAX,
  MAP_START,
  NODE_WORDS,
  ORDER_WORDS,
  PAGE_LEVELS_SHIFT,
  PAGE_WORDS,
  PAGE_WORDS_SHIFT,
  TRIE_DEPTH,
} from './memory-layout.ts';

/** Bids, asks, and the stops of both. */
const SIDES = 4;

/** An empty state for these limits. Throws when a limit is out of range. */
export function createMap(limits: Limits): Int32Array {
  assertLimits(limits);
  const nodes = limits.pages * TRIE_DEPTH + limits.instruments * SIDES;
  // One order more than may rest: the aggressor's, so that a full book can still be traded against.
  const orders = limits.orders + 1;
  let end = MAP_START + HEADER_WORDS;
  const place = (words: number): number => {
    const base = end;
    end += Math.ceil(words / 16) * 16;
    return base;
  };
  const instruments = place(limits.instruments * INSTRUMENT_WORDS);
  const accountBuckets = powerOfTwoAtLeast(limits.accounts);
  const accountTable = place(accountBuckets);
  const accounts = place(limits.accounts * ACCOUNT_WORDS);
  const nodesBase = place(nodes * NODE_WORDS);
  const pages = place(limits.pages * PAGE_WORDS);
  const levels = place(limits.pages << PAGE_LEVELS_SHIFT);
  const totals = place(limits.pages << PAGE_LEVELS_SHIFT);
  const bucketsLimit = powerOfTwoAtLeast(
    Math.max(limits.orders * BUCKETS_PER_ORDER, FIRST_BUCKETS),
  );
  const orderTable = place(bucketsLimit);
  const ordersBase = place(orders * ORDER_WORDS);
  const extras = place(orders * EXTRA_WORDS);
  assert(end < 0x7fffffff, 'word addresses fit int32');
  const m = new Int32Array(end);
  m[H_INSTRUMENTS_BASE] = instruments;
  m[H_INSTRUMENTS_LIMIT] = limits.instruments;
  m[H_ACCOUNT_TABLE] = accountTable;
  m[H_ACCOUNT_MASK] = accountBuckets - 1;
  m[H_ACCOUNTS_BASE] = accounts;
  m[H_ACCOUNTS_END] = accounts + limits.accounts * ACCOUNT_WORDS;
  m[H_NODES_BASE] = nodesBase;
  m[H_NODES_END] = nodesBase + nodes * NODE_WORDS;
  m[H_PAGES_BASE] = pages;
  m[H_PAGES_END] = pages + limits.pages * PAGE_WORDS;
  m[H_LEVELS_BASE] = levels;
  m[H_TOTALS_BASE] = totals;
  m[H_ORDER_TABLE] = orderTable;
  m[H_BUCKETS_LIMIT] = bucketsLimit;
  m[H_ORDERS_BASE] = ordersBase;
  m[H_ORDERS_END] = ordersBase + orders * ORDER_WORDS;
  m[H_ORDERS_LIMIT] = limits.orders;
  m[H_EXTRAS_BASE] = extras;
  m[H_EXTRAS_END] = extras + orders * EXTRA_WORDS;
  startEmpty(m);
  return m;
}

/** Empties a state; the memory, its limits and what V8 has learnt of it stay. */
export function clearMap(m: Int32Array): void {
  const used = usedRegions(m);
  m.fill(0, MAP_START, H_DUE_LOW);
  m.fill(0, H_KILLED, H_KILLED + KILLED_SESSIONS_MAX);
  // The first region is the header.
  for (let i = 2; i < used.length; i += 2) m.fill(0, used[i], used[i + 1]);
  startEmpty(m);
}

/**
 * Where the state lies: pairs of word addresses [from, end), ascending; what is outside of them is
 * zero. The header comes first.
 */
export function usedRegions(m: Int32Array): number[] {
  const pages = (m[H_PAGE_UNUSED] - m[H_PAGES_BASE]) >>> PAGE_WORDS_SHIFT;
  const levelWords = pages << PAGE_LEVELS_SHIFT;
  return [
    ...[MAP_START, MAP_START + HEADER_WORDS],
    ...[m[H_INSTRUMENTS_BASE], m[H_ACCOUNT_TABLE]],
    ...[m[H_ACCOUNT_TABLE], m[H_ACCOUNT_UNUSED]],
    ...[m[H_NODES_BASE], m[H_NODE_UNUSED]],
    ...[m[H_PAGES_BASE], m[H_PAGE_UNUSED]],
    ...[m[H_LEVELS_BASE], m[H_LEVELS_BASE] + levelWords],
    ...[m[H_TOTALS_BASE], m[H_TOTALS_BASE] + levelWords],
    ...[m[H_ORDER_TABLE], m[H_ORDER_TABLE] + m[H_BUCKETS]],
    ...[m[H_ORDERS_BASE], m[H_ORDER_UNUSED]],
    ...[m[H_EXTRAS_BASE], m[H_EXTRA_UNUSED]],
  ];
}

function startEmpty(m: Int32Array): void {
  m[H_DUE_LOW] = -1;
  m[H_DUE_HIGH] = -1;
  m[H_ORDER_FREE] = 0;
  m[H_ORDER_UNUSED] = m[H_ORDERS_BASE];
  m[H_PAGE_FREE] = 0;
  m[H_PAGE_UNUSED] = m[H_PAGES_BASE];
  m[H_PAGES_LEFT] = (m[H_PAGES_END] - m[H_PAGES_BASE]) >>> PAGE_WORDS_SHIFT;
  m[H_NODE_FREE] = 0;
  m[H_NODE_UNUSED] = m[H_NODES_BASE];
  m[H_EXTRA_FREE] = 0;
  m[H_EXTRA_UNUSED] = m[H_EXTRAS_BASE];
  m[H_ACCOUNT_UNUSED] = m[H_ACCOUNTS_BASE];
  m[H_BUCKETS] = FIRST_BUCKETS;
  m[H_BUCKET_MASK] = FIRST_BUCKETS - 1;
}

/** Throws unless every limit is a whole number in its range. */
export function assertLimits(limits: Limits): void {
  for (const name of Object.keys(LARGEST_LIMITS) as (keyof Limits)[]) {
    const value = limits[name];
    assert(
      Number.isInteger(value) && value >= 1 && value <= LARGEST_LIMITS[name],
      `limit ${name} must be a whole number in 1 … ${LARGEST_LIMITS[name]}, not ${value}`,
    );
  }
}
