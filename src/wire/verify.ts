// A verifier for FlatBuffers messages. The library's own reader follows every offset that it finds,
// so a forged message of 16 bytes keeps it busy for a second; nothing is read before this allows.
//
// Layout of a message
//   byte 0  uoffset to the root table      4  file identifier
//   table   soffset back to its vtable, then its fields as the vtable places them
//   vtable  u16 its bytes, u16 the table's bytes, then one u16 per field: where it lies, 0 = absent
//   vector  u32 count, elements            string  u32 bytes, UTF-8, one 0 byte
//   The whole is padded to a multiple of 4 bytes, as builders do.
//
// Invariants
//   Every range lies inside the message and every word is aligned before it is read.
//   A table, vector or string takes its bytes from a budget, the message's length, each time that
//   an offset leads to it. So the time to verify, and what a reader may allocate, are bounded by
//   that length, however the offsets are tied. (Vtables cost nothing: builders share them.)
//   Shapes are trees, so the depth is that of the shape.
//   Sizes in vtables fit int16, as which the library reads them: a larger one is absent to it.
//
// Known limitations: no unions, no vectors of strings, no 64-bit scalars; the schemas have none.
// Fields behind those that a shape knows are a later version's: they are not looked at.

import { assert } from '../base/assert.ts';
import { isUtf8 } from './utf8.ts';

const SCALAR = 0;
const STRING = 1;
const TABLE = 2;
const STRUCTS = 3;
const TABLES = 4;

const INT16_MAX = 0x7fff;

export interface Field {
  readonly type: number;
  /** Bytes in the table; STRUCTS: of one element. */
  readonly bytes: number;
  /** Largest count of elements, of bytes of a string. */
  readonly max: number;
  readonly required: boolean;
  /** Of a table, and of each element of TABLES. */
  readonly shape: Shape;
}

/** The fields of a table in the order of their slots: the order of the schema. */
export type Shape = readonly Field[];

/** A number or truth value of 1, 2 or 4 bytes. */
export function scalar(bytes: 1 | 2 | 4): Field {
  return { type: SCALAR, bytes, max: 0, required: false, shape: [] };
}

/** Well-formed UTF-8 of at most `bytesMax` bytes, always there. */
export function text(bytesMax: number): Field {
  return { type: STRING, bytes: 4, max: bytesMax, required: true, shape: [] };
}

export function table(shape: Shape): Field {
  return { type: TABLE, bytes: 4, max: 0, required: false, shape };
}

/** A vector of structs of `words` 32-bit words. */
export function structs(words: number, countMax: number): Field {
  return { type: STRUCTS, bytes: words * 4, max: countMax, required: false, shape: [] };
}

/** A vector of tables. */
export function tables(shape: Shape, countMax: number): Field {
  return { type: TABLES, bytes: 4, max: countMax, required: false, shape };
}

/** Holds the message that is being verified. Reused; keeps nothing that grows. */
export class Verifier {
  private bytes: Uint8Array = new Uint8Array(0);
  private words: Int32Array = new Int32Array(0);
  private length = 0;
  /** Bytes that no table, vector or string has taken yet. */
  private budget = 0;

  /**
   * Verifies the first `length` bytes of `words`. `bytes` is the same memory; `identifier` the file
   * identifier as a little-endian word. Gives the root table's byte offset, 0 when anything is
   * wrong.
   */
  verify(
    bytes: Uint8Array,
    words: Int32Array,
    length: number,
    identifier: number,
    shape: Shape,
  ): number {
    assert(length <= bytes.length && length <= words.length * 4, 'the message lies in its arrays');
    this.bytes = bytes;
    this.words = words;
    this.length = length;
    this.budget = length;
    if (length < 12 || (length & 3) !== 0 || words[1] !== identifier) return 0;
    const root = words[0]! >>> 0;
    return this.isTable(root, shape) ? root : 0;
  }

  private isTable(at: number, shape: Shape): boolean {
    if (!this.isWord(at)) return false;
    const vtable = at - this.words[at >> 2]!;
    if (vtable < 8 || (vtable & 1) !== 0 || vtable + 4 > this.length) return false;
    const vtableBytes = this.u16(vtable);
    const tableBytes = this.u16(vtable + 2);
    if (vtableBytes < 4 || (vtableBytes & 1) !== 0) return false;
    if (vtableBytes > INT16_MAX || tableBytes > INT16_MAX) return false;
    if (vtable + vtableBytes > this.length || at + tableBytes > this.length) return false;
    if (tableBytes < 4 || !this.take(tableBytes)) return false;
    const slots = (vtableBytes - 4) >> 1;
    for (let slot = 0; slot < shape.length; slot++) {
      const offset = slot < slots ? this.u16(vtable + 4 + slot * 2) : 0;
      if (!this.isField(at, offset, tableBytes, shape[slot]!)) return false;
    }
    return true;
  }

  private isField(at: number, offset: number, tableBytes: number, field: Field): boolean {
    if (offset === 0) return !field.required;
    const bytes = field.type === SCALAR ? field.bytes : 4;
    if (offset < 4 || offset + bytes > tableBytes || (at + offset) % bytes !== 0) return false;
    if (field.type === SCALAR) return true;
    const target = this.follow(at + offset);
    if (target === 0) return false;
    switch (field.type) {
      case STRING:
        return this.isString(target, field.max);
      case TABLE:
        return this.isTable(target, field.shape);
      case STRUCTS:
        return this.isVector(target, field.bytes, field.max);
      default:
        return this.isVector(target, 4, field.max) && this.areTables(target, field.shape);
    }
  }

  private isVector(at: number, elementBytes: number, countMax: number): boolean {
    if (!this.isWord(at)) return false;
    const count = this.words[at >> 2]! >>> 0;
    if (count > countMax) return false;
    const bytes = 4 + count * elementBytes;
    return at + bytes <= this.length && this.take(bytes);
  }

  private areTables(vector: number, shape: Shape): boolean {
    const end = vector + 4 + this.words[vector >> 2]! * 4;
    for (let at = vector + 4; at < end; at += 4) {
      const target = this.follow(at);
      if (target === 0 || !this.isTable(target, shape)) return false;
    }
    return true;
  }

  private isString(at: number, bytesMax: number): boolean {
    if (!this.isWord(at)) return false;
    const count = this.words[at >> 2]! >>> 0;
    if (count > bytesMax) return false;
    const end = at + 4 + count;
    if (end + 1 > this.length || this.bytes[end] !== 0 || !this.take(count + 5)) return false;
    return isUtf8(this.bytes, at + 4, end);
  }

  /** Where the uoffset at aligned byte `at` leads; not yet checked. 0: nowhere. */
  private follow(at: number): number {
    const offset = this.words[at >> 2]! >>> 0;
    return offset === 0 ? 0 : at + offset;
  }

  /** True when an aligned word of the message lies at byte `at`. */
  private isWord(at: number): boolean {
    return (at & 3) === 0 && at + 4 <= this.length;
  }

  private u16(at: number): number {
    return this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  private take(bytes: number): boolean {
    this.budget -= bytes;
    return this.budget >= 0;
  }
}

/** Byte offset of field `slot` of a verified table at byte `table`, 0 when absent. */
export function fieldAt(bytes: Uint8Array, words: Int32Array, table: number, slot: number): number {
  const vtable = table - words[table >> 2]!;
  const at = vtable + 4 + slot * 2;
  if (4 + slot * 2 >= (bytes[vtable]! | (bytes[vtable + 1]! << 8))) return 0;
  const offset = bytes[at]! | (bytes[at + 1]! << 8);
  return offset === 0 ? 0 : table + offset;
}
