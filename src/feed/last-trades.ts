// The last trade of every instrument, which a publisher tells new subscribers: followed from the
// events, so that it can be part of a snapshot.
//
//   words: for each instrument that has traded its number, and the trade's record
//   (wire/feed-layout.ts)

import { assert } from '../base/assert.ts';
import { EVENT_TRADE } from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import {
  AGGRESSOR_NONE,
  T_AGGRESSOR,
  T_ID_HIGH,
  T_ID_LOW,
  T_PRICE,
  T_QTY,
  TRADE_WORDS,
} from '../wire/feed-layout.ts';

/** Words of one entry: the instrument's number and the trade. */
export const LAST_TRADE_WORDS = 1 + TRADE_WORDS;

export class LastTrades {
  private words = new Int32Array(0);
  /** First word of an instrument's entry. */
  private readonly places = new Map<number, number>();

  /** Takes in events `from` … `end - 1` (wrapping int32): event i lies in slot `i & mask`. */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      const at = (i & mask) << e.EVENT_SHIFT;
      const head = slots[at + e.E_HEAD]!;
      if ((head & e.EVENT_TYPE_MASK) !== EVENT_TRADE) continue;
      const to = this.placeOf(slots[at + e.E_INSTRUMENT]!) + 1;
      const { words } = this;
      words[to + T_ID_LOW] = slots[at + e.E_TRADE_LOW]!;
      words[to + T_ID_HIGH] = slots[at + e.E_TRADE_HIGH]!;
      words[to + T_PRICE] = slots[at + e.E_PRICE]!;
      words[to + T_QTY] = slots[at + e.E_QTY]!;
      const isAuction = (head & e.EVENT_AUCTION) !== 0;
      const aggressor = ((head >>> e.EVENT_SIDE_SHIFT) & 1) ^ 1;
      words[to + T_AGGRESSOR] = isAuction ? AGGRESSOR_NONE : aggressor;
    }
  }

  save(): Int32Array[] {
    return [this.words];
  }

  /** Takes back what `save` gave. Only while nothing was taken in. */
  restore(words: Int32Array): void {
    assert(this.places.size === 0, 'only new ones are restored');
    assert(words.length % LAST_TRADE_WORDS === 0, 'entries are whole');
    this.words = words.slice();
    for (let at = 0; at < words.length; at += LAST_TRADE_WORDS) this.places.set(words[at]!, at);
  }

  private placeOf(instrument: number): number {
    const known = this.places.get(instrument);
    if (known !== undefined) return known;
    const place = this.words.length;
    const grown = new Int32Array(place + LAST_TRADE_WORDS);
    grown.set(this.words);
    grown[place] = instrument;
    this.words = grown;
    this.places.set(instrument, place);
    return place;
  }
}
