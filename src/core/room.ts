// What a resting place for an order depends on: whether it would trade instead, and whether there
// is room (R7 `capacity`).

import { sideOf } from './book.ts';
import { REJECT_CAPACITY } from './codes.ts';
import { hasRoomFor } from './ladder.ts';
import { FLAG_SIDE, S_BEST, S_BEST_KEY, S_MIRROR, STOP_SIDES } from './memory-layout.ts';

/** True when an order of `side` at `price` reaches the best opposite price. */
export function wouldTrade(
  m: Int32Array,
  instrument: number,
  side: number,
  price: number,
): boolean {
  const opposite = sideOf(instrument, side ^ 1);
  if (m[opposite + S_BEST] === 0) return false;
  return m[opposite + S_BEST_KEY] <= (price ^ m[opposite + S_MIRROR]);
}

/** 0, or the reject when an order cannot rest at `price`. */
export function judgeLevelRoom(
  m: Int32Array,
  instrument: number,
  side: number,
  price: number,
): number {
  const own = sideOf(instrument, side);
  return hasRoomFor(m, own, price ^ m[own + S_MIRROR], 0) ? 0 : REJECT_CAPACITY;
}

/** The same for a stop with these flags; `reserves`: it needs a page for its limit price too. */
export function judgeStopRoom(
  m: Int32Array,
  instrument: number,
  flags: number,
  stopPrice: number,
  reserves: boolean,
): number {
  const stops = sideOf(instrument, (flags & FLAG_SIDE) + STOP_SIDES);
  const more = reserves ? 1 : 0;
  return hasRoomFor(m, stops, stopPrice ^ m[stops + S_MIRROR], more) ? 0 : REJECT_CAPACITY;
}
