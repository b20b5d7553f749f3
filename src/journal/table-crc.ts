// Reflected 32-bit CRCs by tables, sixteen bytes a step by sixteen tables of 256 words in one
// array: about 1.6 GB/s here, and no call out of compiled code.

import { assert } from '../base/assert.ts';

const TABLES = 16;

assert(new Uint8Array(new Int32Array([1]).buffer)[0] === 1, 'this machine is little-endian');

/** The tables of a polynomial, which is given reflected. */
export function crcTables(polynomial: number): Int32Array {
  const tables = new Int32Array(TABLES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256]!;
    tables[i] = (crc >>> 8) ^ tables[crc & 255]!;
  }
  return tables;
}

/**
 * The CRC by tables `t`, as an int32, of the bytes of `count` words that begin at word `at`, going
 * on from `seed`: that of the bytes before them, or any number that the result shall depend on; 0:
 * from nothing.
 */
export function tableCrc(
  t: Int32Array,
  words: Int32Array,
  at: number,
  count: number,
  seed: number,
): number {
  assert(at >= 0 && count >= 0, 'a range begins inside the array');
  assert(at + count <= words.length, 'a range ends inside the array');
  const end = at + count;
  let crc = ~seed;
  let i = at;
  for (; i + 4 <= end; i += 4) {
    const a = crc ^ words[i]!;
    const b = words[i + 1]! | 0;
    const c = words[i + 2]! | 0;
    const d = words[i + 3]! | 0;
    crc =
      t[3840 + (a & 255)]! ^
      t[3584 + ((a >>> 8) & 255)]! ^
      t[3328 + ((a >>> 16) & 255)]! ^
      t[3072 + (a >>> 24)]! ^
      t[2816 + (b & 255)]! ^
      t[2560 + ((b >>> 8) & 255)]! ^
      t[2304 + ((b >>> 16) & 255)]! ^
      t[2048 + (b >>> 24)]! ^
      t[1792 + (c & 255)]! ^
      t[1536 + ((c >>> 8) & 255)]! ^
      t[1280 + ((c >>> 16) & 255)]! ^
      t[1024 + (c >>> 24)]! ^
      t[768 + (d & 255)]! ^
      t[512 + ((d >>> 8) & 255)]! ^
      t[256 + ((d >>> 16) & 255)]! ^
      t[d >>> 24]!;
  }
  for (; i < end; i++) {
    const a = crc ^ words[i]!;
    crc =
      t[768 + (a & 255)]! ^
      t[512 + ((a >>> 8) & 255)]! ^
      t[256 + ((a >>> 16) & 255)]! ^
      t[a >>> 24]!;
  }
  return ~crc;
}
