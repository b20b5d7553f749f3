// Brings what the next commands will look up into the cache. In a large book an order's record is
// in memory, 100 ns away and more, and a command that waits for it waits alone; asked for several
// commands at once, the waits overlap (group prefetching: Chen, Ailamaki, Gibbons and Mowry,
// "Improving hash join performance through prefetching", 2004).
//
// Changes nothing: what it reads is an aid alone, and may be out of date when a command runs.

import { assert } from '../base/assert.ts';
import { COMMAND_REPLACE } from './codes.ts';
import {
  C_ACCOUNT,
  C_CLORDID_LOW,
  C_HEAD,
  C_ORIG_LOW,
  COMMAND_WORDS,
  HEAD_COMMAND_MASK,
} from './command-slot.ts';
import type { Core } from './core.ts';
import { H_RESTING, O_PRICE } from './memory-layout.ts';
import { firstInBucket } from './order-index.ts';

/** Commands looked up at once: as many as a processor can have reads under way, and not more. */
export const LOOK_AHEAD_COMMANDS = 16;
/**
 * Orders from which it pays: their records (64 bytes each) fill a second-level cache of 1 MB. A
 * smaller book is in the cache, and looking ahead would cost a tenth.
 */
export const LOOK_AHEAD_FROM = 16_384;

/**
 * Looks ahead, in a large book, for the next of the commands whose slots lie one after the other
 * from word `at` to `end`. Returns the word at which it is due again. The loop belongs to the
 * caller, where the core is a constant to V8's optimizing compiler:
 *
 *     for (let due = at; at < end; at += COMMAND_WORDS) {
 *       if (at === due) due = lookAhead(core, commands, at, end);
 *       apply(core, commands, at);
 *     }
 */
export function lookAhead(core: Core, commands: Int32Array, at: number, end: number): number {
  const due = Math.min(at + LOOK_AHEAD_COMMANDS * COMMAND_WORDS, end);
  if (core.m[H_RESTING] > LOOK_AHEAD_FROM) lookUp(core, commands, at, due);
  return due;
}

/** Without branches on the kind of a command, which is not to be foreseen. */
function lookUp(core: Core, commands: Int32Array, from: number, end: number): void {
  const { m, ahead } = core;
  let count = 0;
  for (let at = from; at < end; at += COMMAND_WORDS) {
    const command = commands[at + C_HEAD] & HEAD_COMMAND_MASK;
    if (command > COMMAND_REPLACE) continue;
    // New, cancel and replace are 1, 2 and 3: this is 1 for a replace alone.
    const isReplace = command & (command >>> 1);
    const id = (at + C_CLORDID_LOW + isReplace * (C_ORIG_LOW - C_CLORDID_LOW)) | 0;
    const order = firstInBucket(m, commands[at + C_ACCOUNT], commands[id], commands[id + 1]);
    // And this 0 for a new order, which needs its bucket alone.
    ahead[count] = order & -(command >>> 1);
    count += 1;
  }
  let prices = 0;
  for (let i = 0; i < count; i++) prices |= m[ahead[i] + O_PRICE];
  // A read that nothing needs would not be compiled.
  assert(prices >= 0, 'no order has a negative price');
}
