// Every interleaving of small scenarios, run on the ring's own code (ring-interleavings.ts): no
// slot is read before it is published, none overwritten before it is consumed, nothing is lost,
// doubled or out of order, no wake-up is lost. Then the same with mistakes planted, each of which
// must be found.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Consumer } from '../src/ring/consumer.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import type { Ring } from '../src/ring/ring.ts';
import type { SingleProducer } from '../src/ring/single-producer.ts';
import { STOP_NOW, STOP_WHEN_EMPTY } from '../src/ring/stop-codes.ts';
import type { WaitStrategy } from '../src/ring/wait-strategy.ts';
import { wake } from '../src/ring/wake.ts';
import { explore } from './ring-interleavings.ts';
import { type ModelThread, machine } from './ring-machine.ts';
import {
  modelRing,
  multiProducer,
  OUTSIDE_AT,
  reader,
  singleProducer,
  stopWordAt,
} from './ring-model-kit.ts';
import * as bugs from './ring-planted-bugs.ts';

const STATES_MAX = 2_000_000;
const NEAR_31 = 0x7fff_ffff;
const NEAR_32 = -1;

beforeEach(() => {
  vi.stubGlobal('Atomics', machine.atomics);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const CLEAN: Readonly<Record<string, () => readonly ModelThread[]>> = {
  'one producer, one consumer, both asleep at times': () => {
    const ring = modelRing({ slots: 2, consumers: 1, producers: 'single', firstSequence: NEAR_31 });
    return [singleProducer({ ring, batches: [1, 2, 1] }), reader({ ring, index: 0, items: [4] })];
  },
  'one producer, two consumers side by side': () => {
    const ring = modelRing({ slots: 2, consumers: 2, producers: 'single', firstSequence: NEAR_32 });
    return [
      singleProducer({ ring, batches: [2, 1] }),
      reader({ ring, index: 0, items: [3] }),
      reader({ ring, index: 1, items: [3] }),
    ];
  },
  'one producer, a consumer that follows another': () => {
    const ring = modelRing({
      slots: 2,
      consumers: 2,
      producers: 'single',
      firstSequence: NEAR_32,
      follows: [[], [0]],
    });
    return [
      singleProducer({ ring, batches: [2, 1] }),
      reader({ ring, index: 0, items: [3] }),
      reader({ ring, index: 1, items: [3] }),
    ];
  },
  'two producers over two slots': () => {
    const ring = modelRing({ slots: 2, consumers: 1, producers: 'multi', firstSequence: NEAR_32 });
    return [
      multiProducer(ring, 0, [2, 1]),
      multiProducer(ring, 1, [1]),
      reader({ ring, index: 0, items: [3, 1] }),
    ];
  },
  'two producers over four slots, batches read in parts': () => {
    const ring = modelRing({ slots: 4, consumers: 1, producers: 'multi', firstSequence: NEAR_31 });
    return [
      multiProducer(ring, 0, [3]),
      multiProducer(ring, 1, [2]),
      reader({ ring, index: 0, items: [3, 2], consumer: new Consumer(ring, 0, 2) }),
    ];
  },
  'a batch of many producers, a consumer that follows another': () => {
    const ring = modelRing({
      slots: 2,
      consumers: 2,
      producers: 'multi',
      firstSequence: NEAR_31,
      follows: [[], [0]],
    });
    return [
      multiProducer(ring, 0, [2, 1]),
      reader({ ring, index: 0, items: [3] }),
      reader({ ring, index: 1, items: [3] }),
    ];
  },
  'stop now, told to a consumer that may sleep': () => {
    const ring = modelRing({ slots: 2, consumers: 1, producers: 'single' });
    return [
      singleProducer({ ring, batches: [1] }),
      reader({ ring, index: 0, items: [1], isEndless: true, mayMiss: true }),
      {
        name: 'owner',
        kept: [],
        run() {
          Atomics.store(ring.words, stopWordAt(0), STOP_NOW);
          wake(ring);
        },
      },
    ];
  },
  'stop when empty, told to a chain of consumers': () => {
    const ring = modelRing({ slots: 2, consumers: 2, producers: 'single', follows: [[], [0]] });
    return [
      singleProducer({
        ring,
        batches: [2],
        after() {
          Atomics.store(ring.words, stopWordAt(0), STOP_WHEN_EMPTY);
          Atomics.store(ring.words, stopWordAt(1), STOP_WHEN_EMPTY);
          wake(ring);
        },
      }),
      reader({ ring, index: 0, items: [2], isEndless: true }),
      reader({ ring, index: 1, items: [2], isEndless: true }),
    ];
  },
  'slots withheld until something outside moves': () => {
    const ring = modelRing({ slots: 2, consumers: 1, producers: 'single' });
    return [
      singleProducer({ ring, batches: [1, 1] }),
      reader({ ring, index: 0, items: [2], allowed: () => Atomics.load(ring.words, OUTSIDE_AT) }),
      outside(ring, 2),
    ];
  },
  'a slot withheld from two consumers, whom both its producer and the outside wake': () => {
    const ring = modelRing({ slots: 2, consumers: 2, producers: 'single' });
    const allowed = () => Atomics.load(ring.words, OUTSIDE_AT);
    return [
      singleProducer({ ring, batches: [1] }),
      reader({ ring, index: 0, items: [1], allowed }),
      reader({ ring, index: 1, items: [1], allowed }),
      outside(ring, 1),
    ];
  },
};

/** Allows one item after the other, as the journal's thread makes commands durable. */
function outside(ring: Ring, items: number): ModelThread {
  const done = { items: 0 };
  return {
    name: 'outside',
    kept: [done],
    run() {
      while (done.items < items) {
        done.items += 1;
        Atomics.store(ring.words, OUTSIDE_AT, done.items);
        wake(ring);
        machine.checkpoint();
      }
    },
  };
}

test.each(Object.entries(CLEAN))('should hold: %s', (_name, scenario) => {
  const { states, ends, fault } = explore(scenario(), STATES_MAX);
  expect(fault).toBeUndefined();
  expect(ends).toBeGreaterThan(0);
  expect(states).toBeGreaterThan(1_000);
});

function oneToOne(
  make: (ring: Ring) => { producer?: SingleProducer; consumer?: Consumer },
  strategy?: WaitStrategy,
): readonly ModelThread[] {
  const ring = modelRing({ slots: 2, consumers: 1, producers: 'single' });
  const { producer, consumer } = make(ring);
  return [
    singleProducer({ ring, batches: [1, 2, 1], ...(producer && { producer }) }),
    reader({
      ring,
      index: 0,
      items: [4],
      ...(consumer && { consumer }),
      ...(strategy && { strategy }),
    }),
  ];
}

function twoToOne(
  make: (ring: Ring) => MultiProducer,
  makeConsumer = (ring: Ring) => new Consumer(ring, 0),
): readonly ModelThread[] {
  const ring = modelRing({ slots: 2, consumers: 1, producers: 'multi' });
  return [
    multiProducer(ring, 0, [2, 1], make(ring)),
    multiProducer(ring, 1, [1], make(ring)),
    reader({ ring, index: 0, items: [3, 1], consumer: makeConsumer(ring) }),
  ];
}

function pipeline(
  batches: readonly number[],
  makeLeader: (ring: Ring) => Consumer,
  makeFollower: (ring: Ring) => Consumer,
): readonly ModelThread[] {
  const ring = modelRing({ slots: 2, consumers: 2, producers: 'single', follows: [[], [0]] });
  const items = [batches.reduce((sum, size) => sum + size, 0)];
  return [
    singleProducer({ ring, batches }),
    reader({ ring, index: 0, items, consumer: makeLeader(ring) }),
    reader({ ring, index: 1, items, consumer: makeFollower(ring) }),
  ];
}

const right = (index: number) => (ring: Ring) => new Consumer(ring, index);

const PLANTED: Readonly<Record<string, [fault: RegExp, () => readonly ModelThread[]]>> = {
  'slots shown before they are filled': [
    /torn/,
    () => oneToOne((ring) => ({ producer: new bugs.PublishesBeforeFilling(ring) })),
  ],
  'unread slots overwritten': [
    /race/,
    () => oneToOne((ring) => ({ producer: new bugs.OverwritesUnread(ring) })),
  ],
  'slots committed before they are read': [
    /race/,
    () => oneToOne((ring) => ({ consumer: new bugs.CommitsBeforeReading(ring, 0) })),
  ],
  'sleepers looked for before publishing': [
    /never goes on: .*consumer/,
    () => oneToOne((ring) => ({ producer: new bugs.LooksForSleepersFirst(ring) })),
  ],
  'the flag of sleepers cleared after the counter moved': [
    /never goes on: .*consumer/,
    () => oneToOne((ring) => ({ producer: new bugs.ClearsTheFlagLast(ring) })),
  ],
  'a sleeper that announces itself after its last look': [
    /never goes on: .*consumer/,
    () => oneToOne(() => ({}), bugs.announcesTooLate),
  ],
  'a sleeper that does not look again': [
    /never goes on: .*consumer/,
    () => oneToOne(() => ({}), bugs.doesNotLookAgain),
  ],
  'a sleeper that reads the counter last': [
    /never goes on: .*consumer/,
    () => oneToOne(() => ({}), bugs.readsTheCounterTooLate),
  ],
  'a producer left asleep': [
    /never goes on: producer/,
    () => oneToOne((ring) => ({ consumer: new bugs.CommitsInSilence(ring, 0) })),
  ],
  'a follower left asleep': [
    /never goes on: .*consumer 1/,
    () => pipeline([1, 1], (ring) => new bugs.CommitsInSilence(ring, 0), right(1)),
  ],
  'a follower that overtakes': [/race/, () => pipeline([2, 1], right(0), bugs.overtakesItsLeader)],
  'slots claimed without compare-exchange': [
    /never goes on: consumer 0/,
    () => twoToOne((ring) => new bugs.ClaimsWithoutExchange(ring)),
  ],
  'a gate that runs ahead': [/race/, () => twoToOne((ring) => new bugs.BelievesAWrongGate(ring))],
  'the other flags of a batch written late': [
    /race/,
    () => twoToOne((ring) => new bugs.WritesOtherFlagsLate(ring)),
  ],
  'a batch published plainly': [
    /race/,
    () => twoToOne((ring) => new bugs.WritesFlagsPlainly(ring)),
  ],
  'claimed slots read': [
    /item 0 where 2 is due/,
    () => twoToOne((ring) => new MultiProducer(ring), bugs.readsClaimedSlots),
  ],
};

test.each(Object.entries(PLANTED))('should find: %s', (_name, [expected, scenario]) => {
  const { fault } = explore(scenario(), STATES_MAX);
  expect(fault).toMatch(expected);
});
