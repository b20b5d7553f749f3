// One thread of many simulated worlds (world-run.ts): takes seed after seed until none is left.

import { parentPort, workerData } from 'node:worker_threads';
import { runWorld } from '../src/sim/world/run-world.ts';
import type { WorldShare } from './world-run.ts';

const { next, stop, firstSeed, seeds, commands, bug }: WorldShare = workerData;

while (Atomics.load(stop, 0) === 0) {
  const place = Atomics.add(next, 0, 1);
  if (place >= seeds) break;
  const outcome = await runWorld(firstSeed + place, commands, bug);
  parentPort!.postMessage(outcome);
}
