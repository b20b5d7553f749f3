// The rings of a simulated server, in plain memory: who reads and who writes take turns there.

import { assert } from '../../base/assert.ts';
import { C_REQUEST, C_SEQUENCE, C_SESSION, COMMAND_WORDS } from '../../core/command-slot.ts';
import type { EventOut } from '../../core/event-buffer.ts';
import { E_SEQUENCE_LOW, EVENT_SHIFT, EVENT_WORDS } from '../../core/event-slot.ts';
import type { CommandPort } from '../../session/ports.ts';

/** Gets published commands, which lie in a row: the first is command `sequence`. */
export type OnPublish = (words: Int32Array, at: number, sequence: number) => void;

/** Commands on their way to journal and matching: a slot's sequence is its command's. */
export class CommandRing implements CommandPort {
  readonly words: Int32Array;
  readonly capacity: number;
  /** Sequence of the next command to be published. */
  cursor: number;
  /** Sequences of the next commands that journal and matching read. */
  journaled: number;
  matched: number;
  private readonly onPublish: OnPublish;
  private claimed = 0;

  /** `slots` is a power of two. */
  constructor(slots: number, firstSequence: number, onPublish: OnPublish) {
    this.words = new Int32Array(slots * COMMAND_WORDS);
    this.capacity = slots;
    this.cursor = firstSequence;
    this.journaled = firstSequence;
    this.matched = firstSequence;
    this.onPublish = onPublish;
  }

  claim(count: number): boolean {
    const used = this.cursor - Math.min(this.journaled, this.matched);
    if (used + count > this.capacity) return false;
    this.claimed = count;
    return true;
  }

  slotAt(index: number): number {
    return this.wordOf(this.cursor + index);
  }

  publish(): void {
    for (let i = 0; i < this.claimed; i++) {
      const at = this.wordOf(this.cursor);
      this.words[at + C_SEQUENCE] = this.cursor | 0;
      this.onPublish(this.words, at, this.cursor);
      this.cursor += 1;
    }
    this.claimed = 0;
  }

  wordOf(sequence: number): number {
    return (sequence & (this.capacity - 1)) * COMMAND_WORDS;
  }

  /** Session and request of the commands from `sequence` on (as workers/undurable.ts). */
  causesFrom(sequence: number): number[] {
    const pairs: number[] = [];
    for (let one = sequence; one < this.cursor; one++) {
      const at = this.wordOf(one);
      pairs.push(this.words[at + C_SESSION]!, this.words[at + C_REQUEST]!);
    }
    return pairs;
  }
}

/** Events on their way to those who serve clients, each of whom reads up to what is durable. */
export class EventRing implements EventOut {
  readonly slots: Int32Array;
  readonly mask: number;
  cursor = 0;
  limit: number;
  /** Where each reader stands. */
  readonly read: number[];
  /** Called when the core finds no room: lets the readers read. */
  relieve: () => void = () => {};

  /** `slots` is a power of two. */
  constructor(slots: number, readers: number) {
    this.slots = new Int32Array(slots * EVENT_WORDS);
    this.mask = slots - 1;
    this.limit = slots;
    this.read = new Array<number>(readers).fill(0);
  }

  makeRoom(): void {
    this.relieve();
    this.free();
    assert(this.limit !== this.cursor, 'readers have made room');
  }

  /** What all have read can be written again. */
  free(): void {
    const behind = Math.max(...this.read.map((place) => (this.cursor - place) | 0));
    this.limit = (this.cursor - behind + this.mask + 1) | 0;
  }

  /** Where a reader has to stop that may read `most` more events: what is behind is not durable. */
  durableEnd(reader: number, durable: number, most: number): number {
    let end = this.read[reader]!;
    for (let i = 0; i < most && end !== this.cursor; i++) {
      const at = (end & this.mask) << EVENT_SHIFT;
      if (((this.slots[at + E_SEQUENCE_LOW]! - durable) | 0) >= 0) break;
      end = (end + 1) | 0;
    }
    return end;
  }
}
