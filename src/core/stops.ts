// Stops (R5): where they wait, what triggers them, and the queue in which the triggered ones take
// their turn.
//
// A stop waits in a level of its side's stops, whose first level is the next to be triggered:
// buy stops from the lowest stop price up, sell stops from the highest down. A trade moves whole
// levels to the instrument's activation queue; `activate` (acting.ts) works it off.

import { assert } from '../base/assert.ts';
import { append, needsPage, sideOf } from './book.ts';
import { SIDE_BUY, SIDE_SELL } from './codes.ts';
import { levelFor, removeLevel } from './ladder.ts';
import {
  BID_MIRROR,
  FLAG_SIDE,
  H_PAGES_RESERVED,
  I_LAST_PRICE,
  I_QUEUE,
  I_STOPS,
  L_FIRST,
  L_LAST,
  O_EXTRA,
  O_FLAGS,
  O_NEXT,
  O_PREV,
  S_BEST,
  S_BEST_KEY,
  S_MIRROR,
  STOP_SIDES,
  WAITS_FOR_TRADE,
  WAITS_FOR_TURN,
  X_STOP_PRICE,
  X_WAITS,
} from './memory-layout.ts';

/** Lets a stop wait: for its turn if the last trade already satisfies it, else for a trade. */
export function wait(m: Int32Array, order: number, instrument: number): void {
  const extra = m[order + O_EXTRA];
  const flags = m[order + O_FLAGS];
  const stopPrice = m[extra + X_STOP_PRICE];
  const isBuy = (flags & FLAG_SIDE) === SIDE_BUY;
  const last = m[instrument + I_LAST_PRICE];
  if (needsPage(flags)) m[H_PAGES_RESERVED] += 1;
  if (last !== 0 && (isBuy ? last >= stopPrice : last <= stopPrice)) {
    m[extra + X_WAITS] = WAITS_FOR_TURN;
    append(m, instrument + I_QUEUE, order);
    return;
  }
  m[extra + X_WAITS] = WAITS_FOR_TRADE;
  m[instrument + I_STOPS] += 1;
  const side = sideOf(instrument, (flags & FLAG_SIDE) + STOP_SIDES);
  append(m, levelFor(m, side, stopPrice ^ m[side + S_MIRROR]), order);
}

/** Puts the stops that a trade at `price` triggers into the activation queue (R5.2). */
export function trigger(m: Int32Array, instrument: number, price: number): void {
  const buys = sideOf(instrument, SIDE_BUY + STOP_SIDES);
  while (m[buys + S_BEST] !== 0 && m[buys + S_BEST_KEY] <= price) queueLevel(m, instrument, buys);
  const sells = sideOf(instrument, SIDE_SELL + STOP_SIDES);
  const sellKey = price ^ BID_MIRROR;
  while (m[sells + S_BEST] !== 0 && m[sells + S_BEST_KEY] <= sellKey) {
    queueLevel(m, instrument, sells);
  }
}

/** Moves the first level of stops to the back of the activation queue. */
function queueLevel(m: Int32Array, instrument: number, side: number): void {
  const level = m[side + S_BEST];
  const queue = instrument + I_QUEUE;
  const first = m[level + L_FIRST];
  const last = m[level + L_LAST];
  assert(first !== level, 'a level in use has orders');
  let moved = 0;
  for (let order = first; order !== level; order = m[order + O_NEXT]) {
    m[m[order + O_EXTRA] + X_WAITS] = WAITS_FOR_TURN;
    moved += 1;
  }
  m[instrument + I_STOPS] -= moved;
  assert(m[instrument + I_STOPS] >= 0, 'every stop that waits for a trade is counted');
  const back = m[queue + L_LAST];
  m[back + O_NEXT] = first;
  m[first + O_PREV] = back;
  m[last + O_NEXT] = queue;
  m[queue + L_LAST] = last;
  m[level + L_FIRST] = level;
  m[level + L_LAST] = level;
  removeLevel(m, side, level);
}
