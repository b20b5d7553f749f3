// The ring between real threads: every topology with checked slots (each thread verifies what it
// reads: loss, reorder and torn slots end the run), slots per second by batch size and wait
// strategy, and round trips of single slots.

import { availableParallelism } from 'node:os';
import {
  defaultWaitStrategy,
  WAIT_STRATEGIES,
  type WaitStrategyName,
} from '../src/ring/wait-strategy.ts';
import { type Outcome, runBench, wholeNumber } from './bench-run.ts';
import { type RunResult, runPingPong, runTopology, TOPOLOGIES, type Topology } from './ring-run.ts';

const CAPACITY = 16_384;
const BATCH = 64;
const WARM_TRIPS = 2_000;
/** No run is slower than this in slots per ms; one that hangs ends then and fails. */
const SLOWEST = 1_000;
const START_MS = 20_000;

interface BatchResult {
  readonly name: string;
  readonly wait: WaitStrategyName;
  readonly batch: number;
  readonly slotsPerSecond: number;
}

interface TripResult {
  readonly wait: string;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly maxNs: number;
}

const worker = new URL('./ring-worker.js', import.meta.url);
const cores = availableParallelism();
const wait = defaultWaitStrategy(cores);

function limitMs(count: number): number {
  return START_MS + count / SLOWEST;
}

const lines: string[] = [];

/** Says it at once, where progress goes, and keeps it for the report. */
function print(line: string): void {
  lines.push(line);
  process.stderr.write(`${line}\n`);
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2).padStart(7)} M slots/s`;
}

function threadsOf({ producers, follows }: Topology): number {
  return producers + follows.length;
}

/** All slots through every topology, the counters passing 2^31 or 2^32 halfway. */
async function runTopologies(slots: number): Promise<(RunResult & { name: string })[]> {
  print(`${slots} slots of 64 bytes, batches of ${BATCH}, ${wait}, ${cores} cores`);
  const results: (RunResult & { name: string })[] = [];
  for (const [index, topology] of TOPOLOGIES.entries()) {
    const half = Math.min(slots, 0x7fff_ffff) >>> 1;
    const firstSequence = index % 2 === 0 ? 0x7fff_ffff - half : -half;
    const shape = { worker, topology, slots, capacity: CAPACITY, firstSequence };
    const result = await runTopology({ ...shape, wait, batch: BATCH, limitMs: limitMs(slots) });
    results.push({ name: topology.name, ...result });
    const rate = millions(result.slotsPerSecond);
    const seconds = `${result.seconds.toFixed(1).padStart(6)} s`;
    print(`  ${topology.name.padEnd(18)}${rate}${seconds}, none lost, torn or out of order`);
  }
  return results;
}

/** Fewer slots, by batch size and strategy; spinning only where every thread has a core. */
async function runBatches(slots: number, sizes: readonly number[]): Promise<BatchResult[]> {
  const few = Math.ceil(slots / 50);
  print(`${few} slots by batch size (${sizes.join(', ')}) and wait strategy`);
  const results: BatchResult[] = [];
  for (const topology of TOPOLOGIES.slice(0, 2)) {
    for (const name of WAIT_STRATEGIES) {
      if (name === 'busy-spin' && threadsOf(topology) > cores) continue;
      const rates: number[] = [];
      for (const batch of sizes) {
        const shape = { worker, topology, slots: few, capacity: CAPACITY, firstSequence: 0 };
        const result = await runTopology({ ...shape, wait: name, batch, limitMs: limitMs(few) });
        rates.push(result.slotsPerSecond);
        const { slotsPerSecond } = result;
        results.push({ name: topology.name, wait: name, batch, slotsPerSecond });
      }
      const shown = rates.map((rate) => (rate / 1e6).toFixed(2).padStart(8)).join('');
      print(`  ${topology.name.padEnd(8)}${name.padEnd(10)}${shown} M slots/s`);
    }
  }
  return results;
}

async function runRoundTrips(count: number): Promise<TripResult[]> {
  print(`${count} round trips of one slot over two rings`);
  const results: TripResult[] = [];
  for (const name of [...WAIT_STRATEGIES, 'async'] as const) {
    const trips = await runPingPong(worker, name, WARM_TRIPS + count, START_MS);
    const sorted = trips.slice(WARM_TRIPS).sort();
    const result = {
      wait: name,
      p50Ns: sorted[count >> 1]!,
      p99Ns: sorted[Math.floor(count * 0.99)]!,
      maxNs: sorted[count - 1]!,
    };
    results.push(result);
    const [p50, p99, max] = [result.p50Ns, result.p99Ns, result.maxNs].map((ns) =>
      (ns / 1e3).toFixed(1),
    );
    print(`  ${name.padEnd(10)}p50 ${p50} µs, p99 ${p99} µs, max ${max} µs`);
  }
  return results;
}

await runBench({
  name: 'ring',
  coresNeeded: 4,
  options: {
    slots: { type: 'string', default: '100000000' },
    trips: { type: 'string', default: '20000' },
    batches: { type: 'string', default: '1,8,64,512' },
  },
  async run(values): Promise<Outcome> {
    const slots = wholeNumber('slots', values.slots, 100);
    const trips = wholeNumber('trips', values.trips, 1);
    const sizes = values.batches.split(',').map((size) => wholeNumber('batches', size, 1));
    const topologies = await runTopologies(slots);
    const batches = await runBatches(slots, sizes);
    const roundTrips = await runRoundTrips(trips);
    const head = { slots, batch: BATCH, capacity: CAPACITY };
    return {
      told: { ...head, topologies, batches, roundTrips },
      lines,
      // A thread that meets a slot that is lost, torn or out of order ends the run.
      results: topologies.map(({ name, slots: passed }) => ({ name, passed })),
      wrong: [],
      seed: null,
      wait,
    };
  },
});
