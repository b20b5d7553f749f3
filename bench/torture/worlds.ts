// Simulated worlds (src/sim/world), a seed each: crashes, a disk that tears and forgets, a network
// that cuts and delays.

import { describeViolations } from '../../src/sim/world/run-world.ts';
import { runWorlds } from '../world-run.ts';
import type { Part } from './part.ts';

/** Of each seed, at least. */
const COMMANDS = 10_000;
const TOLD_EVERY = 100;
const FAILURES_TOLD_MAX = 20;

export const worlds: Part = {
  name: 'worlds',
  title: `simulated worlds of ${COMMANDS} commands in which everything breaks, a seed each`,
  async run({ seeds, seed, jobs, say }) {
    const failures: string[] = [];
    let done = 0;
    const totals = await runWorlds({
      firstSeed: seed,
      seeds,
      commands: COMMANDS,
      workers: jobs,
      onOutcome: (outcome) => {
        done += 1;
        if (done % TOLD_EVERY === 0) say(`seeds ${done} of ${seeds}`);
        if (outcome.violations.length > 0) failures.push(describeViolations(outcome));
        return failures.length >= FAILURES_TOLD_MAX;
      },
    });
    return { figures: { ...totals }, failures };
  },
};
