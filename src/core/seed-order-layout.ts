// A resting order as those are told of it who begin from a state instead of events: seven words.
// Imports nothing.
//
//   0 instrument · 1 side · 2, 3 orderId low, high · 4 price, ticks · 5 leaves, lots · 6 what
//     it shows of them

export const SEED_ORDER_WORDS = 7;
