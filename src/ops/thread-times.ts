// Processor times of the process's threads, as Linux tells them.

import { readFileSync } from 'node:fs';

const NS = 1e9;

export interface ThreadTimes {
  readonly cpuSeconds: number;
  /** Time in which it could have run and had no processor. */
  readonly waitSeconds: number;
}

/** Undefined: it has ended, or the system does not tell. `task` is its number in the system. */
export function threadTimes(task: number): ThreadTimes | undefined {
  if (task === 0) return undefined;
  try {
    const text = readFileSync(`/proc/self/task/${task}/schedstat`, 'utf8');
    const [cpuNs, waitNs] = text.split(' ').map(Number);
    if (!Number.isFinite(cpuNs) || !Number.isFinite(waitNs)) return undefined;
    return { cpuSeconds: cpuNs! / NS, waitSeconds: waitNs! / NS };
  } catch {
    return undefined;
  }
}
