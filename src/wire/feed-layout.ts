// Records of the feed as int32 words. The structs of the same names in schemas/feed.fbs have the
// same words. Imports nothing.

// Level: a price level as it is now. Quantity and orders are absolute; 0 orders: it is gone.
export const LEVEL_WORDS = 5;
export const L_SIDE = 0;
export const L_PRICE = 1;
/** uint64, exact up to 2^53-1: the sum of a level's quantities. */
export const L_QTY_LOW = 2;
export const L_QTY_HIGH = 3;
export const L_ORDERS = 4;

// OrderUpdate: one order of the book. kind is ORDER_ADDED (at the back of its level), ORDER_REDUCED
// (to qty, keeps its place), ORDER_DELETED (qty 0) or ORDER_REFRESHED (an iceberg's next tranche:
// it shows qty and moves to the back of its level). qty is what the order shows.
export const ORDER_WORDS = 6;
export const O_KIND = 0;
export const O_SIDE = 1;
export const O_ID_LOW = 2;
export const O_ID_HIGH = 3;
export const O_PRICE = 4;
export const O_QTY = 5;

// Trade. aggressor: SIDE_BUY, SIDE_SELL, or AGGRESSOR_NONE (auction).
export const TRADE_WORDS = 5;
export const T_ID_LOW = 0;
export const T_ID_HIGH = 1;
export const T_PRICE = 2;
export const T_QTY = 3;
export const T_AGGRESSOR = 4;
export const AGGRESSOR_NONE = 2;

// PhaseChange: the instrument has entered a phase (PHASE_*). due: when its timetable goes on,
// uint64 ns, 0 = it has none.
export const PHASE_WORDS = 3;
export const P_PHASE = 0;
export const P_DUE_LOW = 1;
export const P_DUE_HIGH = 2;

// Indicative: what the auction would trade if it ended now. price 0: nothing. qty uint64, imbalance
// int64 (buys at or above the price less sells at or below it), both exact within 2^53-1.
export const INDICATIVE_WORDS = 5;
export const I_PRICE = 0;
export const I_QTY_LOW = 1;
export const I_QTY_HIGH = 2;
export const I_IMBALANCE_LOW = 3;
export const I_IMBALANCE_HIGH = 4;

/** Channels word of a snapshot's frames: from this bit on, the frame's number, from 0. */
export const FRAME_NUMBER_SHIFT = 8;
