// One event as 32 int32 words (128 bytes, two cache lines), the form in which it lies in the event
// ring. The first line is the same for every event about an order. A writer fills only the words
// that its event has: the rest is whatever lay there before.
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
// Second line, of an order
//        26  displayed         with EVENT_ICEBERG: what the order shows after the event, or would
//                              if it rested; 0 until its next tranche is shown (refreshed)
//        27  displayQty        with EVENT_ICEBERG
//        28  stopPrice         with EVENT_STOP
//        29  displayed         trade, with EVENT_OTHER_ICEBERG: of the other order
// Instead of an order
//   phase        14  PHASE_*   16, 17  when the timetable's next transition is due, ns, 0 = never
//   indicative   15  price, 0 = nothing would trade   16, 17  quantity   18, 19  imbalance, signed
//   instrument   15  reference price   16  priceBandBps   17, 18  haltNs   19, 20  auctionNs
//                21  tick   22  lot   23  their decimals: bits 0-4 and 5-9   24-31  symbol
//
//   head  0-7 event · 8-15 reason (a REJECT_* or CANCEL_* code)
//         16 side of the order (trade: of the resting one) · 17 kept place (replaced)
//         18 the order is an iceberg · 19 it is a stop that waits: in no book
//         20-23 rejected command · 24 the trade's other order is an iceberg
//         25 trade of an auction: no aggressor, the first order is the buyer
//         30 end of the command

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

export const E_DISPLAYED = 26;
export const E_DISPLAY_QTY = 27;
export const E_STOP_PRICE = 28;
export const E_OTHER_DISPLAYED = 29;

export const E_PHASE = 14;
export const E_DUE_LOW = 16;
export const E_DUE_HIGH = 17;

export const E_VOLUME_LOW = 16;
export const E_VOLUME_HIGH = 17;
export const E_IMBALANCE_LOW = 18;
export const E_IMBALANCE_HIGH = 19;

export const E_BAND_BPS = 16;
export const E_HALT_LOW = 17;
export const E_HALT_HIGH = 18;
export const E_AUCTION_LOW = 19;
export const E_AUCTION_HIGH = 20;
export const E_TICK = 21;
export const E_LOT = 22;
export const E_DECIMALS = 23;
export const E_SYMBOL = 24;

export const EVENT_TYPE_MASK = 0xff;
export const EVENT_REASON_SHIFT = 8;
export const EVENT_REASON_MASK = 0xff;
export const EVENT_SIDE_SHIFT = 16;
export const EVENT_KEPT_PLACE = 0x20000;
export const EVENT_ICEBERG = 0x40000;
export const EVENT_STOP = 0x80000;
export const EVENT_OTHER_ICEBERG = 0x1000000;
export const EVENT_AUCTION = 0x2000000;
export const EVENT_COMMAND_SHIFT = 20;
export const EVENT_COMMAND_MASK = 0xf;
export const EVENT_END = 0x40000000;
