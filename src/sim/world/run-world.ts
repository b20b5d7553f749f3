// One simulated world from its seed to its outcome.

import type { FaultCounts } from './faults.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { type Violation, World } from './world.ts';

export interface WorldOutcome {
  readonly seed: number;
  /** Commands in the log in the end. */
  readonly commands: number;
  readonly steps: number;
  /** Starts of the server. */
  readonly starts: number;
  readonly faults: FaultCounts;
  /** The first is what happened; a world ends with it. */
  readonly violations: readonly Violation[];
}

/**
 * Lives through the world of `seed` (a whole number, 0 … 2^53-1) until its log has at least
 * `commands`. The same seed and number give the same outcome on every machine. `bug` plants one.
 */
export async function runWorld(
  seed: number,
  commands: number,
  bug: PlantedBug | null = null,
): Promise<WorldOutcome> {
  const world = new World(seed, bug);
  try {
    await world.live(commands);
  } catch (error) {
    world.violate(`the world broke: ${error instanceof Error ? error.stack : error}`);
  }
  const { oracle, steps, starts, counts, violations } = world;
  return { seed, commands: oracle.commands, steps, starts, faults: counts, violations };
}

/** What a person needs of an outcome with violations, to look into it. */
export function describeViolations({ seed, violations }: WorldOutcome): string {
  const [first] = violations;
  if (first === undefined) return '';
  const head = `seed ${seed}, step ${first.step}, ${first.atMs} ms: ${first.what}`;
  return [head, 'the last things that happened:', ...first.trail.map((line) => `  ${line}`)].join(
    '\n',
  );
}
