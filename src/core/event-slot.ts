// One event as 32 int32 words (128 bytes, two cache lines), the form in which it lies in the event
// ring. The first line is the same for every event; only trade and replaced use the second. A
// writer fills only the words that its event has: the rest is whatever lay there before.
//
// Layout, first line
//   word  0  head (bits below)
//      1, 2  command sequence  uint64 low, high: the command that caused it
//      3, 4  time              uint64 ns: the core's clock at that command
//         5  session           that command's session …
//         6  request           … and request number
//         7  instrument        of the order or trade; 0 where there is none
//         8  account           of the order (trade: of the resting order, or the auction's buyer)
//         9  owner session     that entered this order
//    10, 11  clOrdId           of this order now (rejected: the command's)
//    12, 13  orderId           of this order
//        14  leaves            of this order after the event; canceled: the quantity canceled
//        15  price             ticks: limit (0 = none), trade price
// Second line, trade
//        16  qty               lots
//    17, 18  tradeId           uint64, counts from 1 within the instrument
//        19  account           of the aggressor (auction: of the seller)
//        20  owner session     … and so on for that order
//    21, 22  clOrdId
//    23, 24  orderId
//        25  leaves
// Second line, replaced
//    16, 17  origClOrdId       the id that the order had
//
//   head  0-7 event · 8-15 reason (a REJECT_* or CANCEL_* code)
//         16 side of the order (trade: of the resting one) · 17 kept place (replaced)
//         20-23 rejected command · 30 end of the command

export const EVENT_WORDS = 32;
/** `index << EVENT_SHIFT` is the first word of event `index`. */
export const EVENT_SHIFT = 5;

export const E_HEAD = 0;
export const E_SEQUENCE_LOW = 1;
export const E_SEQUENCE_HIGH = 2;
export const E_TIME_LOW = 3;
export const E_TIME_HIGH = 4;
export const E_SESSION = 5;
export const E_REQUEST = 6;
export const E_INSTRUMENT = 7;
export const E_ACCOUNT = 8;
export const E_OWNER = 9;
export const E_CLORDID_LOW = 10;
export const E_CLORDID_HIGH = 11;
export const E_ORDER_LOW = 12;
export const E_ORDER_HIGH = 13;
export const E_LEAVES = 14;
export const E_PRICE = 15;

export const E_QTY = 16;
export const E_TRADE_LOW = 17;
export const E_TRADE_HIGH = 18;
export const E_OTHER_ACCOUNT = 19;
export const E_OTHER_OWNER = 20;
export const E_OTHER_CLORDID_LOW = 21;
export const E_OTHER_CLORDID_HIGH = 22;
export const E_OTHER_ORDER_LOW = 23;
export const E_OTHER_ORDER_HIGH = 24;
export const E_OTHER_LEAVES = 25;

export const E_ORIG_LOW = 16;
export const E_ORIG_HIGH = 17;

export const EVENT_TYPE_MASK = 0xff;
export const EVENT_REASON_SHIFT = 8;
export const EVENT_REASON_MASK = 0xff;
export const EVENT_SIDE_SHIFT = 16;
export const EVENT_KEPT_PLACE = 0x20000;
export const EVENT_COMMAND_SHIFT = 20;
export const EVENT_COMMAND_MASK = 0xf;
export const EVENT_END = 0x40000000;
