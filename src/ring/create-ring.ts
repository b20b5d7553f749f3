// Lays out a ring in new shared memory. Done once, before any thread attaches to it.

import { assert } from '../base/assert.ts';
import * as r from './ring-layout.ts';

export interface RingOptions {
  /** Number of slots, a power of two, 2 … 2^28. */
  readonly slots: number;
  /** int32 words of one slot. A multiple of 16 (a cache line) keeps neighbours from sharing one. */
  readonly slotWords: number;
  /** Number of consumers, 1 … 24. All of them must read, or the ring fills up. */
  readonly consumers: number;
  /** `multi`: any number of threads claim slots, and `SingleProducer` is not for this ring. */
  readonly producers: 'single' | 'multi';
  /** int32, the first sequence to be published. Default 0. */
  readonly firstSequence?: number;
  /**
   * For each consumer, those that must be done with a slot before it sees the slot. They have lower
   * indexes than its own. Default: none, all read side by side.
   */
  readonly follows?: readonly (readonly number[])[];
}

/** Makes an empty ring. Throws on an option out of range. */
export function createRing(options: RingOptions): SharedArrayBuffer {
  const { slots, slotWords, consumers } = options;
  const isMulti = options.producers === 'multi';
  const first = options.firstSequence ?? 0;
  checkNumber('slots', slots, r.CAPACITY_MIN, r.CAPACITY_MAX);
  assert((slots & (slots - 1)) === 0, `slots is a power of two: ${slots}`);
  checkNumber('slotWords', slotWords, 1, r.WORDS_MAX);
  checkNumber('consumers', consumers, 1, r.CONSUMERS_MAX);
  checkNumber('firstSequence', first, -0x8000_0000, 0x7fff_ffff);
  const flagsAt = r.CONSUMERS + (consumers << r.CONSUMER_SHIFT);
  const slotsAt = flagsAt + (isMulti ? wholeLines(slots) : 0);
  const words = slotsAt + slots * slotWords;
  assert(words <= r.WORDS_MAX, `a ring of ${words} words is too large`);

  const ring = new Int32Array(new SharedArrayBuffer(wholeLines(words) * 4));
  // Touches every page, so that the first lap takes no page faults.
  ring.fill(0);
  ring[r.H_CAPACITY] = slots;
  ring[r.H_SLOT_WORDS] = slotWords;
  ring[r.H_CONSUMERS] = consumers;
  ring[r.H_IS_MULTI] = isMulti ? 1 : 0;
  writeOrder(ring, consumers, options.follows ?? []);
  ring[r.CURSOR] = first;
  ring[r.GATE] = first;
  for (let i = 0; i < consumers; i++) ring[r.CONSUMERS + (i << r.CONSUMER_SHIFT)] = first;
  if (isMulti) {
    // As if the lap before had been published: never taken for this one's.
    for (let i = 0; i < slots; i++) {
      const sequence = (first + i) | 0;
      ring[flagsAt + (sequence & (slots - 1))] = (sequence - slots) & -slots;
    }
  }
  ring[r.H_FORMAT] = r.RING_FORMAT;
  return ring.buffer as SharedArrayBuffer;
}

/** Writes who follows whom. An index lower than one's own can close no circle. */
function writeOrder(
  ring: Int32Array,
  consumers: number,
  follows: readonly (readonly number[])[],
): void {
  assert(follows.length <= consumers, 'follows names consumers that exist');
  let followed = 0;
  follows.forEach((leaders, index) => {
    let bits = 0;
    for (const leader of leaders) {
      checkNumber('a followed consumer', leader, 0, index - 1);
      bits |= 1 << leader;
    }
    ring[r.H_FOLLOWS + index] = bits;
    followed |= bits;
  });
  ring[r.H_FOLLOWED] = followed;
  ring[r.H_ENDS] = ((1 << consumers) - 1) & ~followed;
  assert(ring[r.H_ENDS] !== 0, 'some consumer is the last');
}

function wholeLines(words: number): number {
  return Math.ceil(words / r.LINE_WORDS) * r.LINE_WORDS;
}

function checkNumber(name: string, value: number, least: number, most: number): void {
  const isIn = Number.isInteger(value) && value >= least && value <= most;
  assert(isIn, `${name} is a whole number in ${least} … ${most}: ${value}`);
}
