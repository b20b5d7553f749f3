// The updates of one instrument and who gets them: one encoding for all subscribers of one set of
// channels.
//
// Invariants: each update frame has the sequence of the one before + 1, whatever channels somebody
// has and whether anybody listens. A subscriber is in one group at most, and in none before its
// snapshot is copied.

import { assert } from '../base/assert.ts';
import type { FeedHead } from '../wire/feed.ts';
import { CHANNEL_L2, CHANNEL_L3, CHANNEL_TRADES, FEED_UPDATE } from '../wire/frame-kinds.ts';
import type { BookView } from './book-view.ts';
import { type FrameWriter, framesFor } from './frame-writer.ts';

export const CHANNELS_ALL = CHANNEL_L2 | CHANNEL_L3 | CHANNEL_TRADES;

/** Somebody who gets the updates of an instrument. */
export interface UpdateReceiver {
  /** An update frame. While `keepers` is 0 its bytes are good during the call only. */
  offer(instrument: number, bytes: Uint8Array): void;
}

export class InstrumentStream {
  readonly view: BookView;
  /** Feed sequence of the last update frame, 0 before the first. */
  sequence = 0;
  /** Subscribers whose snapshot is not sent yet, so that they keep the updates behind it. */
  keepers = 0;
  /** Sets of channels that somebody has, ascending. */
  private wanted: readonly number[] = [];
  /** Receivers by their set of channels. */
  private readonly groups: readonly Set<UpdateReceiver>[];

  constructor(view: BookView) {
    this.view = view;
    this.groups = Array.from({ length: CHANNELS_ALL + 1 }, () => new Set<UpdateReceiver>());
  }

  join(receiver: UpdateReceiver, channels: number): void {
    assert(channels > 0 && channels <= CHANNELS_ALL, 'a set of channels that exist');
    this.groups[channels]!.add(receiver);
    this.lookAtGroups();
  }

  leave(receiver: UpdateReceiver, channels: number): void {
    const wasThere = this.groups[channels]!.delete(receiver);
    assert(wasThere, 'who leaves was there');
    this.lookAtGroups();
  }

  /**
   * Publishes what a command has changed in the book. `now` has its sequence and time; the rest of
   * it is overwritten.
   */
  publish(writer: FrameWriter, now: FeedHead): void {
    const { view } = this;
    const first = this.sequence + 1;
    const frames = framesFor(view);
    assert(frames > 0, 'what changed has records');
    this.sequence += frames;
    for (const channels of this.wanted) {
      now.kind = FEED_UPDATE;
      now.instrument = view.instrument;
      now.channels = channels;
      for (let frame = 0; frame < frames; frame++) {
        now.sequence = first + frame;
        now.isLast = frame === frames - 1;
        this.send(channels, writer.encode(now, view, frame, channels));
      }
    }
  }

  private lookAtGroups(): void {
    const { groups } = this;
    this.wanted = groups.map((_, channels) => channels).filter((one) => groups[one]!.size > 0);
  }

  private send(channels: number, encoded: Uint8Array): void {
    const bytes = this.keepers > 0 ? encoded.slice() : encoded;
    for (const receiver of this.groups[channels]!) receiver.offer(this.view.instrument, bytes);
  }
}
