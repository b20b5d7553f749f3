// What the threads that serve sockets have in common beside their sockets: counters, vital signs
// and a log, all of which need a turn of the event loop now and then.

import { ThreadCounters } from '../ops/counters.ts';
import type { GatedLog } from '../ops/gated-log.ts';
import { type ThreadMessage, type ThreadStart, threadLog } from './thread-start.ts';
import { startVitals } from './thread-vitals.ts';

/** How often numbers that cost a walk are counted anew. */
const COUNT_MS = 1_000;

export interface SocketThread {
  /** The thread's counters (ops/counter-layout.ts). */
  readonly words: Float64Array;
  readonly log: GatedLog;
  /** Calls `count` once a second, until `end`. */
  countEvery(count: () => void): void;
  end(): void;
}

export function socketThread(
  start: ThreadStart,
  component: 'io' | 'publisher',
  say: (message: ThreadMessage) => void,
): SocketThread {
  const counters = new ThreadCounters(start.counters, start.counted);
  const log = threadLog(start, component, say);
  startVitals(counters);
  let counting: NodeJS.Timeout | undefined;
  return {
    words: counters.words,
    log,
    countEvery(count) {
      counting = setInterval(() => {
        count();
        log.flush();
      }, COUNT_MS);
    },
    end() {
      clearInterval(counting);
      log.tellCounted();
    },
  };
}
