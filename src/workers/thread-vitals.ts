// What every thread tells of itself: its number in the system and, where it has an event loop that
// turns, how late that comes to a timer and what its garbage collections take. (A thread that
// sleeps in shared memory between two batches is never called back.)

import { readlinkSync } from 'node:fs';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { W_GC, W_LOOP_DELAY, W_TASK } from '../ops/counter-layout.ts';
import type { ThreadCounters } from '../ops/counters.ts';

const TIMER_MS = 50;

/** By the kinds of Node.js, the place among GC_KINDS. */
const GC_PLACES: Readonly<Record<number, number>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 0,
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 1,
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 2,
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 3,
};

/** Notes the calling thread's number in the system; 0 where the system does not tell. */
export function noteTask(counters: ThreadCounters): void {
  let task = 0;
  try {
    task = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    // Another system than Linux.
  }
  counters.words[W_TASK] = task;
}

/** Notes all of it for the calling thread from now on. Does not keep Node.js from ending. */
export function startVitals(counters: ThreadCounters): void {
  noteTask(counters);
  const { words } = counters;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
      const at = W_GC + 2 * (GC_PLACES[kind] ?? 3);
      words[at]! += 1;
      words[at + 1]! += entry.duration / 1_000;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  let dueMs = performance.now() + TIMER_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    counters.observe(W_LOOP_DELAY, Math.max(0, nowMs - dueMs) / 1_000);
    dueMs = nowMs + TIMER_MS;
  }, TIMER_MS);
  timer.unref();
}
