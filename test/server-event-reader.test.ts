// How threads with sockets read the event ring: each event once, in order, none before its command
// is durable, whether the loop reads it or a logon that must not find the thread behind.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { E_SEQUENCE_LOW, EVENT_SHIFT, EVENT_WORDS } from '../src/core/event-slot.ts';
import { createCounters } from '../src/ops/counters.ts';
import { createRing } from '../src/ring/create-ring.ts';
import { Ring } from '../src/ring/ring.ts';
import { ASLEEP, CURSOR } from '../src/ring/ring-layout.ts';
import { sleepAt } from '../src/ring/sequences.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';
import { STOP_WHEN_EMPTY } from '../src/ring/stop-codes.ts';
import { Blocking } from '../src/ring/wait-strategy.ts';
import { wake } from '../src/ring/wake.ts';
import { Control, EVENT_STOP } from '../src/workers/control.ts';
import { durableEventReader } from '../src/workers/event-reader.ts';
import { RingEventOut } from '../src/workers/ring-event-out.ts';
import type { ThreadStart } from '../src/workers/thread-start.ts';

/** What the only consumer sleeps on. */
const LINE = sleepAt(0);

const SLOTS = 64;
const FIRST_COMMAND = 0x7fff_fff0;

/** A ring of events, what is durable of it, and what its reader has read, by command. */
function createWorld(durability = 'fsync') {
  const eventRing = createRing({
    slots: SLOTS,
    slotWords: EVENT_WORDS,
    consumers: 1,
    producers: 'single',
    firstSequence: -20,
  });
  const ring = new Ring(eventRing);
  const producer = new SingleProducer(ring);
  const control = new Control(Control.create(1, FIRST_COMMAND | 0));
  const read: number[] = [];
  const counted = { counters: createCounters(1), counted: 0 };
  const start = { eventRing, consumer: 0, config: { durability }, ...counted } as ThreadStart;
  const reader = durableEventReader(start, control, (slots, mask, from, end) => {
    for (let i = from; i !== end; i = (i + 1) | 0) {
      read.push(slots[((i & mask) << EVENT_SHIFT) + E_SEQUENCE_LOW]!);
    }
  });
  return {
    reader,
    read,
    /** Publishes the events of one command; false: no room. */
    publish(command: number, events: number): boolean {
      if (!producer.hasRoom(events)) return false;
      for (let i = 0; i < events; i++) {
        const at = ((producer.next + i) & ring.mask) << EVENT_SHIFT;
        ring.slots[at + E_SEQUENCE_LOW] = command | 0;
      }
      producer.publish((producer.next + events) | 0);
      return true;
    },
    setDurable(command: number) {
      control.durable = command | 0;
      wake(ring);
    },
    stop() {
      control.setStop(EVENT_STOP, STOP_WHEN_EMPTY);
      wake(ring);
    },
  };
}

test('should catch up with what is durable, at once and no further', async () => {
  const world = createWorld();
  const running = world.reader.run();
  for (let i = 0; i < 5; i++) world.publish(FIRST_COMMAND + i, 2);
  world.reader.catchUp();
  expect(world.read).toEqual([]);
  world.setDurable(FIRST_COMMAND + 3);
  world.reader.catchUp();
  const first = FIRST_COMMAND | 0;
  expect(world.read).toEqual([0, 0, 1, 1, 2, 2].map((i) => (first + i) | 0));
  world.setDurable(FIRST_COMMAND + 5);
  world.stop();
  await running;
  expect(world.read.slice(6)).toEqual([3, 3, 4, 4].map((i) => (first + i) | 0));
});

test.each([1, 2, 3, 4, 5])('should read all once and in order, seed %i', async (seed) => {
  const prng = new Prng(seed);
  const world = createWorld();
  const running = world.reader.run();
  const wanted: number[] = [];
  let command = FIRST_COMMAND;
  let durable = FIRST_COMMAND;
  for (let step = 0; step < 2_000; step++) {
    const events = prng.between(1, 9);
    if (prng.chance(50) && world.publish(command, events)) {
      for (let i = 0; i < events; i++) wanted.push(command | 0);
      command += 1;
    }
    // The journal may be ahead of the matching thread.
    if (prng.chance(40)) {
      durable = Math.min(command + 2, durable + prng.between(0, 3));
      world.setDurable(durable);
    }
    if (prng.chance(20)) {
      world.reader.catchUp();
      const due = wanted.filter((one) => ((one - durable) | 0) < 0);
      expect([step, world.read.length]).toEqual([step, due.length]);
    }
    if (prng.chance(30)) await nextTurn();
    expect(((world.read.at(-1) ?? durable - 1) - durable) | 0).toBeLessThan(0);
  }
  world.setDurable(command);
  world.stop();
  await running;
  expect(world.read).toEqual(wanted);
});

test('should read every event at once where the server promises no durability', async () => {
  const world = createWorld('none');
  const running = world.reader.run();
  for (let i = 0; i < 3; i++) expect(world.publish(FIRST_COMMAND + i, 2)).toBe(true);
  world.stop();
  await running;
  expect(world.read).toHaveLength(6);
});

test('should be woken by matching only for what is durable', () => {
  const shape = { slots: SLOTS, slotWords: EVENT_WORDS, consumers: 1 } as const;
  const ring = new Ring(createRing({ ...shape, producers: 'single' }));
  const control = new Control(Control.create(1, FIRST_COMMAND | 0));
  const out = new RingEventOut(ring, new Blocking(), control);
  const wakesFor = (command: number): number => {
    const before = ring.words[LINE]!;
    ring.words[LINE + ASLEEP] = 1;
    out.slots[((out.cursor & out.mask) << EVENT_SHIFT) + E_SEQUENCE_LOW] = command | 0;
    out.cursor = (out.cursor + 1) | 0;
    out.flush();
    return ring.words[LINE]! - before;
  };
  expect(wakesFor(FIRST_COMMAND)).toBe(0);
  expect(wakesFor(FIRST_COMMAND - 1)).toBe(1);
  control.durable = (FIRST_COMMAND + 2) | 0;
  expect(wakesFor(FIRST_COMMAND + 1)).toBe(1);
  expect(wakesFor(FIRST_COMMAND + 2)).toBe(0);
  expect(ring.words[CURSOR]).toBe(4);
});
