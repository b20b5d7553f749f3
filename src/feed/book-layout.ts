// Records of the publisher's books: 8 int32 words, orders and levels from one pool (book-store.ts).
// A reference is the word address of a record, 0 = none. Imports nothing.
//
//   word  order                                     level
//      0  next in its bucket of the index           1 while the command under way has touched it
//      1  next in the queue; the last: its level    first of the queue; empty: itself
//      2  previous in the queue; the first: level   last of the queue; empty: itself
//      3  orderId low                               instrument × 2 + side: its book
//      4  orderId high                              number of orders
//      5  leaves, lots, hidden ones included        price, ticks
//      6  what it shows, lots                       sum of what they show, lots: one float64 in
//      7  its level                                 both words, exact: 2^22 × 2^31 lots are 2^53
//
// A free record has the next free one in word 0.

export const RECORD_WORDS = 8;
export const RECORD_SHIFT = 3;

export const B_CHAIN = 0;
export const B_TOUCHED = 0;
export const B_NEXT = 1;
export const B_PREVIOUS = 2;
export const B_ID_LOW = 3;
export const B_ID_HIGH = 4;
export const B_BOOK = 3;
export const B_ORDERS = 4;
export const B_LEAVES = 5;
export const B_SHOWN = 6;
export const B_LEVEL = 7;
export const B_PRICE = 5;
/** Even, so that the float64 is aligned: index `(level + B_QTY) >> 1` of `doubles`. */
export const B_QTY = 6;
