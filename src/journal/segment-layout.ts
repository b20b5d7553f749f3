// The journal's files, byte by byte; schemas/journal.md is the same in words. Imports nothing.
//
// Layout: little-endian. A segment is a header and then batches, without gaps, each at a multiple
// of 32 bytes.
//   segment header, 16 words
//     word  0, 1  magic "RSJOURNL"
//           2     format version
//           3     bytes of this header
//        4, 5     command sequence of the first command, uint64 low, high; also the file's name
//        6, 7     hash of the configuration that the journal was begun with; 0 as yet
//           8     bytes of a command slot
//        9-14     0 as yet
//          15     CRC32C of words 0-14
//   batch header, 8 words, then `count` command slots of 16 words (core/command-slot.ts)
//     word  0     magic "RSB" and the format version as the fourth byte
//           1     bytes of the slots
//        2, 3     command sequence of the first slot, uint64 low, high
//           4     count of slots
//           5     0 as yet
//           6     CRC32C of the slots
//           7     CRC32C of words 0-6
// A CRC over the header alone makes its length trustworthy: a flipped bit cannot pass for a batch
// that was cut off, which a start would cut away with all that follows.

export const FORMAT_VERSION = 1;

export const SEGMENT_MAGIC_LOW = 0x4f4a5352; // "RSJO"
export const SEGMENT_MAGIC_HIGH = 0x4c4e5255; // "URNL"
export const SEGMENT_HEADER_WORDS = 16;
export const SEGMENT_HEADER_BYTES = 64;
export const S_MAGIC_LOW = 0;
export const S_MAGIC_HIGH = 1;
export const S_VERSION = 2;
export const S_HEADER_BYTES = 3;
export const S_FIRST_LOW = 4;
export const S_FIRST_HIGH = 5;
export const S_SLOT_BYTES = 8;
export const S_CRC = 15;

export const BATCH_MAGIC = 0x01425352; // "RSB", version 1
export const BATCH_HEADER_WORDS = 8;
export const BATCH_HEADER_BYTES = 32;
export const B_MAGIC = 0;
export const B_SLOTS_BYTES = 1;
export const B_FIRST_LOW = 2;
export const B_FIRST_HIGH = 3;
export const B_COUNT = 4;
export const B_RESERVED = 5;
export const B_SLOTS_CRC = 6;
export const B_CRC = 7;

export const SLOT_BYTES = 64;

/** The most commands of one batch (256 KB): what a reader has to hold. Larger appends are split. */
export const BATCH_COMMANDS_MAX = 4096;

/** Segment sizes that can be configured, in bytes. */
export const SEGMENT_BYTES_LEAST = 4096;
export const SEGMENT_BYTES_MOST = 1_073_741_824;
export const SEGMENT_BYTES_DEFAULT = 268_435_456;

/** The largest command sequence; the one after it must still be a safe integer. */
export const SEQUENCE_MAX = 9007199254740990;
