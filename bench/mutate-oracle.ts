// Random commands through the core and the oracle, as a part of the suite for mutants.

import { test } from 'vitest';
import type { Command } from '../src/core/plain.ts';
import { Comparison } from '../src/sim/oracle/comparison.ts';
import { coreSubject } from '../src/sim/oracle/subject.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';

/** One for every kind of random market. */
const SEEDS = PROFILES.map((_, seed) => seed);
const COMMANDS = 600;

/** What differs first; without the search for a shorter tape that the oracle's bench makes. */
function difference(seed: number): string | undefined {
  const stream = new RandomCommands(seed);
  const comparison = new Comparison(stream.profile.limits, coreSubject);
  const log: Command[] = [];
  while (log.length < COMMANDS) {
    const command = stream.next();
    log.push(command);
    const what = comparison.step(command);
    if (what !== undefined) return what;
    for (const event of comparison.events) stream.observe(event);
  }
  return comparison.check() ?? comparison.replay(log);
}

test.each(SEEDS)('R8 random commands, seed %i, should have the events of the oracle', (seed) => {
  const what = difference(seed);
  if (what !== undefined) throw new Error(what);
});
