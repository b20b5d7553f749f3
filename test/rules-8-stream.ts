// Random commands for the invariants of R8 on the core alone.

import * as codes from '../src/core/codes.ts';
import type { Limits } from '../src/core/limits.ts';
import type { Command } from '../src/core/plain.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';
import { CoreBench } from './core-bench.ts';

export const SIDES = [codes.SIDE_BUY, codes.SIDE_SELL] as const;

/** Random commands of a profile (random-profiles.ts) that are right for the core as it is. */
export interface Stream {
  readonly limits: Limits;
  readonly instruments: readonly number[];
  readonly commands: readonly Command[];
}

/** The first `count` commands of the profile's first seed. */
export function stream(profile: string, count: number): Stream {
  const seed = PROFILES.findIndex(({ name }) => name === profile);
  const random = new RandomCommands(seed);
  const { limits, instruments } = random.profile;
  const bench = new CoreBench(limits, []);
  const commands = Array.from({ length: count }, () => {
    const command = random.next();
    for (const event of bench.apply(command)) random.observe(event);
    return command;
  });
  return { limits, instruments, commands };
}

/** A core without instruments: the stream defines them. */
export function streamBench({ limits }: Stream): CoreBench {
  return new CoreBench(limits, []);
}
