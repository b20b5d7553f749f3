// Many simulated worlds (src/sim/world), dealt seed by seed to worker threads.

import { Worker } from 'node:worker_threads';
import { addFaults, type FaultCounts, noFaults } from '../src/sim/world/faults.ts';
import type { PlantedBug } from '../src/sim/world/planted-bugs.ts';
import type { WorldOutcome } from '../src/sim/world/run-world.ts';

export interface WorldRunOptions {
  /** 0 … 2^31-1 */
  readonly firstSeed: number;
  readonly seeds: number;
  /** At least so many of each seed. */
  readonly commands: number;
  /** Worker threads. */
  readonly workers: number;
  /** Planted in every world, to see it found. */
  readonly bug?: PlantedBug | null;
  /** Called for each seed as it ends. True: no more seeds are begun. */
  readonly onOutcome?: (outcome: WorldOutcome) => boolean;
}

export interface WorldTotals {
  seeds: number;
  commands: number;
  /** Starts of servers. */
  starts: number;
  readonly faults: FaultCounts;
  violations: number;
}

export interface WorldShare {
  /** The next seed, counted from the first, that nobody has taken. */
  readonly next: Int32Array;
  /** 1: no more. */
  readonly stop: Int32Array;
  readonly firstSeed: number;
  readonly seeds: number;
  readonly commands: number;
  readonly bug: PlantedBug | null;
}

/** Lives through all of them. To be called from a program that is bundled into dist/bench. */
export async function runWorlds(options: WorldRunOptions): Promise<WorldTotals> {
  const { firstSeed, seeds, commands, workers, bug = null, onOutcome = () => false } = options;
  const next = new Int32Array(new SharedArrayBuffer(4));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const share: WorldShare = { next, stop, firstSeed, seeds, commands, bug };
  const totals = { seeds: 0, commands: 0, starts: 0, faults: noFaults(), violations: 0 };
  const take = (outcome: WorldOutcome): void => {
    totals.seeds += 1;
    totals.commands += outcome.commands;
    totals.starts += outcome.starts;
    totals.violations += outcome.violations.length;
    addFaults(totals.faults, outcome.faults);
    if (onOutcome(outcome)) Atomics.store(stop, 0, 1);
  };
  const count = Math.min(workers, seeds);
  await Promise.all(Array.from({ length: count }, () => runWorker(share, take)));
  return totals;
}

function runWorker(share: WorldShare, take: (outcome: WorldOutcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./world-worker.js', import.meta.url), {
      workerData: share,
      // What a world holds lives long, and is copied by each collection of the young.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}
