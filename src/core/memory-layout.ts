// The whole state of a core is one Int32Array. A reference is the word address of a record; 0 is
// none. Nothing outside this array changes what the next command does.
//
// Layout
//   ┌─ MAP_START ───────────────────────────────────────────────────────────────┐
//   │ header        64 words: counters, pools, region bases                     │
//   │ instruments   64 words each: number, prices, trade count, two book sides  │
//   │ account table one word each bucket: first account of a hash chain         │
//   │ accounts      16 words each: highest clOrdId, list of resting orders      │
//   │ nodes         36 words each: price trie, 32 children and their bitmap     │
//   │ pages        144 words each: 64 ticks, a bitmap and a queue for each      │
//   │ order table   one word each bucket: first order of a hash chain           │
//   │ orders        16 words (one cache line) each                              │
//   └───────────────────────────────────────────────────────────────────────────┘
// A book side is a trie over 31-bit price keys; smaller keys are better on both sides, because a
// bid's key is its price mirrored (price ^ 0x7fffffff). 25 bits lead through five nodes to a page,
// 6 bits to a level in it. A level is the two words (next, prev) of a circular list whose other
// members are orders, with the same two words first: taking one out needs no branch, and a level is
// empty when an order's two neighbours are the same word pair.
//
// Ownership: the thread that calls `apply`. Limits: limits.ts.
//
// This file holds constants alone and imports nothing: only so does the bundler put their values
// where they are used.

/** Large allocations begin 16 bytes into a page (glibc), so that 12 words on a line begins. */
export const MAP_START = 12;

// Header: word addresses.
export const H_SEQUENCE_LOW = 12;
export const H_SEQUENCE_HIGH = 13;
export const H_CLOCK_LOW = 14;
export const H_CLOCK_HIGH = 15;
/** Session and request number of the command being applied. */
export const H_SESSION = 16;
export const H_REQUEST = 17;
/** Last orderId given. */
export const H_ORDER_LOW = 18;
export const H_ORDER_HIGH = 19;
/** Orders that rest (those in the order table). */
export const H_RESTING = 20;
export const H_ORDERS_LIMIT = 21;
// Every pool: a list of freed records, and the first word never used.
export const H_ORDER_FREE = 22;
export const H_ORDER_UNUSED = 23;
export const H_ORDERS_END = 24;
export const H_PAGE_FREE = 25;
export const H_PAGE_UNUSED = 26;
export const H_PAGES_END = 27;
export const H_PAGES_BASE = 28;
export const H_NODE_FREE = 29;
export const H_NODE_UNUSED = 30;
export const H_NODES_END = 31;
export const H_ORDER_TABLE = 32;
/** Buckets in use, and the mask that covers them (order-index.ts). */
export const H_BUCKETS = 33;
export const H_BUCKET_MASK = 34;
export const H_BUCKETS_LIMIT = 35;
export const H_ACCOUNT_TABLE = 36;
export const H_ACCOUNT_MASK = 37;
export const H_ACCOUNTS_BASE = 38;
export const H_ACCOUNT_UNUSED = 39;
export const H_ACCOUNTS_END = 40;
export const H_INSTRUMENTS_BASE = 41;
export const H_INSTRUMENTS_LIMIT = 42;
export const H_NODES_BASE = 43;
export const H_ORDERS_BASE = 44;
export const HEADER_WORDS = 64;

// Order. Words 0 and 1 are those of a level, 13 and 14 those of an account.
export const ORDER_WORDS = 16;
export const O_NEXT = 0;
export const O_PREV = 1;
/** Next order in the same bucket of the order table. */
export const O_CHAIN = 2;
export const O_ACCOUNT = 3;
export const O_CLORDID_LOW = 4;
export const O_CLORDID_HIGH = 5;
/** Bits below. */
export const O_FLAGS = 6;
/** Limit in ticks, 0 = none. */
export const O_PRICE = 7;
export const O_LEAVES = 8;
/** Total quantity; qty - leaves is what was filled or canceled. */
export const O_QTY = 9;
export const O_ORDER_LOW = 10;
export const O_ORDER_HIGH = 11;
/** Session that entered it. */
export const O_OWNER = 12;
export const O_ACCOUNT_NEXT = 13;
export const O_ACCOUNT_PREV = 14;
// Word 15 is kept for a reference to what only stops and icebergs have.

// Order flags are bits 8 … 16 of the command head moved to bit 0, and the instrument's number.
export const FLAG_SIDE = 1;
export const FLAG_TYPE_SHIFT = 1;
export const FLAG_TYPE_MASK = 3;
export const FLAG_TIF_SHIFT = 3;
export const FLAG_TIF_MASK = 3;
export const FLAG_POST_ONLY = 0x20;
export const FLAG_STP_SHIFT = 6;
export const FLAG_STP_MASK = 7;
export const FLAG_INSTRUMENT_SHIFT = 16;

// Level: a circular list of orders.
export const L_FIRST = 0;
export const L_LAST = 1;
export const LEVEL_WORDS = 2;

// Page: 64 ticks.
export const PAGE_WORDS = 144;
export const PAGE_TICKS = 64;
/** Key of tick 0. */
export const P_KEY = 0;
/** Which ticks have orders: two words. */
export const P_BITS = 1;
export const P_PARENT = 3;
export const P_LEVELS = 16;

// Node of the price trie.
export const NODE_WORDS = 36;
export const N_BITS = 0;
export const N_PARENT = 1;
export const N_CHILDREN = 4;
/** Nodes between a root and a page, root included. */
export const TRIE_DEPTH = 5;

// Account. Words 13 and 14 are the circular list of its resting orders, oldest orderId first.
export const ACCOUNT_WORDS = 16;
export const A_NUMBER = 0;
export const A_CHAIN = 1;
/** Highest clOrdId used. */
export const A_HIGHEST_LOW = 2;
export const A_HIGHEST_HIGH = 3;
export const A_FIRST = 13;
export const A_LAST = 14;

// Instrument.
export const INSTRUMENT_WORDS = 64;
/** Its number; 0 = not defined. */
export const I_NUMBER = 0;
export const I_REFERENCE_PRICE = 1;
/** 0 = no trade yet. */
export const I_LAST_PRICE = 2;
export const I_TRADE_LOW = 3;
export const I_TRADE_HIGH = 4;
/** Book sides: bids at + 16, asks at + 32 (side code × 16). */
export const I_SIDES = 16;
export const SIDE_WORDS = 16;
/** Best level, 0 = none; its key. */
export const S_BEST = 0;
export const S_BEST_KEY = 1;
export const S_ROOT = 2;
/** key = price ^ mirror. */
export const S_MIRROR = 3;
/** Pages lately used, by the low bits of their number. */
export const S_CACHE = 8;
export const S_CACHE_MASK = 7;
export const BID_MIRROR = 0x7fffffff;
/** Buckets in use at first. */
export const FIRST_BUCKETS = 64;

// 31 key bits: 5 for each node from bit 26 down, then 6 for the tick.
export const PAGE_SHIFT = 6;
export const ROOT_SHIFT = 26;
export const LAST_NODE_SHIFT = 6;
export const CHILD_BITS = 5;
export const CHILD_MASK = 31;
export const TICK_MASK = 63;
