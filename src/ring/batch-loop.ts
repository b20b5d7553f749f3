// A consumer's main loop: poll, handle, commit, wait.
//
// Ownership: the loop owns its consumer. The stop word belongs to whoever runs the loop; it is read
// with Atomics after every batch and while waiting.

import { assert } from '../base/assert.ts';
import type { Consumer } from './consumer.ts';
import { RUN, STOP_NOW } from './stop-codes.ts';
import type { WaitStrategy } from './wait-strategy.ts';
import { sleepAsync, type Waiter } from './wake.ts';

/**
 * Handles slots `first` … `end - 1` of `words` (each begins at `ring.slotAt(sequence)`). Answers
 * the sequence it wants next: `end`, or an earlier one to be given the rest again later.
 */
export type BatchHandler = (words: Int32Array, first: number, end: number) => number;

export interface BatchLoopOptions {
  readonly consumer: Consumer;
  readonly handler: BatchHandler;
  /** Holds the stop word … */
  readonly stopWords: Int32Array;
  /** … at this index: a value of stop-codes.ts, stored with Atomics and followed by `wake`. */
  readonly stopAt: number;
  /**
   * True while the handler could not go on with the slot that it wants next, though it is published
   * (its command is not durable yet). When that changes, `wake` has to be called. Default: never.
   */
  readonly isHeld?: () => boolean;
  /**
   * Word 0 changes, by plain stores, with each batch and each look for one: a loop that waits looks
   * again when its ring is woken, so one whose word stands still is stuck.
   */
  readonly beat?: Int32Array;
  /**
   * For `runAsync`: how long, ms, it naps when a large batch has left it nothing to do, instead of
   * sleeping until woken. Default 0: it never naps.
   */
  readonly napMs?: number;
}

/**
 * Slots of a batch behind which another is sure to come at once. A thread that were woken for each
 * few of them would cost its producer a wake-up, and both the caches, many times a millisecond.
 */
const NAP_FROM_SLOTS = 256;
/** Nobody notifies it: a wait on it is a nap. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

const neverHeld = (): boolean => false;

export class BatchLoop implements Waiter {
  /** The next sequence to be handled: everything before it is committed. */
  next: number;
  private readonly consumer: Consumer;
  private readonly words: Int32Array;
  private readonly handler: BatchHandler;
  private readonly isHeld: () => boolean;
  private readonly stopWords: Int32Array;
  private readonly stopAt: number;
  private readonly beat: Int32Array;
  private readonly napMs: number;
  private isNapDue = false;

  constructor(options: BatchLoopOptions) {
    const { consumer, stopAt } = options;
    assert(stopAt >= 0 && stopAt < options.stopWords.length, 'the stop word exists');
    this.consumer = consumer;
    this.words = consumer.ring.words;
    this.handler = options.handler;
    this.isHeld = options.isHeld ?? neverHeld;
    this.stopWords = options.stopWords;
    this.stopAt = stopAt;
    this.beat = options.beat ?? new Int32Array(1);
    this.napMs = options.napMs ?? 0;
    this.next = consumer.committed;
  }

  /** Runs until stopped. What the handler throws comes out; its batch is then not committed. */
  run(strategy: WaitStrategy): void {
    while (!this.isStopped()) {
      if (this.canHandle()) this.handleBatch();
      else strategy.wait(this.words, this.consumer.sleepAt, this);
    }
  }

  /**
   * The same in a thread that serves sockets too: between two batches it always lets a turn of the
   * event loop pass, by sleeping or by `nextTurn` (setImmediate as a promise).
   */
  async runAsync(nextTurn: () => Promise<unknown>): Promise<void> {
    let isFresh = true;
    while (!this.isStopped()) {
      if (!this.canHandle()) {
        if (this.isNapDue) this.nap();
        else isFresh = await sleepAsync(this.words, this.consumer.sleepAt, this);
        continue;
      }
      if (!isFresh) await nextTurn();
      isFresh = false;
      if (this.canHandle()) this.handleBatch();
    }
  }

  /**
   * Handles all that is published by now, in a thread whose loop `runAsync` runs; for what the
   * event loop calls between two batches, never for the handler.
   */
  catchUp(): void {
    const end = (this.next + this.consumer.ring.capacity) | 0;
    while (((end - this.next) | 0) > 0 && this.step());
  }

  /** Handles one batch, where `catchUp` may. False when there was none. */
  step(): boolean {
    if (!this.canHandle()) return false;
    this.handleBatch();
    return true;
  }

  /** For the wait strategy: there is something to handle, or the loop has to stop. */
  isReady(): boolean {
    this.beat[0] = (this.beat[0] + 1) | 0;
    return this.canHandle() || this.isStopped();
  }

  private canHandle(): boolean {
    return this.consumer.poll(this.next) !== this.next && !this.isHeld();
  }

  private handleBatch(): void {
    const end = this.consumer.poll(this.next);
    const reached = this.handler(this.words, this.next, end) | 0;
    assert(((reached - this.next) | 0) >= 0, 'a handler does not go back');
    assert(((end - reached) | 0) >= 0, 'a handler does not pass the end of its batch');
    this.isNapDue = this.napMs > 0 && ((reached - this.next) | 0) >= NAP_FROM_SLOTS;
    this.next = reached;
    this.beat[0] = (this.beat[0] + 1) | 0;
    this.consumer.commit(reached);
  }

  private nap(): void {
    this.isNapDue = false;
    Atomics.wait(IDLE, 0, 0, this.napMs);
  }

  private isStopped(): boolean {
    const stop = Atomics.load(this.stopWords, this.stopAt);
    return stop !== RUN && (stop === STOP_NOW || this.consumer.isAtEnd(this.next));
  }
}
