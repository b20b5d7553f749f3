// Cuts lists of records into frames and encodes them.
//
// The records of an update or a snapshot are thought of as one row: levels, orders, trades. Frame
// `n` has those from n × RECORDS_PER_FRAME_MAX on, whatever channels a subscriber has; it gets
// those of its channels. So one sequence of frames serves every set of channels, and a frame in
// which some set finds nothing is sent to it all the same, as a bare head.

import { assert } from '../base/assert.ts';
import { FeedEncoder, type FeedHead, type Records } from '../wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS, TRADE_WORDS } from '../wire/feed-layout.ts';
import {
  CHANNEL_L2,
  CHANNEL_L3,
  CHANNEL_TRADES,
  RECORDS_PER_FRAME_MAX,
} from '../wire/frame-kinds.ts';
import type { WordList } from './word-list.ts';

/** What one update or snapshot says. */
export interface RecordLists {
  readonly levels: WordList;
  readonly orders: WordList;
  readonly trades: WordList;
}

/** Number of records in the three lists. */
export function countRecords({ levels, orders, trades }: RecordLists): number {
  return levels.length / LEVEL_WORDS + orders.length / ORDER_WORDS + trades.length / TRADE_WORDS;
}

/** Number of frames for so many records. */
export function countFrames(records: number): number {
  return Math.ceil(records / RECORDS_PER_FRAME_MAX);
}

export class FrameWriter {
  private readonly encoder = new FeedEncoder();
  private readonly levels: Records = { words: new Int32Array(0), at: 0, count: 0 };
  private readonly orders: Records = { words: new Int32Array(0), at: 0, count: 0 };
  private readonly trades: Records = { words: new Int32Array(0), at: 0, count: 0 };

  /** Frame `frame` (from 0) of the lists for a set of channels. Good until the next call. */
  encode(head: FeedHead, lists: RecordLists, frame: number, channels: number): Uint8Array {
    const from = frame * RECORDS_PER_FRAME_MAX;
    const to = from + RECORDS_PER_FRAME_MAX;
    const firstOrder = lists.levels.length / LEVEL_WORDS;
    const firstTrade = firstOrder + lists.orders.length / ORDER_WORDS;
    assert(frame >= 0 && channels !== 0, 'a frame of some channel');
    return this.encoder.encode(
      head,
      (channels & CHANNEL_L2) !== 0 && cut(this.levels, lists.levels, LEVEL_WORDS, from, to)
        ? this.levels
        : null,
      (channels & CHANNEL_L3) !== 0 &&
        cut(this.orders, lists.orders, ORDER_WORDS, from - firstOrder, to - firstOrder)
        ? this.orders
        : null,
      (channels & CHANNEL_TRADES) !== 0 &&
        cut(this.trades, lists.trades, TRADE_WORDS, from - firstTrade, to - firstTrade)
        ? this.trades
        : null,
    );
  }

  /** A frame without records. Good until the next call. */
  encodeBare(head: FeedHead): Uint8Array {
    return this.encoder.encode(head, null, null, null);
  }
}

/** Sets `out` to the records from … to-1 of a list, as far as it has them; false: it has none. */
function cut(out: Records, list: WordList, recordWords: number, from: number, to: number): boolean {
  const first = Math.max(from, 0);
  const count = Math.min(to, list.length / recordWords) - first;
  if (count <= 0) return false;
  out.words = list.words;
  out.at = first * recordWords;
  out.count = count;
  return true;
}
