// A ring by itself: one thread claims, publishes, polls and commits. What the atomics of a batch
// cost.

import { Consumer } from '../../src/ring/consumer.ts';
import { createRing } from '../../src/ring/create-ring.ts';
import { MultiProducer } from '../../src/ring/multi-producer.ts';
import { Ring } from '../../src/ring/ring.ts';
import { SingleProducer } from '../../src/ring/single-producer.ts';
import type { MicroCase } from './micro-case.ts';

const SLOTS = 1_024;
const SLOT_WORDS = 16;
const BATCHES = [1, 8, 64, 512];

export function ringCases(): MicroCase[] {
  return BATCHES.flatMap((batch) => [single(batch), multi(batch)]);
}

function ringOf(producers: 'single' | 'multi'): Ring {
  return new Ring(createRing({ slots: SLOTS, slotWords: SLOT_WORDS, consumers: 1, producers }));
}

/** Reads what was published; throws when it is not all of it. */
function readAll(consumer: Consumer, count: number): void {
  const from = consumer.committed;
  const end = consumer.poll(from);
  if (((end - from) | 0) !== count) throw new Error(`${end - from} slots, not ${count}`);
  consumer.commit(end);
}

function single(batch: number): MicroCase {
  const ring = ringOf('single');
  const producer = new SingleProducer(ring);
  const consumer = new Consumer(ring, 0);
  const run = (): void => {
    if (!producer.hasRoom(batch)) throw new Error('the ring is full');
    producer.publish((producer.next + batch) | 0);
    readAll(consumer, batch);
  };
  return { name: `ring, one producer, batches of ${batch}`, perCall: batch, run };
}

function multi(batch: number): MicroCase {
  const ring = ringOf('multi');
  const producer = new MultiProducer(ring);
  const consumer = new Consumer(ring, 0);
  const run = (): void => {
    if (!producer.tryClaim(batch)) throw new Error('the ring is full');
    producer.publish();
    readAll(consumer, batch);
  };
  return { name: `ring, many producers, batches of ${batch}`, perCall: batch, run };
}
