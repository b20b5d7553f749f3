import os from 'node:os';
import type { Config } from '../ops/config.ts';
import { Blocking } from '../ring/wait-strategy.ts';
import { configuredStrategy } from './configured-strategy.ts';

/** Cores on which the load and the other threads leave matching none of its own. */
const CORES_SHARED_MAX = 2;

/**
 * Whether matching runs within the first I/O thread. `auto`: where cores are few, and nothing in
 * the configuration asks for more threads or for a core of its own.
 */
export function isMatchingHosted(config: Config, cores = os.availableParallelism()): boolean {
  const { matchingThread, matchingCpu, ioThreads, waitStrategy } = config;
  if (matchingThread !== 'auto') return matchingThread === 'io';
  const isFree = ioThreads === 1 && matchingCpu === null;
  return (
    isFree && cores <= CORES_SHARED_MAX && configuredStrategy(waitStrategy) instanceof Blocking
  );
}
