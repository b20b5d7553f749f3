// Starts the threads of one run over a ring, lets them go at once, and ends them whatever happens.

import { Worker } from 'node:worker_threads';
import { createRing } from '../src/ring/create-ring.ts';
import { Ring } from '../src/ring/ring.ts';
import { CURSOR } from '../src/ring/ring-layout.ts';
import { sequenceAt } from '../src/ring/sequences.ts';
import { SLOT_WORDS } from './ring-slots.ts';
import type { Part, PartResult } from './ring-worker.ts';

export interface Topology {
  readonly name: string;
  readonly producers: number;
  /** For each consumer those that it follows. */
  readonly follows: readonly (readonly number[])[];
}

export const TOPOLOGIES: readonly Topology[] = [
  { name: '1→1', producers: 1, follows: [[]] },
  { name: '3→1', producers: 3, follows: [[]] },
  { name: '1→2', producers: 1, follows: [[], []] },
  { name: '3→2', producers: 3, follows: [[], []] },
  { name: 'diamond 1→2→1', producers: 1, follows: [[], [], [0, 1]] },
  { name: 'pipeline 1→1→1→1', producers: 1, follows: [[], [0], [1]] },
];

export interface Run {
  /** URL of the bundled ring-worker. */
  readonly worker: URL;
  readonly topology: Topology;
  /** Slots that go through, all producers together; rounded down to a multiple of them. */
  readonly slots: number;
  /** Slots of the ring. */
  readonly capacity: number;
  readonly firstSequence: number;
  readonly wait: Part['wait'];
  readonly batch: number;
  /** Batches of mixed sizes, `batch` at most. */
  readonly isMixed?: boolean;
  /** After this the run fails, with what every thread had reached. */
  readonly limitMs: number;
  /** Breaks the ring before the threads see it, to show that a run can fail. */
  readonly meddle?: (ring: Ring) => void;
}

export interface RunResult {
  readonly slots: number;
  readonly seconds: number;
  readonly slotsPerSecond: number;
  readonly busy: number;
}

/** Sends checked slots through one topology. Rejects at the first fault a thread finds. */
export async function runTopology(run: Run): Promise<RunResult> {
  const { topology, firstSequence } = run;
  const { producers, follows } = topology;
  const slots = Math.floor(run.slots / producers);
  const buffer = createRing({
    slots: run.capacity,
    slotWords: SLOT_WORDS,
    consumers: follows.length,
    producers: producers === 1 ? 'single' : 'multi',
    firstSequence,
    follows,
  });
  run.meddle?.(new Ring(buffer));
  const shared = {
    ring: buffer,
    slots,
    producers,
    batch: run.batch,
    isMixed: run.isMixed ?? false,
    // A producer takes 'async' for blocking.
    wait: run.wait,
  };
  const parts = follows.map((leaders, index): Omit<Part, 'control'> => {
    const isFollowed = follows.some((others) => others.includes(index));
    return { ...shared, role: 'consumer', index, follows: leaders, isFollowed };
  });
  for (let index = 0; index < producers; index++) {
    parts.push({ ...shared, role: 'producer', index, follows: [], isFollowed: false });
  }
  const { results, startNs } = await runParts(run.worker, parts, run.limitMs);
  const endNs = results.reduce((last, { endNs: ns }) => (ns > last ? ns : last), startNs);
  const seconds = Number(endNs - startNs) / 1e9;
  const busy = results.reduce((sum, result) => sum + result.busy, 0);
  const total = slots * producers;
  return { slots: total, seconds, slotsPerSecond: Math.round(total / seconds), busy };
}

/** ns of `trips` round trips over two rings, one slot at a time. */
export async function runPingPong(
  worker: URL,
  wait: Part['wait'],
  trips: number,
  limitMs: number,
): Promise<Float64Array> {
  const make = (): SharedArrayBuffer =>
    createRing({ slots: 64, slotWords: SLOT_WORDS, consumers: 1, producers: 'single' });
  const [ring, back] = [make(), make()];
  const shared = { ring, back, slots: trips, producers: 1, batch: 1, isMixed: false, index: 0 };
  const end = { ...shared, follows: [], isFollowed: false };
  const parts: Omit<Part, 'control'>[] = [
    { ...end, role: 'pong', wait },
    { ...end, role: 'ping', wait: wait === 'async' ? 'blocking' : wait },
  ];
  const { results } = await runParts(worker, parts, limitMs);
  return results.find(({ role }) => role === 'ping')!.trips!;
}

async function runParts(
  url: URL,
  parts: readonly Omit<Part, 'control'>[],
  limitMs: number,
): Promise<{ results: PartResult[]; startNs: bigint }> {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const workers = parts.map((part) => new Worker(url, { workerData: { ...part, control } }));
  const clock = new AbortController();
  try {
    const results = Promise.all(workers.map(resultOf));
    const limit = overLimit(limitMs, clock.signal, () => whereAll(parts[0]!.ring));
    await Promise.race([allReady(control, parts.length), limit, results]);
    const startNs = process.hrtime.bigint();
    Atomics.store(control, 1, 1);
    Atomics.notify(control, 1);
    return { results: await Promise.race([results, limit]), startNs };
  } finally {
    clock.abort();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function resultOf(worker: Worker): Promise<PartResult> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread ended early with ${code}`)));
  });
}

async function allReady(control: Int32Array, count: number): Promise<void> {
  for (let ready = Atomics.load(control, 0); ready < count; ready = Atomics.load(control, 0)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function overLimit(limitMs: number, signal: AbortSignal, where: () => string): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not done in ${limitMs} ms: ${where()}`)),
      limitMs,
    );
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

function whereAll(buffer: SharedArrayBuffer): string {
  const ring = new Ring(buffer);
  const places = [`cursor ${Atomics.load(ring.words, CURSOR)}`];
  for (let i = 0; i < ring.consumers; i++) {
    places.push(`consumer ${i} ${Atomics.load(ring.words, sequenceAt(i))}`);
  }
  return places.join(', ');
}
