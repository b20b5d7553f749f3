// Where the core writes its events. The core sees only the words and the four fields of EventOut;
// behind them stands a plain buffer (here: programs that run the core alone, tests, benches) or the
// event ring between threads.
//
// Invariants: `limit - cursor` (wrapping int32) is the number of free slots. A command's last event
// is still unread when the command ends: `makeRoom` is called before a write, never after one, so
// the core can mark it as the end.

import { assert } from '../base/assert.ts';
import { EVENT_SHIFT, EVENT_WORDS } from './event-slot.ts';

export interface EventOut {
  /** Slots of EVENT_WORDS words, a power of two of them. */
  readonly slots: Int32Array;
  /** Number of slots - 1. */
  readonly mask: number;
  /** Count of events written, a wrapping int32. The next goes to slot `cursor & mask`. */
  cursor: number;
  /** Value of `cursor` at which there is no free slot. */
  limit: number;
  /** Hands on what is written and returns when at least one slot is free. */
  makeRoom(): void;
}

/** Gets one event: its slot begins at word `at` of `slots`, which are reused after the call. */
export type EventReader = (slots: Int32Array, at: number) => void;

/** Events that are read in the same thread, by `drain`. */
export class EventBuffer implements EventOut {
  readonly slots: Int32Array;
  readonly mask: number;
  cursor: number;
  limit: number;
  private read: number;
  private readonly reader: EventReader;

  /** `capacity` slots, a power of two; `firstCursor` lets tests begin near the wrap. */
  constructor(reader: EventReader, capacity = 4096, firstCursor = 0) {
    assert(capacity > 0 && (capacity & (capacity - 1)) === 0, 'capacity is a power of two');
    this.slots = new Int32Array(capacity * EVENT_WORDS);
    this.mask = capacity - 1;
    this.cursor = firstCursor | 0;
    this.read = this.cursor;
    this.limit = (this.cursor + capacity) | 0;
    this.reader = reader;
  }

  /** Reads every unread event, oldest first, and frees its slot. */
  drain(): void {
    while (this.read !== this.cursor) {
      this.reader(this.slots, (this.read & this.mask) << EVENT_SHIFT);
      this.read = (this.read + 1) | 0;
    }
    this.limit = (this.cursor + this.mask + 1) | 0;
  }

  makeRoom(): void {
    this.drain();
  }
}
