// The whole state of a core is one Int32Array. A reference is the word address of a record; 0 is
// none. Nothing outside this array changes what the next command does.
//
// Layout
//   ┌─ MAP_START ───────────────────────────────────────────────────────────────┐
//   │ header       128 words: counters, pools, region bases, killed sessions    │
//   │ instruments  112 words each: number, prices, phase, timetable, four sides │
//   │ account table one word each bucket: first account of a hash chain         │
//   │ accounts      16 words each: highest clOrdId, list of resting orders      │
//   │ nodes         36 words each: price trie, 32 children and their bitmap     │
//   │ pages         16 words each: 64 ticks, which of them have orders          │
//   │ levels       128 words for each page: two for each tick                   │
//   │ totals       128 words for each page: quantity of each level, in auctions │
//   │ order table   one word each bucket: first order of a hash chain           │
//   │ orders        16 words (one cache line) each                              │
//   │ extras         8 words each: what only stops, icebergs, day orders have   │
//   └───────────────────────────────────────────────────────────────────────────┘
// A side is a trie over 31-bit price keys; smaller keys come first on every side, because a bid's
// key is its price mirrored (price ^ 0x7fffffff). 25 bits lead through five nodes to a page, 6 bits
// to a level in it. A level is the two words (next, prev) of a circular list whose other members
// are orders, with the same two words first: taking one out needs no branch, and a level is empty
// when an order's two neighbours are the same word pair. An instrument has four sides: bids, asks,
// and the stops that wait, by stop price: buy stops lowest first, sell stops highest first.
//
// An address that is computed ends with `| 0`: it is an int32, and no compiler need check that.
//
// Ownership: the thread that calls `apply`. Limits: limits.ts.
//
// This file holds constants alone and imports nothing: only so does the bundler put their values
// where they are used.

/** Large allocations begin 16 bytes into a page (glibc), so that 12 words on a line begins. */
export const MAP_START = 12;

// Header: word addresses. First what a new state has as zeros.
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
/** Orders that rest or wait (those in the order table). */
export const H_RESTING = 20;
/** Instruments whose indicative may have changed, and the one that was noted last. */
export const H_UNPUBLISHED = 21;
export const H_UNPUBLISHED_LAST = 22;
/** Instruments in order of definition: a list through I_NEXT. */
export const H_FIRST_INSTRUMENT = 23;
export const H_LAST_INSTRUMENT = 24;
/** Pages that waiting stop_limit orders will need. */
export const H_PAGES_RESERVED = 25;
/** How many sessions are under the kill switch; they stand from H_KILLED on. */
export const H_KILLED_SESSIONS = 26;
/** When the first timetable's next transition is due, ns; all bits set: never. */
export const H_DUE_LOW = 30;
export const H_DUE_HIGH = 31;
export const H_ORDERS_LIMIT = 32;
// Every pool: a list of freed records, and the first word never used.
export const H_ORDER_FREE = 33;
export const H_ORDER_UNUSED = 34;
export const H_ORDERS_END = 35;
export const H_PAGE_FREE = 36;
export const H_PAGE_UNUSED = 37;
export const H_PAGES_END = 38;
export const H_PAGES_BASE = 39;
/** Pages not in use. */
export const H_PAGES_LEFT = 40;
export const H_NODE_FREE = 41;
export const H_NODE_UNUSED = 42;
export const H_NODES_END = 43;
export const H_ORDER_TABLE = 44;
/** Buckets in use, and the mask that covers them (order-index.ts). */
export const H_BUCKETS = 45;
export const H_BUCKET_MASK = 46;
export const H_BUCKETS_LIMIT = 47;
export const H_ACCOUNT_TABLE = 48;
export const H_ACCOUNT_MASK = 49;
export const H_ACCOUNTS_BASE = 50;
export const H_ACCOUNT_UNUSED = 51;
export const H_ACCOUNTS_END = 52;
export const H_INSTRUMENTS_BASE = 53;
export const H_INSTRUMENTS_LIMIT = 54;
export const H_NODES_BASE = 55;
export const H_ORDERS_BASE = 56;
export const H_EXTRA_FREE = 57;
export const H_EXTRA_UNUSED = 58;
export const H_EXTRAS_END = 59;
export const H_EXTRAS_BASE = 60;
export const H_LEVELS_BASE = 61;
export const H_TOTALS_BASE = 62;
export const H_KILLED = 76;
export const KILLED_SESSIONS_MAX = 64;
export const HEADER_WORDS = 128;

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
/** What only a stop, an iceberg or a day order has; 0 in a free record. */
export const O_EXTRA = 15;

// Extra. Words 4 and 5 are the circular list of an instrument's day orders, oldest orderId first.
export const EXTRA_WORDS = 8;
/** 0 = no iceberg. */
export const X_DISPLAY_QTY = 0;
/** Iceberg: what it shows; in an uncross 0 when its tranche is used up. */
export const X_SHOWN = 1;
/** 0 = no stop that waits. */
export const X_STOP_PRICE = 2;
/** WAITS_*; 0 = it does not wait. */
export const X_WAITS = 3;
export const X_DAY_NEXT = 4;
export const X_DAY_PREV = 5;
export const X_ORDER = 6;

/** A stop waits among its side's stops … */
export const WAITS_FOR_TRADE = 1;
/** … or in the activation queue. */
export const WAITS_FOR_TURN = 2;

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
/** 2 words. */
export const LEVEL_WORDS_SHIFT = 1;

// Page: 64 ticks.
export const PAGE_WORDS = 16;
export const PAGE_WORDS_SHIFT = 4;
/** 128 words of levels. */
export const PAGE_LEVELS_SHIFT = 7;
/** Key of tick 0. */
export const P_KEY = 0;
/** Which ticks have orders: two words. */
export const P_BITS = 1;
export const P_PARENT = 3;

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
/** 1 = under the kill switch. */
export const A_KILLED = 4;
export const A_FIRST = 13;
export const A_LAST = 14;

// Instrument. The first line is what matching touches.
export const INSTRUMENT_WORDS = 112;
/** Its number; 0 = not defined. */
export const I_NUMBER = 0;
export const I_REFERENCE_PRICE = 1;
/** 0 = no trade yet. */
export const I_LAST_PRICE = 2;
export const I_TRADE_LOW = 3;
export const I_TRADE_HIGH = 4;
/** PHASE_*. */
export const I_PHASE = 5;
/** Stops that wait for a trade. */
export const I_STOPS = 6;
/** 1 = it has a band, whose reference the next trade sets. */
export const I_BAND_UNSET = 7;
/** Activation queue: a circular list of orders, as a level. */
export const I_QUEUE = 8;
/** 0 = no band. */
export const I_BAND_BPS = 10;
/** 0 = none. */
export const I_BAND_REFERENCE = 11;
export const I_HALT_LOW = 12;
export const I_HALT_HIGH = 13;
export const I_AUCTION_LOW = 14;
export const I_AUCTION_HIGH = 15;
/** Timetable: which phase comes next (0 = none runs), when, and when continuous after auction. */
export const I_NEXT_PHASE = 16;
export const I_DUE_LOW = 17;
export const I_DUE_HIGH = 18;
export const I_CONTINUOUS_LOW = 19;
export const I_CONTINUOUS_HIGH = 20;
/** Next instrument in order of definition. */
export const I_NEXT = 21;
/** 1 = its indicative may have changed. */
export const I_UNPUBLISHED = 22;
/** The indicative last published: price (0 = nothing would trade), volume, imbalance. */
export const I_INDICATIVE_PRICE = 23;
export const I_INDICATIVE_LOW = 24;
export const I_INDICATIVE_HIGH = 25;
export const I_IMBALANCE_LOW = 26;
export const I_IMBALANCE_HIGH = 27;
/** Day orders: a circular list of extras, whose list words this lays over words 28 and 29. */
export const I_DAY = 24;
/** Sides: bids at + 32, asks at + 48 (side code × 16), then their stops. */
export const I_SIDES = 32;
export const SIDE_WORDS = 16;
export const STOP_SIDES = 2;
/** First level, 0 = none; its key. */
export const S_BEST = 0;
export const S_BEST_KEY = 1;
export const S_ROOT = 2;
/** key = price ^ mirror. */
export const S_MIRROR = 3;
/** Price band: keys at which this side may trade. */
export const S_BAND_FIRST = 4;
export const S_BAND_LAST = 5;
/** The instrument while totals are kept (in pre_open and auction), else 0. */
export const S_TOTALED = 6;
/** Pages lately used, by the low bits of their number. */
export const S_CACHE = 8;
export const S_CACHE_MASK = 7;
export const BID_MIRROR = 0x7fffffff;
export const I_SYMBOL = 96;
export const I_TICK = 104;
export const I_LOT = 105;
/** Of tick (bits 0-4) and lot (5-9). */
export const I_DECIMALS = 106;
/** Of the order table, for each of the orders that rest at the same time. */
export const BUCKETS_PER_ORDER = 2;
/** Buckets in use at first. */
export const FIRST_BUCKETS = 64;

// 31 key bits: 5 for each node from bit 26 down, then 6 for the tick.
export const PAGE_SHIFT = 6;
export const ROOT_SHIFT = 26;
export const LAST_NODE_SHIFT = 6;
export const CHILD_BITS = 5;
export const CHILD_MASK = 31;
export const TICK_MASK = 63;
