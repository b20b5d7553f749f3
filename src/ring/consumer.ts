// A consumer and its barrier: what it may read, and how far it has read.
//
// Ownership: the consumer's thread alone writes the consumer's sequence. A slot from that sequence
// up to what `poll` answers is the consumer's to read (and to write to words that only it and those
// that follow it use), until `commit` passes it on.
// Invariants: own sequence ≤ next ≤ available ≤ what is published; a follower never passes those it
// follows. Only flags of slots where a batch begins are read.

import { assert } from '../base/assert.ts';
import type { Ring } from './ring.ts';
import { CURSOR, H_FOLLOWED, H_FOLLOWS, SPACE } from './ring-layout.ts';
import { earliest, sequenceAt, sleepAt } from './sequences.ts';
import { wake, wakeSleepers } from './wake.ts';

export class Consumer {
  readonly ring: Ring;
  /** The line that it sleeps on. */
  readonly sleepAt: number;
  /** The sequence that it has committed: the next that it will read after a restart. */
  committed: number;
  private readonly words: Int32Array;
  private readonly own: number;
  private readonly follows: number;
  private readonly isFollowed: boolean;
  private readonly maxBatch: number;
  /** End of what it knows to be readable. */
  private available: number;

  /**
   * One for each index (0 … consumers-1) and ring's life: within a batch of a multi-producer ring
   * another could not take over. `maxBatch` (1 … capacity, default capacity) bounds one `poll`.
   */
  constructor(ring: Ring, index: number, maxBatch: number = ring.capacity) {
    assert(index >= 0 && index < ring.consumers, 'the ring has that consumer');
    assert(maxBatch > 0 && maxBatch <= ring.capacity, 'a batch is not larger than the ring');
    this.ring = ring;
    this.words = ring.words;
    this.own = sequenceAt(index);
    this.sleepAt = sleepAt(index);
    this.follows = ring.words[H_FOLLOWS + index];
    this.isFollowed = ((ring.words[H_FOLLOWED] >>> index) & 1) === 1;
    this.maxBatch = maxBatch;
    this.committed = Atomics.load(ring.words, this.own);
    this.available = this.committed;
  }

  /**
   * The end (exclusive) of what can be read from `next` on, at most maxBatch further; `next` itself
   * when there is nothing. `next` lies between `committed` and the last answer.
   */
  poll(next: number): number {
    assert(((this.available - next) | 0) >= 0, 'nothing is read before it is available');
    if (this.available === next) this.available = this.lookFrom(next);
    const end = (next + this.maxBatch) | 0;
    return ((this.available - end) | 0) > 0 ? end : this.available;
  }

  /** Everything before `next` is done with: followers may read it, producers may overwrite it. */
  commit(next: number): void {
    assert(((next - this.committed) | 0) >= 0, 'what is committed stays so');
    assert(((this.available - next) | 0) >= 0, 'only what could be read is committed');
    this.committed = next | 0;
    Atomics.store(this.words, this.own, this.committed);
    if (this.isFollowed) wake(this.ring);
    else if (!this.ring.isMulti) wakeSleepers(this.words, SPACE);
  }

  /** Whether `next` is the end of all that was ever claimed. Final only when no one produces. */
  isAtEnd(next: number): boolean {
    return Atomics.load(this.words, CURSOR) === next;
  }

  private lookFrom(next: number): number {
    if (this.follows !== 0) return earliest(this.words, this.follows);
    if (!this.ring.isMulti) return Atomics.load(this.words, CURSOR);
    const words = this.words;
    const mask = this.ring.mask;
    let end = next;
    while (((end - next) | 0) < this.maxBatch) {
      const flag = Atomics.load(words, this.ring.flagsAt + (end & mask));
      if (((flag ^ end) & ~mask) !== 0) break;
      end = (end + (flag & mask) + 1) | 0;
    }
    return end;
  }
}
