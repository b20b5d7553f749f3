// The books of a state, for those who begin from it: the publisher of a recovered exchange.

import { highWord, lowWord } from '../base/words.ts';
import { SIDE_BUY, SIDE_SELL } from './codes.ts';
import type { Core } from './core.ts';
import { SEED_ORDER_WORDS } from './seed-order-layout.ts';
import { restingOrders } from './views.ts';

/** The orders in a defined instrument's book, in queue order: of each side one run of words. */
export function seedOrders(core: Core, instrument: number): Int32Array[] {
  return [SIDE_BUY, SIDE_SELL].map((side) => {
    const orders = restingOrders(core, instrument, side);
    const words = new Int32Array(orders.length * SEED_ORDER_WORDS);
    orders.forEach(({ orderId, price, leaves, displayed }, i) => {
      const at = i * SEED_ORDER_WORDS;
      words[at] = instrument;
      words[at + 1] = side;
      words[at + 2] = lowWord(orderId);
      words[at + 3] = highWord(orderId);
      words[at + 4] = price;
      words[at + 5] = leaves;
      words[at + 6] = displayed;
    });
    return words;
  });
}
