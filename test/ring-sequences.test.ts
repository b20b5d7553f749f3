// One thread plays all parts: sequencers and consumers against a naive record of what was claimed,
// published and committed, kept in numbers that do not wrap.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { Consumer } from '../src/ring/consumer.ts';
import { createRing, type RingOptions } from '../src/ring/create-ring.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import { Ring } from '../src/ring/ring.ts';
import * as layout from '../src/ring/ring-layout.ts';
import { sequenceAt } from '../src/ring/sequences.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';

const FIRSTS = [0, 0x7fff_ffff - 20, -20];
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

const OPTIONS: RingOptions = { slots: 8, slotWords: 2, consumers: 1, producers: 'single' };

function makeRing(options: Partial<RingOptions> = {}): Ring {
  return new Ring(createRing({ ...OPTIONS, ...options }));
}

interface Batch {
  first: number;
  end: number;
  isPublished: boolean;
  producer: MultiProducer;
}

/** A ring of many producers with the truth beside it. */
class Play {
  readonly ring: Ring;
  readonly random: Prng;
  readonly origin: number;
  readonly maxBatch: number;
  readonly follows: number[][];
  claimed = 0;
  readonly batches: Batch[] = [];
  readonly producers: MultiProducer[] = [];
  readonly consumers: Consumer[] = [];
  /** Of each consumer: next to read, and committed. */
  readonly next: number[] = [];
  readonly committed: number[] = [];
  busy = 0;

  constructor(random: Prng, origin: number) {
    const slots = random.pick([2, 4, 8, 32]);
    this.random = random;
    this.origin = origin;
    this.follows = random.pick([[[]], [[], []], [[], [0]], [[], [0], [0], [1, 2]]]);
    const consumers = this.follows.length;
    const follows = this.follows;
    this.ring = makeRing({ slots, consumers, follows, producers: 'multi', firstSequence: origin });
    this.maxBatch = random.between(1, slots);
    for (let i = 0; i < 3; i++) this.producers.push(new MultiProducer(this.ring));
    for (let i = 0; i < consumers; i++) {
      this.consumers.push(new Consumer(this.ring, i, this.maxBatch));
      this.next.push(0);
      this.committed.push(0);
    }
  }

  at(sequence: number): number {
    return (this.origin + sequence) | 0;
  }

  act(): void {
    const producer = this.random.pick(this.producers);
    const index = this.random.below(this.consumers.length);
    const choice = this.random.below(4);
    if (choice === 0 && producer.count === 0) this.claim(producer);
    else if (choice === 1 && producer.count > 0) this.publish(producer);
    else if (choice === 2) this.read(index);
    else if (choice === 3) this.commit(index);
  }

  private claim(producer: MultiProducer): void {
    const count = this.random.between(1, this.ring.capacity);
    const first = this.claimed;
    const isFree = first + count - Math.min(...this.committed) <= this.ring.capacity;
    expect(producer.tryClaim(count)).toBe(isFree);
    if (!isFree) {
      this.busy += 1;
      return;
    }
    expect(producer.first).toBe(this.at(first));
    this.claimed += count;
    this.batches.push({ first, end: this.claimed, isPublished: false, producer });
    for (let s = first; s < this.claimed; s++) this.ring.words[this.ring.slotAt(this.at(s))] = s;
  }

  private publish(producer: MultiProducer): void {
    producer.publish();
    const batch = this.batches.findLast((mine) => mine.producer === producer)!;
    batch.isPublished = true;
  }

  /** The end of what consumer `index` may read. */
  private readableEnd(index: number): number {
    const leaders = this.follows[index]!.map((leader) => this.committed[leader]!);
    const gap = this.batches.find(({ isPublished }) => !isPublished);
    return Math.min(gap?.first ?? this.claimed, ...leaders);
  }

  private read(index: number): void {
    const next = this.next[index]!;
    const count = (this.consumers[index]!.poll(this.at(next)) - this.at(next)) | 0;
    const most = this.readableEnd(index) - next;
    expect(count).toBeLessThanOrEqual(Math.min(most, this.maxBatch));
    expect(count > 0).toBe(most > 0);
    for (let s = next; s < next + count; s++) {
      expect(this.ring.words[this.ring.slotAt(this.at(s))]).toBe(s);
    }
    this.next[index] = next + this.random.between(0, count);
  }

  private commit(index: number): void {
    this.consumers[index]!.commit(this.at(this.next[index]!));
    this.committed[index] = this.next[index]!;
  }

  /** The flag has this lap where a published batch begins, an earlier one everywhere else. */
  checkFlags(): void {
    const { words, mask, flagsAt, capacity } = this.ring;
    for (const { first, end, isPublished } of this.batches) {
      for (let s = Math.max(first, this.claimed - capacity); s < end; s++) {
        const isShown = s === first && isPublished;
        const lap = words[flagsAt + (this.at(s) & mask)]! & ~mask;
        const isOwnLap = lap === (this.at(s) & ~mask);
        expect(isOwnLap).toBe(isShown);
        const back = (this.at(s) - lap) >>> 0;
        expect(back).toBeLessThan((isPublished ? 2 : 3) * capacity);
      }
    }
  }
}

test.each(FIRSTS)('should agree with the naive record, starting at %i', (first) => {
  const random = new Prng(SEED);
  let busy = 0;
  let slots = 0;
  for (let round = 0; round < 60; round++) {
    const play = new Play(random, first);
    try {
      for (let i = 0; i < 400; i++) play.act();
      play.checkFlags();
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}`, { cause: error });
    }
    busy += play.busy;
    slots += play.claimed;
  }
  expect(busy).toBeGreaterThan(100);
  expect(slots).toBeGreaterThan(1_000);
});

describe('a ring of one producer', () => {
  test.each(FIRSTS)('should hand on slots lap after lap from %i', (first) => {
    const ring = makeRing({ firstSequence: first });
    const producer = new SingleProducer(ring);
    const consumer = new Consumer(ring, 0, 3);
    let read = first;
    for (let written = 0; written < 64; ) {
      while (producer.hasRoom(1) && written < 64) {
        ring.words[ring.slotAt(producer.next)] = written++;
        producer.publish((producer.next + 1) | 0);
      }
      expect((producer.next - read) | 0).toBeLessThanOrEqual(ring.capacity);
      const end = consumer.poll(read);
      expect([2, 3]).toContain((end - read) | 0);
      for (; read !== end; read = (read + 1) | 0) {
        expect(ring.words[ring.slotAt(read)]).toBe((read - first) | 0);
      }
      consumer.commit(read);
    }
  });

  test('should be full at its capacity and have room for what was committed', () => {
    const ring = makeRing();
    const producer = new SingleProducer(ring);
    const consumer = new Consumer(ring, 0);
    expect(producer.hasRoom(8)).toBe(true);
    producer.publish(8);
    expect(producer.hasRoom(1)).toBe(false);
    expect(consumer.poll(0)).toBe(8);
    consumer.commit(5);
    expect(producer.hasRoom(5)).toBe(true);
    expect(producer.hasRoom(6)).toBe(false);
  });

  test('should be written and read by array index too', () => {
    const ring = makeRing();
    ring.slots[(11 & ring.mask) * ring.slotWords] = 42;
    expect(ring.words[ring.slotAt(11)]).toBe(42);
    expect(ring.slots).toHaveLength(16);
  });

  test('should go on where it was for a thread that attaches later', () => {
    const buffer = createRing({ ...OPTIONS, firstSequence: -2 });
    const producer = new SingleProducer(new Ring(buffer));
    producer.publish(3);
    const consumer = new Consumer(new Ring(buffer), 0);
    expect(consumer.committed).toBe(-2);
    expect(consumer.poll(-2)).toBe(3);
    consumer.commit(1);
    expect(new SingleProducer(new Ring(buffer)).next).toBe(3);
    expect(new Consumer(new Ring(buffer), 0).committed).toBe(1);
  });
});

describe('a ring of many producers', () => {
  // A producer that was idle finds any old GATE; only the consumers' sequences may count.
  test.each([0, 1, -1, 9, 0x4000_0000, 0x7fff_fff8, -0x8000_0000, -9])(
    'should not believe a gate that is off by %i',
    (off) => {
      const ring = makeRing({ producers: 'multi' });
      const producer = new MultiProducer(ring);
      const cursor = 0x7fff_fffe;
      const oldest = cursor - ring.capacity;
      ring.words[layout.CURSOR] = cursor;
      ring.words[sequenceAt(0)] = oldest;
      ring.words[layout.GATE] = Math.min(0, off) + oldest;
      expect(producer.tryClaim(1)).toBe(false);
      ring.words[layout.GATE] = cursor + 1 + Math.abs(off);
      expect(producer.tryClaim(1)).toBe(false);
      ring.words[sequenceAt(0)] = oldest + 2;
      expect(producer.tryClaim(3)).toBe(false);
      expect(producer.tryClaim(2)).toBe(true);
      expect(producer.first).toBe(cursor);
    },
  );

  test('should show a batch only when every batch before it is published', () => {
    const ring = makeRing({ producers: 'multi' });
    const [one, two] = [new MultiProducer(ring), new MultiProducer(ring)];
    const consumer = new Consumer(ring, 0);
    expect([one.tryClaim(3), two.tryClaim(2)]).toEqual([true, true]);
    two.publish();
    expect(consumer.poll(0)).toBe(0);
    one.publish();
    expect(consumer.poll(0)).toBe(5);
  });

  test('should let one batch fill it', () => {
    const ring = makeRing({ producers: 'multi', firstSequence: -5 });
    const producer = new MultiProducer(ring);
    const consumer = new Consumer(ring, 0);
    for (let first = -5; first < 60; first += 8) {
      expect(producer.tryClaim(8)).toBe(true);
      producer.publish();
      expect(producer.tryClaim(1)).toBe(false);
      expect(consumer.poll(first)).toBe(first + 8);
      consumer.commit(first + 8);
    }
  });
});

describe('misuse', () => {
  test.each<[RegExp, Partial<RingOptions>]>([
    [/slots is a power of two/, { slots: 6 }],
    [/slots is a whole number/, { slots: 1 }],
    [/slotWords is/, { slotWords: 0 }],
    [/consumers is/, { consumers: 25 }],
    [/firstSequence is/, { firstSequence: 2 ** 31 }],
    [/a followed consumer is/, { consumers: 2, follows: [[1], []] }],
    [/follows names consumers/, { follows: [[], [0]] }],
    [/too large/, { slots: 2 ** 27, slotWords: 16 }],
  ])('should be refused at creation: %s', (message, options) => {
    expect(() => makeRing(options)).toThrow(message);
  });

  test('should be refused: buffers, kinds and consumers that are not there', () => {
    expect(() => new Ring(new SharedArrayBuffer(1024))).toThrow(/a ring of this version/);
    expect(() => new MultiProducer(makeRing())).toThrow(/many producers/);
    expect(() => new SingleProducer(makeRing({ producers: 'multi' }))).toThrow(/one producer/);
    expect(() => new Consumer(makeRing(), 1)).toThrow(/has that consumer/);
    expect(() => new Consumer(makeRing(), 0, 9)).toThrow(/larger than the ring/);
  });

  test('should be refused: slots that are not the caller’s', () => {
    const ring = makeRing();
    const producer = new SingleProducer(ring);
    const consumer = new Consumer(ring, 0);
    expect(() => producer.publish(9)).toThrow(/only free slots/);
    expect(() => producer.publish(-1)).toThrow(/stays so/);
    expect(() => producer.hasRoom(9)).toThrow(/larger than the ring/);
    producer.publish(2);
    expect(() => consumer.commit(1)).toThrow(/could be read/);
    consumer.poll(0);
    consumer.commit(2);
    expect(() => consumer.commit(1)).toThrow(/stays so/);
    expect(() => consumer.poll(3)).toThrow(/before it is available/);
  });

  test('should be refused: a claim before the last is published, and publishing nothing', () => {
    const producer = new MultiProducer(makeRing({ producers: 'multi' }));
    expect(() => producer.publish()).toThrow(/in hand/);
    producer.tryClaim(1);
    expect(() => producer.tryClaim(1)).toThrow(/is published/);
    producer.publish();
    expect(() => producer.tryClaim(9)).toThrow(/larger than the ring/);
  });
});
