// The journal thread. At start-up it puts the journaled commands into the command ring once more,
// so that every other thread rebuilds its state from the same stream that it lives on; from then on
// it appends what comes and says how far the log is durable.

import { COMMAND_INSTRUMENT } from '../core/codes.ts';
import { C_HEAD, C_INSTRUMENT, COMMAND_WORDS, HEAD_COMMAND_MASK } from '../core/command-slot.ts';
import { REAL_DISK } from '../journal/disk.ts';
import { newIdentity } from '../journal/journal-identity.ts';
import { type JournalRead, readJournal } from '../journal/journal-reader.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { syncJournal } from '../journal/sync-journal.ts';
import { cutTornTail } from '../journal/torn-tail.ts';
import type { Log } from '../ops/log.ts';
import { BatchLoop } from '../ring/batch-loop.ts';
import { Consumer } from '../ring/consumer.ts';
import { MultiProducer } from '../ring/multi-producer.ts';
import { Ring } from '../ring/ring.ts';
import { wake } from '../ring/wake.ts';
import { COMMAND_STOP, Control } from './control.ts';
import { configuredStrategy } from './matching.ts';
import type { ThreadMessage, ThreadStart } from './thread-start.ts';

/** How long the replay sleeps when the other threads are behind, ms. */
const ROOM_WAIT_MS = 1;

export function runJournal(
  start: ThreadStart,
  log: Log,
  say: (message: ThreadMessage) => void,
): void {
  const { config } = start;
  const ring = new Ring(start.commandRing);
  const eventRing = new Ring(start.eventRing);
  const control = new Control(start.control);
  const consumer = new Consumer(ring, start.consumer);
  const setDurable = (sequence: number) => {
    control.durable = sequence | 0;
    wake(eventRing);
  };
  say({ type: 'ready' });
  const instruments = new Set<number>();
  const replayed = replay(config, ring, consumer, instruments, setDurable);
  if (replayed.torn !== null) {
    const keptIn = cutTornTail(replayed.torn, replayed.nextSequence, REAL_DISK);
    log.error({ ...replayed.torn, keptIn }, 'the end of the journal was torn and is cut off');
  }
  const writer = new JournalWriter({
    dir: config.dataDirectory,
    durability: config.durability,
    identity: replayed.tail?.header ?? newIdentity(config.limits),
    segmentBytesMax: config.segmentBytesMax,
    chain: replayed.chain,
    nextSequence: replayed.nextSequence,
    tail: replayed.tail,
  });
  say({
    type: 'replayed',
    commands: replayed.commands,
    nextSequence: replayed.nextSequence,
    instruments: [...instruments],
  });
  const handler = (_words: Int32Array, first: number, end: number): number => {
    appendRange(writer, ring, first, end);
    writer.sync();
    setDurable(end);
    return end;
  };
  const stop = { stopWords: control.words, stopAt: COMMAND_STOP };
  new BatchLoop({ consumer, handler, ...stop }).run(configuredStrategy(config.waitStrategy));
  writer.close();
}

/** Slots `first` … `end - 1`, which may go over the end of the ring. */
function appendRange(writer: JournalWriter, ring: Ring, first: number, end: number): void {
  const index = first & ring.mask;
  const count = (end - first) | 0;
  const straight = Math.min(count, ring.capacity - index);
  writer.append(ring.slots, index * COMMAND_WORDS, straight, 0, count - straight);
}

function replay(
  config: ThreadStart['config'],
  ring: Ring,
  consumer: Consumer,
  instruments: Set<number>,
  setDurable: (sequence: number) => void,
): JournalRead {
  if (config.durability === 'none') {
    const nothing = { segments: 0, batches: 0, commands: 0, tail: null, torn: null };
    return { nextSequence: 1, chain: 0, commandChain: 0, ...nothing };
  }
  // What a killed run left to the operating system is made durable before its events leave again.
  if (config.durability === 'fsync') syncJournal(config.dataDirectory);
  const producer = new MultiProducer(ring);
  const batchMax = ring.capacity >> 2;
  return readJournal(config.dataDirectory, (words, at, count) => {
    for (let done = 0; done < count; ) {
      const batch = Math.min(batchMax, count - done);
      while (!producer.tryClaim(batch)) Atomics.wait(IDLE, 0, 0, ROOM_WAIT_MS);
      for (let i = 0; i < batch; i++) {
        const from = at + (done + i) * COMMAND_WORDS;
        const to = ((producer.first + i) & ring.mask) * COMMAND_WORDS;
        for (let word = 0; word < COMMAND_WORDS; word++) {
          ring.slots[to + word] = words[from + word]!;
        }
        if ((words[from + C_HEAD]! & HEAD_COMMAND_MASK) === COMMAND_INSTRUMENT) {
          instruments.add(words[from + C_INSTRUMENT]!);
        }
      }
      const end = (producer.first + batch) | 0;
      producer.publish();
      consumer.poll(consumer.committed);
      consumer.commit(end);
      setDurable(end);
      done += batch;
    }
  });
}

/** Nobody notifies it: a wait on it is a sleep. */
const IDLE = new Int32Array(new SharedArrayBuffer(4));
