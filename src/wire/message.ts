// One received message: copied to where its words are aligned, verified, and read by slot.
//
// Invariant: `words` and `bytes` are the same memory, of which only the first `length` bytes belong
// to the message; what lies behind them is left from messages before and is never read.
// Limits: the memory grows to the largest message that came, at most `bytesMax`.

import { assert } from '../base/assert.ts';
import { powerOfTwoAtLeast } from '../base/bits.ts';
import { CLOSE_BAD_FRAME, CLOSE_TOO_LARGE } from './frame-kinds.ts';
import { SLOT_KIND, SLOT_VERSION } from './shapes.ts';
import { fieldAt, type Shape, Verifier } from './verify.ts';

/** Memory that a receiver has at the start; one whose largest message is smaller has just that. */
const FIRST_BYTES = 65_536;

export class Message {
  words: Int32Array;
  bytes: Uint8Array;
  /** Byte offset of the root table. */
  root = 0;
  version = 0;
  kind = 0;
  private readonly bytesMax: number;
  private readonly identifier: number;
  private readonly shape: Shape;
  private readonly verifier = new Verifier();

  constructor(bytesMax: number, identifier: number, shape: Shape) {
    assert(bytesMax > 0 && bytesMax % 4 === 0, 'whole words');
    this.bytesMax = bytesMax;
    this.identifier = identifier;
    this.shape = shape;
    this.words = new Int32Array(Math.min(bytesMax, FIRST_BYTES) / 4);
    this.bytes = new Uint8Array(this.words.buffer);
  }

  /** Takes a message in and verifies it: 0, CLOSE_TOO_LARGE or CLOSE_BAD_FRAME. */
  receive(message: Uint8Array): number {
    const length = message.length;
    if (length > this.bytesMax) return CLOSE_TOO_LARGE;
    if (length > this.bytes.length) this.grow(length);
    this.bytes.set(message);
    this.root = this.verifier.verify(this.bytes, this.words, length, this.identifier, this.shape);
    if (this.root === 0) return CLOSE_BAD_FRAME;
    this.version = this.u16(SLOT_VERSION);
    this.kind = this.u16(SLOT_KIND);
    return 0;
  }

  /** Which slots the root table has: bit `1 << slot`. */
  presentSlots(): number {
    let present = 0;
    for (let slot = 0; slot < this.shape.length; slot++) {
      if (fieldAt(this.bytes, this.words, this.root, slot) !== 0) present |= 1 << slot;
    }
    return present;
  }

  /** True when the root table has every slot of the bit set `needs`, and no other but of `may`. */
  hasJust(needs: number, may: number): boolean {
    const present = this.presentSlots();
    return (present & needs) === needs && (present & ~(needs | may)) === 0;
  }

  /** A field of the root table; 0 when absent, as FlatBuffers has it. */
  u16(slot: number): number {
    const at = fieldAt(this.bytes, this.words, this.root, slot);
    return at === 0 ? 0 : this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  /** The field's 32 bits, as an int32. */
  word(slot: number): number {
    const at = fieldAt(this.bytes, this.words, this.root, slot);
    return at === 0 ? 0 : this.words[at >> 2]!;
  }

  isTrue(slot: number): boolean {
    const at = fieldAt(this.bytes, this.words, this.root, slot);
    return at !== 0 && this.bytes[at] !== 0;
  }

  /** Word at which the first element of a vector of structs lies; 0 when there is no vector. */
  vectorAt(slot: number): number {
    const at = fieldAt(this.bytes, this.words, this.root, slot);
    return at === 0 ? 0 : ((at + this.words[at >> 2]!) >> 2) + 1;
  }

  /** Count of a vector's elements; 0 when there is none. */
  count(slot: number): number {
    const at = this.vectorAt(slot);
    return at === 0 ? 0 : this.words[at - 1]!;
  }

  private grow(length: number): void {
    this.words = new Int32Array(Math.min(powerOfTwoAtLeast(length), this.bytesMax) / 4);
    this.bytes = new Uint8Array(this.words.buffer);
  }
}
