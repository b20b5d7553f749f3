// What stands around the sessions in their tests: a command ring, an event ring, sockets.

import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import type { EventOut } from '../src/core/event-buffer.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import type { CommandPort, ConnectionOutput } from '../src/session/ports.ts';
import type { Sessions } from '../src/session/sessions.ts';

/** The command ring, as a queue that the core empties when it is told to. */
export class QueuePort implements CommandPort {
  readonly words: Int32Array;
  /** Commands published and not applied. */
  waiting = 0;
  /** Commands ever published. */
  total = 0;
  private claimed = 0;
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.words = new Int32Array(capacity * COMMAND_WORDS);
  }

  claim(count: number): boolean {
    if (this.claimed !== 0 || count < 1) throw new Error('one claim at a time');
    if (this.waiting + count > this.capacity) return false;
    this.claimed = count;
    return true;
  }

  slotAt(index: number): number {
    if (index < 0 || index >= this.claimed) throw new Error('a slot that was not claimed');
    return (this.waiting + index) * COMMAND_WORDS;
  }

  publish(): void {
    if (this.claimed === 0) throw new Error('nothing was claimed');
    this.waiting += this.claimed;
    this.total += this.claimed;
    this.claimed = 0;
  }

  /** The oldest command, which is taken out. */
  shift(): Int32Array {
    const command = this.words.slice(0, COMMAND_WORDS);
    this.words.copyWithin(0, COMMAND_WORDS);
    this.waiting -= 1;
    return command;
  }
}

/** The event ring: what the core writes goes to every thread's sessions when it is full. */
export class EventFeed implements EventOut {
  readonly slots: Int32Array;
  readonly mask: number;
  cursor: number;
  limit: number;
  threads: readonly Sessions[] = [];
  /** Every event that there was, as a journal would give them again. */
  private readonly log: Int32Array[] = [];
  /** Events that a thread which is late has not read. */
  private readonly unread = new Map<Sessions, Int32Array[]>();
  private read: number;

  constructor(capacity: number, firstCursor: number) {
    // What an event does not write is garbage, never 0.
    this.slots = new Int32Array(capacity * EVENT_WORDS).fill(0x5a5a5a5a);
    this.mask = capacity - 1;
    this.cursor = firstCursor | 0;
    this.read = this.cursor;
    this.limit = (this.cursor + capacity) | 0;
  }

  makeRoom(): void {
    for (let i = this.read; i !== this.cursor; i = (i + 1) | 0) {
      const at = (i & this.mask) * EVENT_WORDS;
      this.log.push(this.slots.slice(at, at + EVENT_WORDS));
    }
    for (const sessions of this.threads) {
      const unread = this.unread.get(sessions);
      if (unread === undefined) {
        sessions.onEvents(this.slots, this.mask, this.read, this.cursor);
        continue;
      }
      unread.push(...this.log.slice(this.log.length - ((this.cursor - this.read) | 0)));
    }
    this.read = this.cursor;
    this.limit = (this.cursor + this.mask + 1) | 0;
  }

  /** The process begins anew with these threads, which read everything again. */
  restart(threads: readonly Sessions[]): void {
    this.threads = threads;
    this.unread.clear();
    for (const sessions of threads) {
      for (const slot of this.log) sessions.onEvents(slot, 0, 0, 1);
    }
  }

  /** From now on the thread reads nothing until it catches up. */
  delay(sessions: Sessions): void {
    if (!this.unread.has(sessions)) this.unread.set(sessions, []);
  }

  catchUp(sessions: Sessions): void {
    for (const slot of this.unread.get(sessions) ?? []) sessions.onEvents(slot, 0, 0, 1);
    this.unread.delete(sessions);
  }
}

/** One client's end of a socket whose buffer takes `roomBytes`; the rest waits. */
export class FakeSocket implements ConnectionOutput {
  readonly frames: Uint8Array[] = [];
  closeCode = 0;
  unsentBytes = 0;
  roomBytes = Number.POSITIVE_INFINITY;
  /** True: it loses what is sent. */
  isBroken = false;

  send(bytes: Uint8Array): number {
    if (this.closeCode !== 0) throw new Error('sent after the close');
    if (this.isBroken) return -1;
    this.frames.push(bytes.slice());
    this.roomBytes -= bytes.length;
    if (this.roomBytes < 0) {
      this.unsentBytes -= this.roomBytes;
      this.roomBytes = 0;
    }
    return this.unsentBytes;
  }

  close(code: number): void {
    if (this.closeCode !== 0) throw new Error('closed twice');
    this.closeCode = code;
  }

  /** The network takes up to `bytes`. */
  take(bytes: number): void {
    this.roomBytes = Math.max(0, bytes - this.unsentBytes);
    this.unsentBytes = Math.max(0, this.unsentBytes - bytes);
  }
}
