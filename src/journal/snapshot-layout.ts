// A snapshot's file, byte by byte; schemas/snapshot.md is the same in words.
//
// Layout: little-endian. A header, then its sections, one after the other.
//   header, 64 words
//     word  0, 1  magic "RSSNAPSH"
//           2     format version
//           3     bytes of this header
//        4, 5     sequence of the last command in it, uint64 low, high; also the file's name
//        6, 7     journal id
//        8, 9     configuration hash
//          10     version of the state section (core/snapshot.ts)
//          11     chain value of the journal behind that command
//          12     number of limits, and from word 13 on their values
//          29     number of sections
//       30, 31    the exchange's clock, ns, uint64 low, high
//       32 …      for each section four words: kind, words, CRC32C, 0
//          63     CRC32C of words 0-62

export const SNAPSHOT_VERSION = 1;
export const SNAPSHOT_MAGIC_LOW = 0x4e535352; // "RSSN"
export const SNAPSHOT_MAGIC_HIGH = 0x48535041; // "APSH"
export const SNAPSHOT_HEADER_WORDS = 64;
export const SNAPSHOT_HEADER_BYTES = 256;
export const N_MAGIC_LOW = 0;
export const N_MAGIC_HIGH = 1;
export const N_VERSION = 2;
export const N_HEADER_BYTES = 3;
export const N_SEQUENCE_LOW = 4;
export const N_SEQUENCE_HIGH = 5;
export const N_ID_LOW = 6;
export const N_ID_HIGH = 7;
export const N_CONFIG_LOW = 8;
export const N_CONFIG_HIGH = 9;
export const N_STATE_VERSION = 10;
export const N_CHAIN = 11;
export const N_LIMIT_COUNT = 12;
export const N_LIMITS = 13;
export const N_SECTION_COUNT = 29;
export const N_CLOCK_LOW = 30;
export const N_CLOCK_HIGH = 31;
export const N_SECTIONS = 32;
export const N_CRC = 63;
export const SECTION_ENTRY_WORDS = 4;
export const SECTIONS_MAX = 7;

/** The core's state (core/snapshot.ts). */
export const SECTION_STATE = 1;
/** Retained reports of all sessions (session/report-ledger.ts). */
export const SECTION_REPORTS = 2;
/** Last trade of every instrument (feed/last-trades.ts). */
export const SECTION_TRADES = 3;
/** Sessions that want their orders canceled when they are lost (session/logged-wishes.ts). */
export const SECTION_WISHES = 4;

export const SECTION_NAMES: Readonly<Record<number, string>> = {
  [SECTION_STATE]: 'state',
  [SECTION_REPORTS]: 'reports',
  [SECTION_TRADES]: 'trades',
  [SECTION_WISHES]: 'wishes',
};

/** A part of a snapshot, in pieces that are written one after the other. */
export interface Section {
  readonly kind: number;
  readonly parts: readonly Int32Array[];
}
