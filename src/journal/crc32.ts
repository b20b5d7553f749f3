// CRC-32 (ISO 3309, as in gzip and Ethernet; reflected polynomial 0xedb88320): of the commands of
// a batch. Node.js has it in native code, which does a large batch four times as fast as tables
// can; a call costs as much as a few commands, so small ones go by tables.

import { crc32 as nativeCrc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { crcTables, tableCrc } from './table-crc.ts';

const T = crcTables(0xedb88320);
/** From here on the call is worth it. */
const NATIVE_WORDS = 128;

/** CRC-32, as an int32, of `count` words from word `at`, going on from `seed` (table-crc.ts). */
export function crc32(words: Int32Array, at: number, count: number, seed = 0): number {
  if (count < NATIVE_WORDS) return tableCrc(T, words, at, count, seed);
  assert(at >= 0 && at + count <= words.length, 'a range lies inside the array');
  const bytes = new Uint8Array(words.buffer, words.byteOffset + at * 4, count * 4);
  return nativeCrc32(bytes, seed >>> 0) | 0;
}
