// Where everything lies in a ring: one SharedArrayBuffer of int32 words. Constants only.
//
// Layout, in lines of 32 words (two cache lines: processors fetch them in pairs)
//   line 0            header, written once at creation: format, capacity, slot words, consumers,
//                     kind, ends, and for each consumer who it follows and whether it is followed
//        1  CURSOR    end of what is published (one producer) or claimed (many)
//           GATE      many producers: the slowest consumer's sequence when it was last looked up
//        2  SPACE     what the producer sleeps on: counter, asleep flag
//        3 …          two lines a consumer: its sequence, the next it will read
//                                           what it sleeps on: counter, asleep flag
//        then         many producers: one flag word a slot, filled up to whole lines
//        then         slots
//
//   flag word of the first slot of a published batch
//     the sequence with its index bits replaced by the number of slots in the batch, less one
//
// Invariants: a sequence is a wrapping int32, compared as `(a - b) | 0`; the index of its slot is
// `sequence & mask`. No two threads write to the same line, CURSOR and flags of many producers and
// the lines to sleep on apart.

export const LINE_WORDS = 32;

// Header.
/** Tells a ring's buffer from any other; a change of this layout changes it. */
export const RING_FORMAT = 0x52494e32;
export const H_FORMAT = 0;
export const H_CAPACITY = 1;
export const H_SLOT_WORDS = 2;
export const H_CONSUMERS = 3;
export const H_IS_MULTI = 4;
/** Bit set of the consumers that no other follows: the slowest of them holds producers back. */
export const H_ENDS = 5;
/** Bit set of the consumers that another follows. */
export const H_FOLLOWED = 6;
/** One word a consumer from here: bit set of the consumers that it follows. */
export const H_FOLLOWS = 8;

export const CURSOR = 32;
export const GATE = 33;
export const SPACE = 64;
/** Within a sleeping line: 1 when someone may sleep on its counter, which is the line's word 0. */
export const ASLEEP = 1;
export const CONSUMERS = 96;
/** `index << CONSUMER_SHIFT` is where the consumer's lines begin, from CONSUMERS. */
export const CONSUMER_SHIFT = 6;
/** From the first of a consumer's lines to the one that it sleeps on. */
export const SLEEP = 32;

/** Bits in one word, and words of the header after H_FOLLOWS. */
export const CONSUMERS_MAX = 24;
export const CAPACITY_MIN = 2;
/** Far below 2^31, so that of two sequences in use the later can be told. */
export const CAPACITY_MAX = 0x1000_0000;
/** 1 GiB: word offsets stay small integers. */
export const WORDS_MAX = 0x1000_0000;
