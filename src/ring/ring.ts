// A ring as one thread sees it: the shared words and the header's numbers, read once.

import { assert } from '../base/assert.ts';
import * as r from './ring-layout.ts';

export class Ring {
  readonly buffer: SharedArrayBuffer;
  /** All of the ring. */
  readonly words: Int32Array;
  /** The slots alone, from index 0 on: slot `i` begins at word `i * slotWords`. */
  readonly slots: Int32Array;
  /** Number of slots, a power of two. */
  readonly capacity: number;
  /** Number of slots less one: `sequence & mask` is the index of its slot. */
  readonly mask: number;
  readonly slotWords: number;
  readonly consumers: number;
  readonly isMulti: boolean;
  /** Bit set of the consumers that hold producers back. */
  readonly ends: number;
  /** Word of the first flag; only where `isMulti`. */
  readonly flagsAt: number;
  private readonly slotsAt: number;

  /** Attaches to a buffer of `createRing`. Throws when it is not one. */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    assert(this.words[r.H_FORMAT] === r.RING_FORMAT, 'the buffer is a ring of this version');
    this.capacity = this.words[r.H_CAPACITY];
    this.mask = (this.capacity - 1) | 0;
    this.slotWords = this.words[r.H_SLOT_WORDS];
    this.consumers = this.words[r.H_CONSUMERS];
    this.isMulti = this.words[r.H_IS_MULTI] === 1;
    this.ends = this.words[r.H_ENDS];
    this.flagsAt = r.CONSUMERS + (this.consumers << r.CONSUMER_SHIFT);
    const flags = this.isMulti ? Math.ceil(this.capacity / r.LINE_WORDS) * r.LINE_WORDS : 0;
    this.slotsAt = this.flagsAt + flags;
    const slotWords = this.capacity * this.slotWords;
    this.slots = new Int32Array(buffer, this.slotsAt * 4, slotWords);
  }

  /** First word, in `words`, of a sequence's slot. */
  slotAt(sequence: number): number {
    return (this.slotsAt + Math.imul(sequence & this.mask, this.slotWords)) | 0;
  }
}
