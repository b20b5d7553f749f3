// Resting orders by (account, clOrdId): hash chains through the order records, over a bucket array
// that grows one bucket at a time with the peak of resting orders (linear hashing, Litwin 1980), so
// that a small book stays in a small part of the cache and growth never pauses.
//
// Invariants: every resting order is in the chain of its bucket, once; H_RESTING counts them; there
// are BUCKETS_PER_ORDER for each of the most that ever rested, so that most chains are one order
// long; H_BUCKET_MASK + 1 is the smallest power of two not below H_BUCKETS.

import { assert } from '../base/assert.ts';
import {
  BUCKETS_PER_ORDER,
  H_BUCKET_MASK,
  H_BUCKETS,
  H_BUCKETS_LIMIT,
  H_ORDER_TABLE,
  H_ORDERS_LIMIT,
  H_RESTING,
  O_ACCOUNT,
  O_CHAIN,
  O_CLORDID_HIGH,
  O_CLORDID_LOW,
} from './memory-layout.ts';

/**
 * Address of the word that refers to the order: a bucket, or the chain word of the order before it.
 * The word is 0 when there is no such order. With it an order is found and unchained in one
 * look-up.
 */
export function findLink(m: Int32Array, account: number, low: number, high: number): number {
  let link = bucketOf(m, hashOf(account, low, high));
  for (let order = m[link]; order !== 0; order = m[link]) {
    if (
      m[order + O_CLORDID_LOW] === low &&
      m[order + O_ACCOUNT] === account &&
      m[order + O_CLORDID_HIGH] === high
    ) {
      return link;
    }
    link = (order + O_CHAIN) | 0;
  }
  return link;
}

/** The same for an order that is in the table: its address tells it, no key need be compared. */
export function linkOf(m: Int32Array, order: number): number {
  let link = bucketOf(m, hashOfOrder(m, order));
  for (let at = m[link]; at !== order; at = m[link]) {
    assert(at !== 0, 'an order that rests or waits is in the order table');
    link = (at + O_CHAIN) | 0;
  }
  return link;
}

/** The order at the head of a key's bucket, whatever its own key; 0 = none. */
export function firstInBucket(m: Int32Array, account: number, low: number, high: number): number {
  return m[bucketOf(m, hashOf(account, low, high))];
}

/** Takes the order at `link` (of `findLink`) out. */
export function unchain(m: Int32Array, link: number): void {
  assert(m[link] !== 0, 'there is an order to unchain');
  m[link] = m[m[link] + O_CHAIN];
  m[H_RESTING] -= 1;
}

/** Puts an order in; it must not be there. */
export function chain(m: Int32Array, order: number): void {
  const bucket = bucketOf(m, hashOfOrder(m, order));
  m[order + O_CHAIN] = m[bucket];
  m[bucket] = order;
  const resting = m[H_RESTING] + 1;
  assert(resting <= m[H_ORDERS_LIMIT], 'capacity was asked before');
  m[H_RESTING] = resting;
  const wanted = Math.min(resting * BUCKETS_PER_ORDER, m[H_BUCKETS_LIMIT]);
  while (m[H_BUCKETS] < wanted) addBucket(m);
}

/** One bucket more: it takes its share of the orders of the bucket that stood for both. */
function addBucket(m: Int32Array): void {
  const added = m[H_BUCKETS];
  if (added > m[H_BUCKET_MASK]) m[H_BUCKET_MASK] = m[H_BUCKET_MASK] * 2 + 1;
  const mask = m[H_BUCKET_MASK];
  m[H_BUCKETS] = added + 1;
  const to = m[H_ORDER_TABLE] + added;
  assert(m[to] === 0, 'a new bucket is empty');
  let link = m[H_ORDER_TABLE] + (added & (mask >>> 1));
  for (let order = m[link]; order !== 0; order = m[link]) {
    if ((hashOfOrder(m, order) & mask) === added) {
      m[link] = m[order + O_CHAIN];
      m[order + O_CHAIN] = m[to];
      m[to] = order;
    } else {
      link = order + O_CHAIN;
    }
  }
}

/** Without a branch, which would be a coin's toss: a bucket not yet there loses its upper bit. */
function bucketOf(m: Int32Array, hash: number): number {
  const mask = m[H_BUCKET_MASK];
  const bucket = hash & mask;
  const upperBit = mask ^ (mask >>> 1);
  const isAbove = (m[H_BUCKETS] - 1 - bucket) >> 31;
  return (m[H_ORDER_TABLE] + (bucket ^ (upperBit & isAbove))) | 0;
}

function hashOfOrder(m: Int32Array, order: number): number {
  return hashOf(m[order + O_ACCOUNT], m[order + O_CLORDID_LOW], m[order + O_CLORDID_HIGH]);
}

/** Multiplicative (Knuth), its well-mixed upper half folded onto the lower. */
function hashOf(account: number, low: number, high: number): number {
  const hash = Math.imul(
    low ^ Math.imul(account, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35),
    0x9e3779b1,
  );
  return hash ^ (hash >>> 15);
}
