// CRC32C (Castagnoli, reflected polynomial 0x82f63b78): of headers and of snapshots. Every format
// has it at the end of a header, so that one of another format can be told from damage.

import { crcTables, tableCrc } from './table-crc.ts';

const T = crcTables(0x82f63b78);

/** CRC32C, as an int32, of `count` words from word `at`, going on from `seed` (table-crc.ts). */
export function crc32c(words: Int32Array, at: number, count: number, seed = 0): number {
  return tableCrc(T, words, at, count, seed);
}
