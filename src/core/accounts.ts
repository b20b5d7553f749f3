// Accounts: a record each from the first clOrdId that it uses, found by its number through a fixed
// hash table, and never given back. An account's resting orders are a circular list in the order in
// which they were accepted: a mass cancel walks it and is done.

import { assert } from '../base/assert.ts';
import { C_ACCOUNT, C_CLORDID_HIGH, C_CLORDID_LOW } from './command-slot.ts';
import {
  A_CHAIN,
  A_FIRST,
  A_HIGHEST_HIGH,
  A_HIGHEST_LOW,
  A_LAST,
  A_NUMBER,
  ACCOUNT_WORDS,
  H_ACCOUNT_MASK,
  H_ACCOUNT_TABLE,
  H_ACCOUNT_UNUSED,
  H_ACCOUNTS_END,
  O_ACCOUNT_NEXT,
  O_ACCOUNT_PREV,
} from './memory-layout.ts';

/** The account's record, 0 when it has never used a clOrdId. */
export function findAccount(m: Int32Array, number: number): number {
  let account = m[bucketOf(m, number)];
  while (account !== 0 && m[account + A_NUMBER] !== number) account = m[account + A_CHAIN];
  return account;
}

/** Makes the record of an account that has none; 0 when the pool is full. */
export function addAccount(m: Int32Array, number: number): number {
  const account = m[H_ACCOUNT_UNUSED];
  if (account === m[H_ACCOUNTS_END]) return 0;
  assert(account < m[H_ACCOUNTS_END], 'the pool is not overrun');
  m[H_ACCOUNT_UNUSED] = account + ACCOUNT_WORDS;
  const bucket = bucketOf(m, number);
  m[account + A_NUMBER] = number;
  m[account + A_CHAIN] = m[bucket];
  m[account + A_FIRST] = account;
  m[account + A_LAST] = account;
  m[bucket] = account;
  return account;
}

/** Uses a clOrdId up. False, and nothing changed, unless it is above all that the account used. */
function takeClOrdId(m: Int32Array, account: number, low: number, high: number): boolean {
  const highestHigh = m[account + A_HIGHEST_HIGH];
  if (high === highestHigh) {
    if (low >>> 0 <= m[account + A_HIGHEST_LOW] >>> 0) return false;
  } else if (high >>> 0 < highestHigh >>> 0) {
    return false;
  }
  m[account + A_HIGHEST_LOW] = low;
  m[account + A_HIGHEST_HIGH] = high;
  return true;
}

/** Puts a newly accepted order at the end of its account's list. */
export function listOrder(m: Int32Array, account: number, order: number): void {
  const last = m[account + A_LAST];
  m[order + O_ACCOUNT_PREV] = last;
  m[order + O_ACCOUNT_NEXT] = account;
  m[last + O_ACCOUNT_NEXT] = order;
  m[account + A_LAST] = order;
}

/** Takes an order out of its account's list. */
export function unlistOrder(m: Int32Array, order: number): void {
  const next = m[order + O_ACCOUNT_NEXT];
  const prev = m[order + O_ACCOUNT_PREV];
  // Neither is read, no invariant asserted: a write does not wait until a line is in the cache.
  m[prev + O_ACCOUNT_NEXT] = next;
  m[next + O_ACCOUNT_PREV] = prev;
}

/** The sender's record, made if its clOrdId could be its first; 0 when there is none. */
export function accountFor(m: Int32Array, commands: Int32Array, at: number): number {
  const number = commands[at + C_ACCOUNT];
  const account = findAccount(m, number);
  if (account !== 0) return account;
  // Id 0 is never used up, so it brings no account into being.
  const hasId = (commands[at + C_CLORDID_LOW] | commands[at + C_CLORDID_HIGH]) !== 0;
  return hasId ? addAccount(m, number) : 0;
}

/** Uses the command's clOrdId up. False when it is not above the account's highest (R2.2). */
export function isIdFresh(
  m: Int32Array,
  commands: Int32Array,
  at: number,
  account: number,
): boolean {
  const low = commands[at + C_CLORDID_LOW];
  const high = commands[at + C_CLORDID_HIGH];
  return account === 0 ? (low | high) !== 0 : takeClOrdId(m, account, low, high);
}

function bucketOf(m: Int32Array, number: number): number {
  const hash = Math.imul(number, 0x9e3779b1);
  return (m[H_ACCOUNT_TABLE] + ((hash ^ (hash >>> 15)) & m[H_ACCOUNT_MASK])) | 0;
}
