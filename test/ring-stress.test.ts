// Real threads, real memory: checked slots through every topology, with counters that pass 2^31 and
// 2^32 on the way, over rings small enough to be full and empty all the time.

import { describe, expect, test } from 'vitest';
import { type Run, runPingPong, runTopology, TOPOLOGIES } from '../bench/ring-run.ts';
import { fillSlot, isSlot, SLOT_WORDS } from '../bench/ring-slots.ts';
import { CURSOR, H_FOLLOWS } from '../src/ring/ring-layout.ts';
import { sequenceAt } from '../src/ring/sequences.ts';

const WORKER = new URL('../dist/bench/ring-worker.js', import.meta.url);
/** The bench sends 100 million through each (`npm run bench -- ring`). */
const SLOTS = 60_000;
/** Only a run that hangs takes that long. */
const LIMIT_MS = 50_000;

const RUN: Run = {
  worker: WORKER,
  topology: TOPOLOGIES[0]!,
  slots: SLOTS,
  capacity: 64,
  firstSequence: 0,
  wait: 'blocking',
  batch: 32,
  isMixed: true,
  limitMs: LIMIT_MS,
};

describe.each(TOPOLOGIES)('$name', (topology) => {
  test.each([
    ['2^31', 'blocking', 64, 0x7fff_ffff - SLOTS / 2],
    ['2^32', 'async', 256, -SLOTS / 2],
  ] as const)('should lose, tear and reorder nothing around %s, %s', async (...row) => {
    const [, wait, capacity, firstSequence] = row;
    const result = await runTopology({ ...RUN, topology, wait, capacity, firstSequence });
    expect(result.slots).toBe(SLOTS);
  });
});

test('should wake sleepers in time, one slot there and one back', async () => {
  for (const wait of ['blocking', 'yielding', 'async'] as const) {
    const trips = await runPingPong(WORKER, wait, 1_000, LIMIT_MS);
    expect(trips.every((ns) => ns > 0)).toBe(true);
  }
});

describe('a broken ring', () => {
  const small = { ...RUN, slots: 20_000 };

  test('should be found: a slot passed over', async () => {
    // Slots 0 and 1 are published before any thread is there, so that who comes first is the same.
    const meddle: Run['meddle'] = (ring) => {
      for (const number of [0, 1]) fillSlot(ring.words, ring.slotAt(number), 0, number);
      ring.words[CURSOR] = 2;
      ring.words[sequenceAt(0)] = 1;
    };
    await expect(runTopology({ ...small, meddle })).rejects.toThrow(/number 1 of 0, 0 is due/);
  });

  test('should be found: a consumer that does not wait for its leader', async () => {
    const topology = TOPOLOGIES.find(({ name }) => name.startsWith('pipeline'))!;
    // The leader, which follows itself, never reads; the producer waits for the last alone.
    const meddle: Run['meddle'] = (ring) => {
      ring.words[H_FOLLOWS + 1] = 1 << 1;
      ring.words[H_FOLLOWS + 2] = 0;
    };
    const run = runTopology({ ...small, topology, meddle });
    await expect(run).rejects.toThrow(/before its leader/);
  });

  test('should be found: a consumer that never reads', async () => {
    const meddle: Run['meddle'] = (ring) => {
      ring.words[H_FOLLOWS] = 1;
    };
    const run = runTopology({ ...small, limitMs: 200, meddle });
    await expect(run).rejects.toThrow(/not done in 200 ms: cursor \d+, consumer 0 0/);
  });

  test('should be found: a slot of which any word is another', () => {
    const words = new Int32Array(SLOT_WORDS);
    fillSlot(words, 0, 2, 7_654_321);
    expect(isSlot(words, 0, 2, 7_654_321)).toBe(true);
    for (const at of [0, 1, 2, 5, 12, 15]) {
      words[at]! ^= 1;
      expect(isSlot(words, 0, 2, 7_654_321)).toBe(false);
      words[at]! ^= 1;
    }
  });
});
