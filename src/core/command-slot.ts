// One command as 16 int32 words (64 bytes, one cache line), the form in which it lies in the
// command ring and the journal.
//
// Layout
//   word  0  head: what it is and which optional fields it has (bits below)
//         1  session           uint32, 0 = none (programs that run the core alone)
//         2  request           uint32, the client's own number, comes back with every event
//         3  account           uint32
//         4  instrument        uint32
//      5, 6  clOrdId           uint64 low, high; new and replace: the id the order gets,
//                              cancel: the id it looks up
//      7, 8  origClOrdId       uint64, replace: the id it looks up
//         9  qty               int32 lots
//        10  price             int32 ticks; instrument: its reference price, 0 = none
//        11  displayQty        int32 lots
//        12  stopPrice         int32 ticks
//    13, 14  time              uint64 ns, stamped by the sequencing edge
//        15  sequence          low word of the command sequence; readers count the high word
//
//   head  0-7 command · 8 side · 9-10 type · 11-12 tif · 13 postOnly · 14-16 stp · 17-22 HAS_*
//        23-24 mass cancel: OWN_SESSION_ONLY, ON_DISCONNECT
//        25-26 kill: KILL_LIFT, KILL_SESSION
//
// The operator's commands have other words from 5 on:
//   instrument    5, 6  haltNs        uint64, 0 … 2^53-1
//                 7, 8  auctionNs     uint64, 0 … 2^53-1
//                    9  priceBandBps  1 …, 0 = no band
//                   10  reference price in ticks, 0 = none
//               11, 12  tick and lot  whole numbers, 0 = not said; head bits 8-12 and 13-17 say how
//                                     many of their digits are decimals
//   symbol        5-12  UTF-8, 32 bytes, zeros after its end
//   phase            9  PHASE_*
//   kill             9  the session meant, with KILL_SESSION (else: the account in word 3)
//
// An integer that does not fit int32 is put in as 0, which no such field may be, so that the core
// answers with the field's own reject code.

export const COMMAND_WORDS = 16;

export const C_HEAD = 0;
export const C_SESSION = 1;
export const C_REQUEST = 2;
export const C_ACCOUNT = 3;
export const C_INSTRUMENT = 4;
export const C_CLORDID_LOW = 5;
export const C_CLORDID_HIGH = 6;
export const C_ORIG_LOW = 7;
export const C_ORIG_HIGH = 8;
export const C_QTY = 9;
export const C_PRICE = 10;
export const C_DISPLAY_QTY = 11;
export const C_STOP_PRICE = 12;
export const C_TIME_LOW = 13;
export const C_TIME_HIGH = 14;
export const C_SEQUENCE = 15;

export const C_HALT_LOW = 5;
export const C_HALT_HIGH = 6;
export const C_AUCTION_LOW = 7;
export const C_AUCTION_HIGH = 8;
export const C_BAND_BPS = 9;
export const C_TICK = 11;
export const C_LOT = 12;
export const C_SYMBOL = 5;
export const SYMBOL_WORDS = 8;
export const C_PHASE = 9;
export const C_KILLED_SESSION = 9;

export const HEAD_COMMAND_MASK = 0xff;
export const HEAD_SIDE_SHIFT = 8;
export const HEAD_TYPE_SHIFT = 9;
export const HEAD_TIF_SHIFT = 11;
/** Type and time in force have two bits each. */
export const HEAD_TERM_MASK = 3;
export const HEAD_POST_ONLY = 0x2000;
export const HEAD_STP_SHIFT = 14;
export const HAS_PRICE = 0x20000;
export const HAS_QTY = 0x40000;
export const HAS_DISPLAY_QTY = 0x80000;
export const HAS_STOP_PRICE = 0x100000;
export const HAS_SIDE = 0x200000;
export const HAS_INSTRUMENT = 0x400000;
/** Mass cancel: only orders that the command's own session entered … */
export const OWN_SESSION_ONLY = 0x800000;
/** … and because its connection was lost. */
export const ON_DISCONNECT = 0x1000000;
/** Kill: lift it instead … */
export const KILL_LIFT = 0x2000000;
/** … and: a session is meant, not an account. */
export const KILL_SESSION = 0x4000000;
export const TICK_DECIMALS_SHIFT = 8;
export const LOT_DECIMALS_SHIFT = 13;
export const DECIMALS_MASK = 31;
