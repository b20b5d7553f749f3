// One execution report as 22 int32 words (88 bytes): what one event means to one session. The
// struct `Report` of schemas/order_entry.fbs has the same words. Imports nothing.
//
//   word  0  head: 0-7 event (EVENT_*, REPORT_OPEN) · 8-15 reason · 16 side of the order
//            17 kept place · 18 this order was the aggressor · 19 trade of an auction
//            20-23 rejected command · 30 last report of the request
//         1  request      the session's own number of the command that caused it; 0 when another
//                         session's command did
//      2, 3  report sequence, counts from 1 within the session
//      4, 5  command sequence
//      6, 7  time, ns
//         8  instrument
//         9  account
//    10, 11  clOrdId
//    12, 13  orderId
//        14  leaves       canceled: the quantity canceled
//        15  price        trade: trade price
//        16  qty          traded quantity
//        17  displayed    iceberg: what it shows after the event, or would if it rested; 0 until
//                         its next tranche is shown (refreshed). 0 in the trade of an aggressor
//    18, 19  trade: tradeId; replaced: origClOrdId
//        20  displayQty   0: no iceberg. Not in trades
//        21  stopPrice    of a stop that waits
//
// REPORT_OPEN, an entry of the list of open orders, is an order as it stands: leaves and limit
// price. Its request is that of the question, its report sequence 0.

export const REPORT_WORDS = 22;
export const R_HEAD = 0;
export const R_REQUEST = 1;
export const R_REPORT_LOW = 2;
export const R_REPORT_HIGH = 3;
export const R_COMMAND_LOW = 4;
export const R_COMMAND_HIGH = 5;
export const R_TIME_LOW = 6;
export const R_TIME_HIGH = 7;
export const R_INSTRUMENT = 8;
export const R_ACCOUNT = 9;
export const R_CLORDID_LOW = 10;
export const R_CLORDID_HIGH = 11;
export const R_ORDER_LOW = 12;
export const R_ORDER_HIGH = 13;
export const R_LEAVES = 14;
export const R_PRICE = 15;
export const R_QTY = 16;
export const R_DISPLAYED = 17;
export const R_ID_LOW = 18;
export const R_ID_HIGH = 19;
export const R_DISPLAY_QTY = 20;
export const R_STOP_PRICE = 21;

export const REPORT_AGGRESSOR = 0x40000;
export const REPORT_AUCTION = 0x80000;
export const REPORT_END = 0x40000000;

/** In place of an event: an order of the list of open orders. */
export const REPORT_OPEN = 0x80;
