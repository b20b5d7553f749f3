// Matching within the first I/O thread, for few cores. Where threads have to share cores, to wake
// one takes longer than all else that happens to an order; here an order's way has nobody to wake:
//
//   frames in ─▶ command ring ─▶ core ─▶ event ring ─▶ frames out     one turn of the event loop
//                      └─▶ journal            └─▶ publisher           threads of their own, as ever
//
// Rings and loops are those of a matching thread. What differs: loops that run in one thread do not
// wake each other; the publisher is woken when the answers are out; and while the event ring is
// full this thread itself reads its part of it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchLoop } from '../ring/batch-loop.ts';
import { Ring } from '../ring/ring.ts';
import type { WaitStrategy } from '../ring/wait-strategy.ts';
import { type Waiter, wake } from '../ring/wake.ts';
import type { ConsumerHere } from './consumer-here.ts';
import { Control } from './control.ts';
import type { EventReader } from './event-reader.ts';
import { createMatchingLoop } from './matching.ts';
import { COMMAND_CONSUMERS, MATCHING_COUNTERS, type ThreadStart } from './thread-start.ts';

/** Batches of commands after which sockets get their turn. */
const BATCHES_MAX = 8;
/**
 * How long it sleeps when the event ring is full and what is left in it is not this thread's to
 * read: the publisher has to, or the journal comes first.
 */
const ROOM_MS = 1;
/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** The thread that matching runs in. It is asked only while matching runs. */
export interface MatchingHost {
  /** Of the event ring, in this thread. */
  reader(): EventReader;
  /** Tells the clients, at the first call: no event of what is not durable will leave any more. */
  diskFailed(): void;
}

export class HostedMatching implements ConsumerHere, WaitStrategy {
  readonly consumer = COMMAND_CONSUMERS.indexOf('matching');
  private readonly eventRing: Ring;
  private readonly eventConsumer: number;
  private readonly control: Control;
  private readonly host: MatchingHost;
  private readonly loop: BatchLoop;
  private isScheduled = false;
  private isWakeDue = false;

  constructor(start: ThreadStart, host: MatchingHost) {
    this.eventRing = new Ring(start.eventRing);
    this.eventConsumer = start.consumer;
    this.control = new Control(start.control);
    this.host = host;
    const { consumer } = this;
    const matching: ThreadStart = { ...start, consumer, counted: MATCHING_COUNTERS };
    this.loop = createMatchingLoop(matching, this, (isReadable) => {
      this.isWakeDue ||= isReadable;
      this.schedule();
    });
  }

  /** Reads what other threads publish; resolves when it was told to stop and has read the ring. */
  run(): Promise<void> {
    return this.loop.runAsync(() => nextTurn());
  }

  /** At the end of this turn of the event loop. */
  schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.turn());
  }

  /** For the core, when the event ring is full. */
  wait(_words: Int32Array, _line: number, waiter: Waiter): void {
    while (!waiter.isReady()) {
      this.host.reader().catchUp();
      this.wakeOthers();
      if (this.control.hasFailed) this.host.diskFailed();
      if (!waiter.isReady()) Atomics.wait(IDLE, 0, 0, ROOM_MS);
    }
  }

  private turn(): void {
    let batches = 0;
    const reader = this.host.reader();
    reader.catchUp();
    for (; batches < BATCHES_MAX && this.loop.step(); batches++) reader.catchUp();
    this.wakeOthers();
    this.isScheduled = false;
    if (batches === BATCHES_MAX) this.schedule();
  }

  private wakeOthers(): void {
    if (this.isWakeDue) wake(this.eventRing, this.eventConsumer);
    this.isWakeDue = false;
  }
}
