import os from 'node:os';
import type { Config } from '../ops/config.ts';
import { defaultWaitStrategy, type WaitStrategy, waitStrategy } from '../ring/wait-strategy.ts';

/** The wait strategy that the configuration names; `auto` goes by the number of cores. */
export function configuredStrategy(name: Config['waitStrategy']): WaitStrategy {
  return waitStrategy(name === 'auto' ? defaultWaitStrategy(os.availableParallelism()) : name);
}
