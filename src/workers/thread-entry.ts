// What the entry point of every thread but the supervisor's does first. Each kind of thread is a
// bundle of its own, so that none loads what only another needs.

import { writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { dieOnError } from './death.ts';
import type { SupervisorMessage, ThreadMessage, ThreadStart } from './thread-start.ts';

/** The thread's end of what it shares with the supervisor. */
export interface ThreadEntry<Start> {
  readonly start: Start;
  say(message: ThreadMessage): void;
  listenTo(onMessage: (message: SupervisorMessage) => void): void;
  /** Lets the thread end when nothing else keeps it. */
  leave(): void;
}

export function enterThread<Start extends { name: string } = ThreadStart>(): ThreadEntry<Start> {
  const start = workerData as Start;
  const port = parentPort!;
  dieOnError(start.name);
  nameThread(start.name);
  return {
    start,
    say: (message) => port.postMessage(message),
    listenTo: (onMessage) => {
      port.on('message', onMessage);
    },
    leave: () => {
      const message: ThreadMessage = { type: 'ended' };
      port.postMessage(message);
      port.close();
    },
  };
}

/** As long as Linux lets a thread's name be. */
const NAME_CHARACTERS_MAX = 15;

/**
 * Names the calling thread for the system's tools (`top -H`, `perf`, /proc/PID/task/TID/comm),
 * where that is possible.
 */
export function nameThread(name: string): void {
  try {
    writeFileSync('/proc/thread-self/comm', name.slice(0, NAME_CHARACTERS_MAX));
  } catch {
    // No such file: this is not Linux, and the thread goes without a name.
  }
}
