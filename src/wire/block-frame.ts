// Writes frames whose records are copied by block, without the library's builder: each field of the
// root table has a fixed place, so that only numbers, counts and records are left to write.
//
// Layout, words of one buffer that is used again
//   0           uoffset to the root table
//   1           file identifier
//   2 …         vtable, padded to a whole word
//   table       soffset; version and kind; one word for each further slot, in the vtable or not
//   vectors     count, records; one after the other
//
// Ownership: the thread that made it. A view that `finish` gives is good until the next `begin`.

import { assert } from '../base/assert.ts';
import { SLOT_KIND, SLOT_VERSION } from './shapes.ts';

/** Up to this many words a loop copies faster than a block copy, which needs a view. */
const LOOP_WORDS_MAX = 48;

export class BlockFrame {
  private readonly buffer: ArrayBuffer;
  private readonly words: Int32Array;
  private readonly halves: Uint16Array;
  private readonly slots: number;
  /** Word of the root table. */
  private readonly table: number;
  /** First word that is not written yet. */
  private end = 0;
  private view = new Uint8Array(0);

  /** For root tables of `slots` fields, with at most `recordWordsMax` words of records in all. */
  constructor(identifier: number, slots: number, recordWordsMax: number) {
    assert(slots > SLOT_KIND, 'a root table has version and kind');
    const vtableBytes = 4 + slots * 2;
    this.slots = slots;
    this.table = 2 + ((vtableBytes + 3) >> 2);
    // Every vector may be there, each with a count of its own.
    this.buffer = new ArrayBuffer((this.table + slots + slots + recordWordsMax) * 4);
    this.words = new Int32Array(this.buffer);
    this.halves = new Uint16Array(this.buffer);
    this.words[0] = this.table * 4;
    this.words[1] = identifier;
    this.halves[4] = vtableBytes;
    this.halves[5] = slots * 4;
    this.halves[entryOf(SLOT_VERSION)] = 4;
    this.halves[entryOf(SLOT_KIND)] = 6;
    this.words[this.table] = this.table * 4 - 8;
  }

  /** Begins a frame that has nothing but version and kind. */
  begin(version: number, kind: number): void {
    this.words.fill(0, 4, this.table);
    this.words[this.table + 1] = version | (kind << 16);
    this.end = this.table + this.slots;
  }

  /** Puts a 32-bit number (or a truth value, 0 or 1) into field `slot`. */
  setWord(slot: number, value: number): void {
    assert(slot > SLOT_KIND && slot < this.slots, 'a slot of the root table');
    this.halves[entryOf(slot)] = slot * 4;
    this.words[this.table + slot] = value;
  }

  /** Puts `count` records of `recordWords` words, from word `at` of `source`, into field `slot`. */
  setRecords(
    slot: number,
    source: Int32Array,
    at: number,
    count: number,
    recordWords: number,
  ): void {
    const length = count * recordWords;
    const begin = this.end + 1;
    assert(slot > SLOT_KIND && slot < this.slots, 'a slot of the root table');
    assert(at >= 0 && at + length <= source.length, 'the records lie in their array');
    assert(begin + length <= this.words.length, 'the records have room');
    this.halves[entryOf(slot)] = slot * 4;
    this.words[this.table + slot] = (this.end - this.table - slot) * 4;
    this.words[this.end] = count;
    if (length <= LOOP_WORDS_MAX) {
      for (let i = 0; i < length; i++) this.words[begin + i] = source[at + i]!;
    } else {
      this.words.set(source.subarray(at, at + length), begin);
    }
    this.end = begin + length;
  }

  /** The frame. */
  finish(): Uint8Array {
    // Frames of one size share a view: to make one costs more than a short frame.
    if (this.view.length !== this.end * 4) this.view = new Uint8Array(this.buffer, 0, this.end * 4);
    return this.view;
  }
}

/** Half-word of a slot's entry in the vtable. */
function entryOf(slot: number): number {
  return 6 + slot;
}
