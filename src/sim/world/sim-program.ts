// A client's program in a simulated world: its timers and sockets end with it.

import type { Prng } from '../../base/prng.ts';
import type { Timers } from '../../client/index.ts';
import type { Planned, SimClock } from './sim-clock.ts';

const US_PER_MS = 1_000;

export class SimProgram {
  isAlive = true;
  readonly name: string;
  /** For which it logs on; 0: none. */
  readonly session: number;
  readonly timers: Timers;
  /** From 0 to below 1. */
  readonly random: () => number;

  constructor(name: string, session: number, clock: SimClock, random: Prng) {
    this.name = name;
    this.session = session;
    this.random = () => (random.word() >>> 0) / 0x1_0000_0000;
    this.timers = {
      setTimeout: (run, ms) =>
        clock.after(ms * US_PER_MS, () => {
          if (this.isAlive) run();
        }),
      clearTimeout: (timer) => {
        (timer as Planned).run = null;
      },
    };
  }
}
