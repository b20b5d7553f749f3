// Threads for ring-interleavings.ts: producers and consumers that are the ring's own classes, over
// slots of two words whose contents the consumers check.

import { BatchLoop } from '../src/ring/batch-loop.ts';
import { Consumer } from '../src/ring/consumer.ts';
import { createRing, type RingOptions } from '../src/ring/create-ring.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import { Ring } from '../src/ring/ring.ts';
import { SPACE } from '../src/ring/ring-layout.ts';
import { sequenceAt, sleepAt } from '../src/ring/sequences.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';
import { STOP_NOW } from '../src/ring/stop-codes.ts';
import { Blocking, type WaitStrategy } from '../src/ring/wait-strategy.ts';
import { type ModelThread, machine } from './ring-machine.ts';

/** Where consumer `index` has its stop word: words that the layout leaves free. */
export function stopWordAt(index: number): number {
  return SPACE + 8 + index;
}
/** A word that stands for what moves outside the ring. */
export const OUTSIDE_AT = SPACE + 16;

/** Items of producer `p` are `p * ITEMS_MAX + 0, 1, 2 …`. */
const ITEMS_MAX = 100;

/** A ring whose words the machine watches. */
export function modelRing(options: Omit<RingOptions, 'slotWords'>): Ring {
  const ring = new Ring(createRing({ ...options, slotWords: 2 }));
  const lines = [SPACE, ...Array.from({ length: ring.consumers }, (_, i) => sleepAt(i))];
  Object.defineProperty(ring, 'words', { value: machine.watch(ring.words, lines) });
  return ring;
}

function writeItem(ring: Ring, sequence: number, item: number): void {
  const at = ring.slotAt(sequence);
  ring.words[at] = item;
  ring.words[at + 1] = ~item;
}

/** Blocks at once, so that every wait goes through the sleeping protocol. */
const AT_ONCE = new Blocking(0);

interface Place {
  isWaiting: number;
}

/**
 * Lets a thread forget its past while it waits. Its first look and every second one after that
 * begin a round of the wait; the others are the last look before it sleeps.
 */
function withCheckpoints(strategy: WaitStrategy, place: Place): WaitStrategy {
  return {
    wait(words, line, waiter) {
      place.isWaiting = 1;
      let isRound = true;
      const isReady = (): boolean => {
        if (isRound) machine.checkpoint();
        isRound = !isRound;
        return waiter.isReady();
      };
      strategy.wait(words, line, { isReady });
      place.isWaiting = 0;
      machine.checkpoint();
    },
  };
}

export interface SingleOptions {
  ring: Ring;
  /** Sizes of the batches to publish. */
  batches: readonly number[];
  producer?: SingleProducer;
  strategy?: WaitStrategy;
  /** Done at the end. */
  after?: () => void;
}

/** Publishes its batches, sleeping while there is no room. */
export function singleProducer(options: SingleOptions): ModelThread {
  const { ring, batches, producer = new SingleProducer(ring) } = options;
  const done = { batches: 0, items: 0 };
  const place = { isWaiting: 0 };
  const strategy = withCheckpoints(options.strategy ?? AT_ONCE, place);
  return {
    name: 'producer',
    kept: [producer, done, place],
    run() {
      if (place.isWaiting === 1) strategy.wait(ring.words, SPACE, producer);
      while (done.batches < batches.length) {
        const size = batches[done.batches]!;
        producer.waitForRoom(size, strategy);
        const end = (producer.next + size) | 0;
        for (let s = producer.next; s !== end; s = (s + 1) | 0) writeItem(ring, s, done.items++);
        producer.publish(end);
        done.batches += 1;
        machine.checkpoint();
      }
      options.after?.();
    },
  };
}

/** Claims and publishes its batches; when busy, tries again after a consumer has moved. */
export function multiProducer(
  ring: Ring,
  id: number,
  batches: readonly number[],
  producer: MultiProducer = new MultiProducer(ring),
): ModelThread {
  const done = { batches: 0, items: id * ITEMS_MAX };
  const claim = (size: number): void => {
    while (producer.count === 0) {
      const gates: number[] = [];
      for (let i = 0; i < ring.consumers; i++) {
        gates.push(sequenceAt(i), machine.peek(sequenceAt(i)));
      }
      if (!producer.tryClaim(size)) machine.stallWhile(gates);
      machine.checkpoint();
    }
  };
  return {
    name: `producer ${id}`,
    kept: [producer, done],
    run() {
      while (done.batches < batches.length) {
        const size = batches[done.batches]!;
        claim(size);
        for (let i = 0; i < size; i++) writeItem(ring, (producer.first + i) | 0, done.items++);
        producer.publish();
        done.batches += 1;
        machine.checkpoint();
      }
    },
  };
}

export interface ReaderOptions {
  ring: Ring;
  index: number;
  /** How many items of each producer there are. It ends after the last. */
  items: readonly number[];
  consumer?: Consumer;
  strategy?: WaitStrategy;
  /** Does not stop by itself. */
  isEndless?: boolean;
  /** Stopped from outside, it may end before it has read everything. */
  mayMiss?: boolean;
  /** How many items may be handled so far, as told from outside. */
  allowed?: () => number;
}

/** A batch loop that throws at the first item that is torn, lost, doubled or out of order. */
export function reader(options: ReaderOptions): ModelThread {
  const { ring, index, items, consumer = new Consumer(ring, index) } = options;
  const wanted = items.map((_, id) => id * ITEMS_MAX);
  const total = items.reduce((sum, count) => sum + count, 0);
  const done = { items: 0 };
  const allowed = options.allowed ?? (() => total);
  const commit = consumer.commit;
  consumer.commit = (next) => {
    commit.call(consumer, next);
    machine.checkpoint();
  };
  const loop = new BatchLoop({
    consumer,
    handler: (_words, first, end) => {
      let at = first;
      for (const most = allowed(); at !== end && done.items < most; at = (at + 1) | 0) {
        readItem(ring, at, wanted);
        done.items += 1;
      }
      if (done.items === total && !options.isEndless) ring.words[stopWordAt(index)] = STOP_NOW;
      return at;
    },
    stopWords: ring.words,
    stopAt: stopWordAt(index),
    ...(options.allowed && { isHeld: () => done.items >= allowed() }),
  });
  const place = { isWaiting: 0 };
  const strategy = withCheckpoints(options.strategy ?? AT_ONCE, place);
  return {
    name: `consumer ${index}`,
    kept: [consumer, loop, wanted, done, place],
    ownWords: options.isEndless ? [] : [stopWordAt(index)],
    run() {
      if (place.isWaiting === 1) strategy.wait(ring.words, sleepAt(index), loop);
      loop.run(strategy);
      if (done.items !== total && !options.mayMiss) throw new Error(`${done.items} items read`);
    },
  };
}

function readItem(ring: Ring, sequence: number, wanted: number[]): void {
  const at = ring.slotAt(sequence);
  const item = ring.words[at]!;
  if (ring.words[at + 1] !== ~item) throw new Error(`torn item ${item}`);
  const id = Math.floor(item / ITEMS_MAX);
  if (item !== wanted[id]) throw new Error(`item ${item} where ${wanted[id]} is due`);
  wanted[id] = item + 1;
}
