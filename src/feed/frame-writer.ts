// Cuts lists of records into frames and encodes them.
//
// The records of an update or a snapshot are thought of as one row: levels, orders, trades, phases,
// indicatives. Frame `n` has those from n × RECORDS_PER_FRAME_MAX on, whatever channels a
// subscriber has; it gets those of its channels, phases and indicatives always. So one sequence of
// frames serves every set of channels, and a frame in which some set finds nothing is sent to it
// all the same, as a bare head.

import { assert } from '../base/assert.ts';
import { FeedEncoder, type FeedHead, type Records } from '../wire/feed.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from '../wire/feed-layout.ts';
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
  readonly phases: WordList;
  readonly indicatives: WordList;
}

/** Number of records in all lists. */
export function countRecords(lists: RecordLists): number {
  return (
    lists.levels.length / LEVEL_WORDS +
    lists.orders.length / ORDER_WORDS +
    lists.trades.length / TRADE_WORDS +
    lists.phases.length / PHASE_WORDS +
    lists.indicatives.length / INDICATIVE_WORDS
  );
}

/** Number of frames for so many records. */
export function countFrames(records: number): number {
  return Math.ceil(records / RECORDS_PER_FRAME_MAX);
}

/** Number of frames for all records of the lists: mostly one, as a record has a word at least. */
export function framesFor(lists: RecordLists): number {
  const { levels, orders, trades, phases, indicatives } = lists;
  const words = levels.length + orders.length + trades.length + phases.length + indicatives.length;
  if (words > 0 && words <= RECORDS_PER_FRAME_MAX) return 1;
  return countFrames(countRecords(lists));
}

/** One list as it is cut into a frame. */
class Cut implements Records {
  words: Int32Array = new Int32Array(0);
  at = 0;
  count = 0;
  private readonly recordWords: number;

  constructor(recordWords: number) {
    this.recordWords = recordWords;
  }

  /** Itself with the records from … to-1 of the list, as far as it has them; null: it has none. */
  of(list: WordList, from: number, to: number): Records | null {
    const first = Math.max(from, 0);
    this.count = Math.min(to, list.length / this.recordWords) - first;
    if (this.count <= 0) return null;
    this.words = list.words;
    this.at = first * this.recordWords;
    return this;
  }
}

export class FrameWriter {
  private readonly encoder = new FeedEncoder();
  private readonly levels = new Cut(LEVEL_WORDS);
  private readonly orders = new Cut(ORDER_WORDS);
  private readonly trades = new Cut(TRADE_WORDS);
  private readonly phases = new Cut(PHASE_WORDS);
  private readonly indicatives = new Cut(INDICATIVE_WORDS);

  /** Frame `frame` (from 0) of the lists for a set of channels. Good until the next call. */
  encode(head: FeedHead, lists: RecordLists, frame: number, channels: number): Uint8Array {
    const from = frame * RECORDS_PER_FRAME_MAX;
    const to = from + RECORDS_PER_FRAME_MAX;
    const order = lists.levels.length / LEVEL_WORDS;
    const trade = order + lists.orders.length / ORDER_WORDS;
    const phase = trade + lists.trades.length / TRADE_WORDS;
    const indicative = phase + lists.phases.length / PHASE_WORDS;
    const hasLevels = (channels & CHANNEL_L2) !== 0;
    const hasOrders = (channels & CHANNEL_L3) !== 0;
    const hasTrades = (channels & CHANNEL_TRADES) !== 0;
    assert(frame >= 0 && channels !== 0, 'a frame of some channel');
    return this.encoder.encode(
      head,
      hasLevels ? this.levels.of(lists.levels, from, to) : null,
      hasOrders ? this.orders.of(lists.orders, from - order, to - order) : null,
      hasTrades ? this.trades.of(lists.trades, from - trade, to - trade) : null,
      this.phases.of(lists.phases, from - phase, to - phase),
      this.indicatives.of(lists.indicatives, from - indicative, to - indicative),
    );
  }

  /** A frame without records. Good until the next call. */
  encodeBare(head: FeedHead): Uint8Array {
    return this.encoder.encode(head, null, null, null);
  }
}
