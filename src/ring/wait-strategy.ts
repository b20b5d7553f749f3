// What a thread does while there is nothing for it to do.
//
//   busy-spin  looks again and again: a wake-up takes under a microsecond, the thread a whole core
//   yielding   looks for a while, then sleeps in short slices: never costs a publisher anything,
//              but a wake-up out of a slice takes a tenth of a millisecond
//   blocking   looks a few times, then sleeps until woken: no core lost, some microseconds a
//              wake-up, part of them paid by the publisher
//
// A thread for whose work nobody waits goes by the clock, whatever the configuration says. One that
// serves sockets has none of these: it runs its batch loop with `runAsync`, and where others would
// block it naps after a large batch (batch-loop.ts).

import { sleep, type Waiter } from './wake.ts';

export interface WaitStrategy {
  /** Returns when the waiter is ready. Those who make it so wake the sleeping line `line`. */
  wait(words: Int32Array, line: number, waiter: Waiter): void;
}

export const WAIT_STRATEGIES = ['busy-spin', 'yielding', 'blocking'] as const;
export type WaitStrategyName = (typeof WAIT_STRATEGIES)[number];

/** Threads that would spin: matching, journal, publisher, and an I/O thread that is never idle. */
const HOT_THREADS = 4;
/** Looks before a slice: about 20 µs. */
const SPINS_BEFORE_SLICE = 1_000;
/** The kernel adds its timer slack (50 µs) to it. */
const SLICE_MS = 0.02;
/** How long a thread that goes by the clock sleeps: at first, and when nothing comes for long. */
const CLOCK_MS_LEAST = 1;
const CLOCK_MS_MOST = 4;
/** Looks before a sleep: about 2 µs, less than a wake-up takes. */
const SPINS_BEFORE_SLEEP = 100;

export class BusySpin implements WaitStrategy {
  wait(_words: Int32Array, _line: number, waiter: Waiter): void {
    while (!waiter.isReady()) {
      // Nothing but the look.
    }
  }
}

export class Yielding implements WaitStrategy {
  wait(words: Int32Array, line: number, waiter: Waiter): void {
    for (let spins = SPINS_BEFORE_SLICE; !waiter.isReady(); spins--) {
      if (spins <= 0) Atomics.wait(words, line, Atomics.load(words, line), SLICE_MS);
    }
  }
}

export class Blocking implements WaitStrategy {
  private readonly spins: number;

  /** `spins`: looks before it sleeps, ≥ 0. */
  constructor(spins = SPINS_BEFORE_SLEEP) {
    this.spins = spins;
  }

  wait(words: Int32Array, line: number, waiter: Waiter): void {
    for (let spins = this.spins; !waiter.isReady(); spins--) {
      if (spins <= 0) sleep(words, line, waiter);
    }
  }
}

/**
 * For a thread whose work nobody waits for: it sleeps by the clock, so that no publisher has to
 * wake it. It is a few milliseconds late; the ring must hold what comes meanwhile.
 */
export class ByTheClock implements WaitStrategy {
  /** Nobody notifies it: a wait on it is a sleep. */
  private readonly idle = new Int32Array(new SharedArrayBuffer(4));

  wait(_words: Int32Array, _line: number, waiter: Waiter): void {
    for (let ms = CLOCK_MS_LEAST; !waiter.isReady(); ms = Math.min(2 * ms, CLOCK_MS_MOST)) {
      Atomics.wait(this.idle, 0, 0, ms);
    }
  }
}

export function waitStrategy(name: WaitStrategyName): WaitStrategy {
  switch (name) {
    case 'busy-spin':
      return new BusySpin();
    case 'yielding':
      return new Yielding();
    case 'blocking':
      return new Blocking();
  }
}

/** What suits so many cores for this process: no thread may spin another's core away. */
export function defaultWaitStrategy(cores: number): WaitStrategyName {
  if (cores >= 2 * HOT_THREADS) return 'busy-spin';
  return cores > HOT_THREADS ? 'yielding' : 'blocking';
}
