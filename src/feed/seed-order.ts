// A resting order as a publisher is told of it when it starts: seven words.
//
//   0 instrument · 1 side · 2, 3 orderId low, high · 4 price, ticks · 5 leaves, lots · 6 what
//     it shows of them

import { highWord, lowWord } from '../base/words.ts';

export const SEED_ORDER_WORDS = 7;

export function writeSeedOrder(
  words: Int32Array,
  at: number,
  instrument: number,
  side: number,
  orderId: number,
  price: number,
  leaves: number,
  shown: number,
): void {
  words[at] = instrument;
  words[at + 1] = side;
  words[at + 2] = lowWord(orderId);
  words[at + 3] = highWord(orderId);
  words[at + 4] = price;
  words[at + 5] = leaves;
  words[at + 6] = shown;
}
