// One thread of the ring's bench and stress test: a producer, a consumer, or one end of a
// ping-pong. Everything is checked as it is read; the first fault is thrown and ends the thread.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type BatchHandler, BatchLoop } from '../src/ring/batch-loop.ts';
import { Consumer } from '../src/ring/consumer.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import { Ring } from '../src/ring/ring.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';
import { STOP_NOW } from '../src/ring/stop-codes.ts';
import { type WaitStrategyName, waitStrategy } from '../src/ring/wait-strategy.ts';
import './inline-more.ts';
import { fillSlot, isMarked, isSlot, markSlot } from './ring-slots.ts';

export interface Part {
  readonly role: 'producer' | 'consumer' | 'ping' | 'pong';
  /** Number of the producer or index of the consumer. */
  readonly index: number;
  readonly ring: SharedArrayBuffer;
  /** The ring that a pong is written to. */
  readonly back?: SharedArrayBuffer;
  /** Word 0: threads that are ready, word 1: 1 when they may start. */
  readonly control: Int32Array;
  readonly wait: WaitStrategyName | 'async';
  /** Slots that each producer writes; round trips. */
  readonly slots: number;
  readonly producers: number;
  /** Slots of a batch, or the most of them where sizes are mixed. */
  readonly batch: number;
  readonly isMixed: boolean;
  /** Consumers that this one follows, and whether another follows it. */
  readonly follows: readonly number[];
  readonly isFollowed: boolean;
}

export interface PartResult {
  readonly role: Part['role'];
  /** ns of the monotonic clock when the last slot was done with. */
  readonly endNs: bigint;
  /** Claims that were answered busy. */
  readonly busy: number;
  /** ns of each round trip. */
  readonly trips?: Float64Array;
}

const PAUSE_MS = 0.02;

const part = workerData as Part;
const ring = new Ring(part.ring);
const strategy = waitStrategy(part.wait === 'async' ? 'blocking' : part.wait);

/** Batch sizes that look like chance but are the same in each run. */
function nextSize(left: number, number: number): number {
  const size = part.isMixed
    ? 1 + ((Math.imul(number + 1, 0x2545f491) >>> 8) % part.batch)
    : part.batch;
  return size < left ? size : left;
}

function produceAlone(): number {
  const producer = new SingleProducer(ring);
  const { words } = ring;
  for (let number = 0; number < part.slots; ) {
    const size = nextSize(part.slots - number, number);
    producer.waitForRoom(size, strategy);
    const end = (producer.next + size) | 0;
    for (let s = producer.next; s !== end; s = (s + 1) | 0) {
      fillSlot(words, ring.slotAt(s), part.index, number);
      number += 1;
    }
    producer.publish(end);
  }
  return 0;
}

function produceAmongMany(): number {
  const producer = new MultiProducer(ring);
  const { words } = ring;
  let busy = 0;
  for (let number = 0; number < part.slots; ) {
    const size = nextSize(part.slots - number, number);
    while (!producer.tryClaim(size)) {
      busy += 1;
      if (part.wait !== 'busy-spin') Atomics.wait(part.control, 1, 1, PAUSE_MS);
    }
    for (let i = 0; i < size; i++) {
      fillSlot(words, ring.slotAt((producer.first + i) | 0), part.index, number);
      number += 1;
    }
    producer.publish();
  }
  return busy;
}

function makeReader(stop: Int32Array): BatchHandler {
  const wanted = new Int32Array(part.producers);
  const { follows, isFollowed, index } = part;
  let left = part.slots * part.producers;
  return (words, first, end) => {
    for (let s = first; s !== end; s = (s + 1) | 0) {
      const at = ring.slotAt(s);
      const producer = words[at]!;
      const number = wanted[producer]!;
      if (!isSlot(words, at, producer, number)) {
        throw new Error(`slot ${s}: number ${words[at + 1]} of ${producer}, ${number} is due`);
      }
      for (let i = 0; i < follows.length; i++) {
        if (!isMarked(words, at, follows[i]!)) throw new Error(`slot ${s} comes before its leader`);
      }
      if (isFollowed) {
        if (isMarked(words, at, index)) throw new Error(`slot ${s} comes twice`);
        markSlot(words, at, index);
      }
      wanted[producer] = number + 1;
    }
    left -= (end - first) | 0;
    if (left === 0) stop[0] = STOP_NOW;
    return end;
  };
}

async function consume(): Promise<number> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const consumer = new Consumer(ring, part.index);
  const loop = new BatchLoop({ consumer, handler: makeReader(stop), stopWords: stop, stopAt: 0 });
  if (part.wait === 'async') await loop.runAsync(nextTurn);
  else loop.run(strategy);
  return 0;
}

/** Sends a number and waits for it to come back, again and again. */
function ping(back: Ring): Float64Array {
  const producer = new SingleProducer(ring);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const trips = new Float64Array(part.slots);
  let sentNs = 0n;
  let number = 0;
  const send = (): void => {
    producer.waitForRoom(1, strategy);
    ring.words[ring.slotAt(producer.next)] = number;
    sentNs = process.hrtime.bigint();
    producer.publish((producer.next + 1) | 0);
  };
  const handler: BatchHandler = (words, first, end) => {
    const tripNs = Number(process.hrtime.bigint() - sentNs);
    if (words[back.slotAt(first)] !== number) throw new Error('another number came back');
    trips[number] = tripNs;
    number += 1;
    if (number === part.slots) stop[0] = STOP_NOW;
    else send();
    return end;
  };
  const loop = new BatchLoop({
    consumer: new Consumer(back, 0),
    handler,
    stopWords: stop,
    stopAt: 0,
  });
  send();
  loop.run(strategy);
  return trips;
}

async function pong(back: Ring): Promise<void> {
  const producer = new SingleProducer(back);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let left = part.slots;
  const handler: BatchHandler = (words, first, end) => {
    producer.waitForRoom(1, strategy);
    back.words[back.slotAt(producer.next)] = words[ring.slotAt(first)]!;
    producer.publish((producer.next + 1) | 0);
    left -= 1;
    if (left === 0) stop[0] = STOP_NOW;
    return end;
  };
  const consumer = new Consumer(ring, 0);
  const loop = new BatchLoop({ consumer, handler, stopWords: stop, stopAt: 0 });
  if (part.wait === 'async') await loop.runAsync(nextTurn);
  else loop.run(strategy);
}

function waitForStart(): void {
  Atomics.add(part.control, 0, 1);
  Atomics.notify(part.control, 0);
  while (Atomics.load(part.control, 1) === 0) Atomics.wait(part.control, 1, 0);
}

// Held open by hand: a sleep in waitAsync does not keep a thread alive.
parentPort!.ref();
waitForStart();
let busy = 0;
let trips: Float64Array | undefined;
switch (part.role) {
  case 'producer':
    busy = ring.isMulti ? produceAmongMany() : produceAlone();
    break;
  case 'consumer':
    busy = await consume();
    break;
  case 'ping':
    trips = ping(new Ring(part.back!));
    break;
  case 'pong':
    await pong(new Ring(part.back!));
}
const result: PartResult = {
  role: part.role,
  endNs: process.hrtime.bigint(),
  busy,
  ...(trips && { trips }),
};
parentPort!.postMessage(result);
parentPort!.unref();
