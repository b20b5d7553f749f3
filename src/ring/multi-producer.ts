// The sequencer of a ring that several threads write. Each thread has one of its own.
//
// Ownership: CURSOR is the end of what is claimed; whoever moves it from `first` to `first + n` by
// compare-exchange owns those n slots and their flags until it publishes them.
// Invariants
//   - A batch becomes visible by one atomic store: the flag of its first slot, which tells its lap
//     and its length. Readers jump from batch to batch, so they look at no other flag of it.
//   - The other flags of a batch are written all the same, with the lap before. So every flag is
//     written once a lap, and where nothing is published yet a reader finds one of the two laps
//     before: never an old word that means the right lap again after 2^32 sequences (sixteen laps
//     at least, as the capacity is 2^28 at most).
//   - GATE was the slowest consumer's sequence at some time, and every claim lies within capacity
//     of it. It is shared, so a producer that was idle for any number of laps meets a fresh one;
//     one that lies outside the window of a lap is never believed but looked up again.
// Known limitations: a thread held up inside one call of `tryClaim` while the others claim 2^32
// slots, give or take the ring's capacity, would not notice. A thread that claims and never
// publishes stops the ring.

import { assert } from '../base/assert.ts';
import type { Ring } from './ring.ts';
import { CURSOR, GATE } from './ring-layout.ts';
import { earliest } from './sequences.ts';
import { NOBODY, wake } from './wake.ts';

export class MultiProducer {
  readonly ring: Ring;
  /** The first sequence of the batch in hand. */
  first = 0;
  /** Slots of the batch in hand, 0 when there is none. */
  count = 0;
  private readonly words: Int32Array;
  private readonly mask: number;
  private readonly flagsAt: number;
  private readonly spared: number;

  /** `spared`: a consumer that is never woken, as the producer's own thread runs it. */
  constructor(ring: Ring, spared = NOBODY) {
    assert(ring.isMulti, 'the ring was made for many producers');
    this.ring = ring;
    this.words = ring.words;
    this.mask = ring.mask;
    this.flagsAt = ring.flagsAt;
    this.spared = spared;
  }

  /**
   * Takes slots `first` … `first + count - 1` (count 1 … capacity), to be filled and published at
   * once. False when the ring has no room for them: nothing is taken, and the caller answers busy.
   */
  tryClaim(count: number): boolean {
    assert(this.count === 0, 'the batch before is published');
    assert(count > 0 && count <= this.ring.capacity, 'a batch is not larger than the ring');
    const words = this.words;
    const capacity = this.ring.capacity;
    for (;;) {
      const first = Atomics.load(words, CURSOR);
      let free = (Atomics.load(words, GATE) + capacity - first) | 0;
      if (free < count || free > capacity) {
        const gate = earliest(words, this.ring.ends);
        Atomics.store(words, GATE, gate);
        free = (gate + capacity - first) | 0;
        // More than capacity: others have claimed since, and the exchange will fail.
        if (free < count) return false;
      }
      if (Atomics.compareExchange(words, CURSOR, first, (first + count) | 0) === first) {
        this.first = first;
        this.count = count;
        return true;
      }
    }
  }

  /** Hands the batch in hand to the consumers. */
  publish(): void {
    const words = this.words;
    const mask = this.mask;
    const first = this.first;
    const count = this.count;
    assert(count > 0, 'a batch is in hand');
    for (let i = 1; i < count; i++) {
      const sequence = (first + i) | 0;
      words[this.flagsAt + (sequence & mask)] = (sequence - mask - 1) & ~mask;
    }
    this.count = 0;
    Atomics.store(words, this.flagsAt + (first & mask), (first & ~mask) | (count - 1));
    wake(this.ring, this.spared);
  }
}
