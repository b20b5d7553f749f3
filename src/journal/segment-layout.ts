// The journal's files, byte by byte; schemas/journal.md is the same in words. Imports nothing.
//
// Layout: little-endian. A segment is a header and then batches, without gaps, each at a multiple
// of 32 bytes; behind the last batch zeros up to the end of the file (it is allocated ahead).
//   segment header, 32 words
//     word  0, 1  magic "RSJOURNL"
//           2     format version
//           3     bytes of this header
//        4, 5     command sequence of the first command, uint64 low, high; also the file's name
//        6, 7     journal id: the same in all segments and snapshots of a directory
//        8, 9     configuration hash (journal-config.ts)
//          10     bytes of a command slot
//          11     chain: CRC of the last batch before this segment (or, if none, of the header
//                 before); 0 in the very first
//          12     number of limits, and from word 13 on their values, in the order of their names
//       to 29     0
//          30     bytes to which the segment may grow
//          31     CRC32C of words 0-30
//   batch header, 8 words, then `count` command slots of 16 words (core/command-slot.ts)
//     word  0     magic "RSB" and the format version as the fourth byte
//           1     count of slots; 0: the journal was closed here by its owner
//        2, 3     command sequence of the first slot, uint64 low, high
//           4     chain: header CRC of the batch of commands before, or of the segment's header
//           5     low word of the journal id
//           6     CRC-32 of the slots, seeded with the chain
//           7     CRC32C of words 0-6
// Zeros, at least as long as a batch header, lie behind the last batch before it is written, unless
// the segment is full: so a file that was cut between two batches shows it.
// A CRC over the header alone makes its length trustworthy, and the chain in it lets a reader judge
// a batch whose predecessors are lost: so a scan for what is still good behind a bad spot can tell
// a batch from anything else, old bytes included.

export const FORMAT_VERSION = 3;

export const SEGMENT_MAGIC_LOW = 0x4f4a5352; // "RSJO"
export const SEGMENT_MAGIC_HIGH = 0x4c4e5255; // "URNL"
export const SEGMENT_HEADER_WORDS = 32;
export const SEGMENT_HEADER_BYTES = 128;
export const S_MAGIC_LOW = 0;
export const S_MAGIC_HIGH = 1;
export const S_VERSION = 2;
export const S_HEADER_BYTES = 3;
export const S_FIRST_LOW = 4;
export const S_FIRST_HIGH = 5;
export const S_ID_LOW = 6;
export const S_ID_HIGH = 7;
export const S_CONFIG_LOW = 8;
export const S_CONFIG_HIGH = 9;
export const S_SLOT_BYTES = 10;
export const S_CHAIN = 11;
export const S_LIMIT_COUNT = 12;
export const S_LIMITS = 13;
export const S_SEGMENT_BYTES = 30;
export const S_CRC = 31;
/** Limits that a header has room for. */
export const LIMITS_MAX = 16;

export const BATCH_MAGIC = 0x03425352; // "RSB", version 3
/** Words of a batch header. */
export const B_WORDS = 8;
export const BATCH_HEADER_BYTES = 32;
export const B_MAGIC = 0;
export const B_COUNT = 1;
export const B_FIRST_LOW = 2;
export const B_FIRST_HIGH = 3;
export const B_CHAIN = 4;
export const B_ID = 5;
export const B_SLOTS_CRC = 6;
export const B_CRC = 7;

export const SLOT_WORDS = 16;
export const SLOT_BYTES = 64;

/**
 * The most commands of one batch (2 MB): what a reader has to hold. Larger appends are split. It is
 * half of the command ring by default, so that as many can come in while these are synced.
 */
export const BATCH_COMMANDS_MAX = 32_768;

/** Segment sizes that can be configured, in bytes. */
export const SEGMENT_BYTES_LEAST = 4096;
export const SEGMENT_BYTES_MOST = 1_073_741_824;
export const SEGMENT_BYTES_DEFAULT = 67_108_864;

/** The largest command sequence; the one after it must still be a safe integer. */
export const SEQUENCE_MAX = 9007199254740990;
