// Snapshots under way: the state of one book, copied between two commands, which goes out frame by
// frame as its subscriber's socket takes it.
//
// Invariants: a snapshot that was begun for a subscriber is sent to its end, so a consumer never
// meets half of one followed by another; its frames are numbered in their channels word.
// Limits: SNAPSHOT_RECORDS_MAX records under way, SNAPSHOT_RECORDS_PER_TURN copied between two
// batches of events, so that subscribers cannot keep the publisher from its ring.
// Known limitations: while a book is copied no event is read, some 80 ms for a million orders.

import { assert } from '../base/assert.ts';
import type { FeedHead } from '../wire/feed.ts';
import { FRAME_NUMBER_SHIFT } from '../wire/feed-layout.ts';
import { CHANNEL_L2, CHANNEL_L3, CHANNEL_TRADES, FEED_SNAPSHOT } from '../wire/frame-kinds.ts';
import { SNAPSHOT_RECORDS_MAX, SNAPSHOT_RECORDS_PER_TURN } from './feed-limits.ts';
import { countFrames, countRecords, type FrameWriter, type RecordLists } from './frame-writer.ts';
import type { InstrumentStream } from './instrument-stream.ts';
import { WordList } from './word-list.ts';

/** One snapshot for one subscriber. */
export interface Snapshot extends RecordLists {
  readonly stream: InstrumentStream;
  readonly head: FeedHead;
  readonly channels: number;
  readonly frames: number;
  readonly records: number;
  /** The frame that is sent next. */
  next: number;
}

export class Snapshots {
  private readonly writer: FrameWriter;
  private recordsUnderWay = 0;
  private recordsOfTurn = 0;

  constructor(writer: FrameWriter) {
    this.writer = writer;
  }

  /** A batch of events, or time, has passed. */
  beginTurn(): void {
    this.recordsOfTurn = 0;
  }

  /**
   * Copies a book as it is now, between two commands, for a set of channels; `now` is a head with
   * epoch, command sequence and time. Null: too much is under way, or was copied in this turn; to
   * be asked again in the next. Every snapshot is to be ended.
   */
  begin(stream: InstrumentStream, channels: number, now: FeedHead): Snapshot | null {
    const { view } = stream;
    const hasLevels = (channels & CHANNEL_L2) !== 0;
    const hasOrders = (channels & CHANNEL_L3) !== 0;
    const coming = (hasLevels ? view.levelCount : 0) + (hasOrders ? view.orderCount : 0);
    if (!fits(this.recordsUnderWay, coming, SNAPSHOT_RECORDS_MAX)) return null;
    if (!fits(this.recordsOfTurn, coming, SNAPSHOT_RECORDS_PER_TURN)) return null;
    const lists = {
      levels: new WordList(1),
      orders: new WordList(1),
      trades: new WordList(1),
      phases: new WordList(1),
      indicatives: new WordList(1),
    };
    if (hasLevels) view.copyLevels(lists.levels);
    if (hasOrders) view.copyOrders(lists.orders);
    if ((channels & CHANNEL_TRADES) !== 0) view.copyLastTrade(lists.trades);
    view.status.copyPhase(lists.phases);
    view.status.copyIndicative(lists.indicatives);
    const records = countRecords(lists);
    const frames = countFrames(records);
    const { sequence } = stream;
    const head = { ...now, kind: FEED_SNAPSHOT, instrument: view.instrument, sequence };
    this.recordsUnderWay += records;
    this.recordsOfTurn += records;
    return { ...lists, stream, head, channels, frames, records, next: 0 };
  }

  /** The snapshot's next frame. Good until the next frame of any kind is encoded. */
  nextFrame(snapshot: Snapshot): Uint8Array {
    const { head, channels, next, frames } = snapshot;
    assert(next < frames, 'a snapshot has its frames once');
    head.channels = channels | (next << FRAME_NUMBER_SHIFT);
    head.isLast = next === frames - 1;
    snapshot.next = next + 1;
    return this.writer.encode(head, snapshot, next, channels);
  }

  /** The snapshot is sent, or its subscriber is gone. */
  end(snapshot: Snapshot): void {
    this.recordsUnderWay -= snapshot.records;
    assert(this.recordsUnderWay >= 0, 'a snapshot ends once');
  }
}

/** One that is alone fits, however large. */
function fits(present: number, coming: number, max: number): boolean {
  return present === 0 || present + coming <= max;
}
