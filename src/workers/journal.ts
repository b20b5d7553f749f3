// The journal thread: appends what comes out of the command ring and says how far the log is
// durable. When the disk fails, that never moves again: the I/O threads tell their clients, and the
// process ends.

import { COMMAND_WORDS } from '../core/command-slot.ts';
import { JournalWriteError } from '../journal/journal-errors.ts';
import { newIdentity } from '../journal/journal-identity.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { BATCH_COMMANDS_MAX } from '../journal/segment-layout.ts';
import * as c from '../ops/counter-layout.ts';
import { ThreadCounters } from '../ops/counters.ts';
import { BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { Ring } from '../ring/ring.ts';
import { ByTheClock } from '../ring/wait-strategy.ts';
import { wake } from '../ring/wake.ts';
import { configuredStrategy } from './configured-strategy.ts';
import { COMMAND_STOP, Control, SPARE_NONE, SPARE_READY } from './control.ts';
import { EXIT_DISK_FAILED, leaveProcess } from './death.ts';
import { stampDurable } from './stage-stamps.ts';
import type { ThreadMessage, ThreadStart } from './thread-start.ts';
import { noteTask } from './thread-vitals.ts';

/** A ring of fewer slots might be full before a thread that goes by the clock looks again. */
const SLOTS_BY_THE_CLOCK = 8_192;

/** How long clients are told that the disk has failed, and the telling may take to leave, ms. */
const TELL_MS_MAX = 400;
const LEAVE_MS = 250;
/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));

export function runJournal(start: ThreadStart, say: (message: ThreadMessage) => void): void {
  let isOpen = false;
  try {
    journalAll(start, () => {
      isOpen = true;
      say({ type: 'ready' });
    });
  } catch (error) {
    if (!(error instanceof JournalWriteError)) throw error;
    if (isOpen) {
      new Control(start.control).failAndWait(start.config.ioThreads, TELL_MS_MAX);
      Atomics.wait(IDLE, 0, 0, LEAVE_MS);
    }
    leaveProcess(EXIT_DISK_FAILED, error.message);
  }
}

function journalAll(start: ThreadStart, isReady: () => void): void {
  const { config } = start;
  const ring = new Ring(start.commandRing);
  const eventRing = new Ring(start.eventRing);
  const control = new Control(start.control);
  const writer = openJournal(start, control);
  const counters = new ThreadCounters(start.counters, start.counted);
  noteTask(counters);
  counters.words[c.W_DURABLE] = writer.durableSequence;
  const isSynced = config.durability === 'fsync';
  // Where nothing is written, no event waits for it.
  const isAwaited = config.durability !== 'none';
  const handler = (_words: Int32Array, first: number, end: number): number => {
    const startMs = performance.now();
    appendRange(writer, ring, first, end);
    const writtenMs = performance.now();
    writer.sync();
    control.durable = end;
    if (isAwaited) wake(eventRing);
    if (isSynced) counters.observe(c.W_SYNC, (performance.now() - writtenMs) / 1_000);
    countBatch(counters, writer, (end - first) | 0, (writtenMs - startMs) / 1_000);
    control.wantSpare(writer.isSpareWanted);
    return end;
  };
  const batchMax = Math.min(ring.capacity, BATCH_COMMANDS_MAX);
  const consumer = new Consumer(ring, start.consumer, batchMax);
  const stop = { stopWords: control.words, stopAt: COMMAND_STOP, beat: counters.beat };
  isReady();
  const strategy = configuredStrategy(config.waitStrategy);
  const stamping = stampDurable(start.stamps, handler);
  const loop = new BatchLoop({ consumer, handler: stamping, ...stop });
  loop.run(isAwaited || ring.capacity < SLOTS_BY_THE_CLOCK ? strategy : new ByTheClock());
  writer.close();
}

function countBatch(
  counters: ThreadCounters,
  writer: JournalWriter,
  commands: number,
  writeSeconds: number,
): void {
  const { words } = counters;
  words[c.W_BATCHES]! += 1;
  words[c.W_JOURNALED]! += commands;
  words[c.W_JOURNAL_BYTES] = writer.bytesWritten;
  words[c.W_DURABLE] = writer.durableSequence;
  counters.observe(c.W_WRITE, writeSeconds);
}

function openJournal({ config, recovered }: ThreadStart, control: Control): JournalWriter {
  return new JournalWriter({
    dir: config.dataDirectory,
    durability: config.durability,
    segmentBytesMax: config.segmentBytesMax,
    identity: recovered?.identity ?? newIdentity(config.limits),
    nextSequence: recovered?.nextSequence ?? 1,
    chain: recovered?.chain ?? 0,
    tail: recovered?.tail ?? null,
    takeSpare: () => {
      if (control.spare !== SPARE_READY) return false;
      control.spare = SPARE_NONE;
      return true;
    },
  });
}

/** Slots `first` … `end - 1`, which may go over the end of the ring. */
function appendRange(writer: JournalWriter, ring: Ring, first: number, end: number): void {
  const index = first & ring.mask;
  const count = (end - first) | 0;
  const straight = Math.min(count, ring.capacity - index);
  writer.append(ring.slots, index * COMMAND_WORDS, straight, 0, count - straight);
}
