// The sequencer of a ring that one thread alone writes.
//
// Ownership: the one producer thread writes CURSOR and every slot from `next` up to `limit`.
// Invariants: `limit - next` is in 0 … capacity; slots before `next` belong to the consumers. What
// the writer puts into a slot is plain; the one atomic store of `publish` makes it all visible.

import { assert } from '../base/assert.ts';
import type { Ring } from './ring.ts';
import { CURSOR, SPACE } from './ring-layout.ts';
import { earliest } from './sequences.ts';
import type { WaitStrategy } from './wait-strategy.ts';
import { type Waiter, wake } from './wake.ts';

export class SingleProducer implements Waiter {
  readonly ring: Ring;
  /** The first sequence that is not published. */
  next: number;
  /** The sequence at which there is no free slot, as last looked up: the truth may be later. */
  limit: number;
  private readonly words: Int32Array;
  private wanted = 1;

  /** One for a ring's life. */
  constructor(ring: Ring) {
    assert(!ring.isMulti, 'the ring was made for one producer');
    this.ring = ring;
    this.words = ring.words;
    this.next = Atomics.load(ring.words, CURSOR);
    this.limit = (earliest(ring.words, ring.ends) + ring.capacity) | 0;
  }

  /** Whether slots `next` … `next + count - 1` are free (count 1 … capacity). */
  hasRoom(count: number): boolean {
    assert(count > 0 && count <= this.ring.capacity, 'a batch is not larger than the ring');
    if (((this.limit - this.next) | 0) >= count) return true;
    this.limit = (earliest(this.words, this.ring.ends) + this.ring.capacity) | 0;
    return ((this.limit - this.next) | 0) >= count;
  }

  /** Hands slots `next` … `end - 1` to the consumers. They must have been free and are filled. */
  publish(end: number): void {
    this.publishSilently(end);
    wake(this.ring);
  }

  /**
   * The same without waking who sleeps: for slots that no consumer could go on with now. Whoever
   * makes that possible calls `wake` after it.
   */
  publishSilently(end: number): void {
    assert(((end - this.next) | 0) >= 0, 'what is published stays so');
    assert(((this.limit - end) | 0) >= 0, 'only free slots are published');
    this.next = end | 0;
    Atomics.store(this.words, CURSOR, this.next);
  }

  /**
   * Returns when `hasRoom(count)`. Publish first what is written, or the consumers can free
   * nothing. A count well above what is needed now spares a wake-up for every slot that comes free.
   */
  waitForRoom(count: number, strategy: WaitStrategy): void {
    this.wanted = count;
    if (!this.hasRoom(count)) strategy.wait(this.words, SPACE, this);
  }

  /** For the wait strategy. */
  isReady(): boolean {
    return this.hasRoom(this.wanted);
  }
}
