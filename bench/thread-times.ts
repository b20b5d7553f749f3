// Processor time of the threads of a process, by name, as Linux counts it.

import { readdirSync, readFileSync } from 'node:fs';

/** ns by thread name; threads of one name together. Empty where the system does not tell. */
export type ThreadTimes = ReadonlyMap<string, number>;

/** Of a process: its own or another of the same user. */
export function threadTimes(pid: number | 'self'): ThreadTimes {
  const times = new Map<string, number>();
  for (const thread of tasksOf(pid)) {
    try {
      const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
      const ns = Number(
        readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
      );
      times.set(name, (times.get(name) ?? 0) + ns);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return times;
}

/** ns that each thread used between two looks, largest first; those that used none are left out. */
export function timesBetween(before: ThreadTimes, after: ThreadTimes): Map<string, number> {
  const used = [...after].map(([name, ns]): [string, number] => [
    name,
    ns - (before.get(name) ?? 0),
  ]);
  return new Map(used.filter(([, ns]) => ns > 0).toSorted(([, a], [, b]) => b - a));
}

/** Cores that were busy on average in `seconds`. */
export function coresUsed(times: ReadonlyMap<string, number>, seconds: number): number {
  let ns = 0;
  for (const one of times.values()) ns += one;
  return Number((ns / 1e9 / seconds).toFixed(2));
}

function tasksOf(pid: number | 'self'): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
