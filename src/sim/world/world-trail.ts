// The last things that happened in a world, for whoever has to find out why it failed.

import type { SimClock } from './sim-clock.ts';
import type { Call } from './sim-disk.ts';

const NOTES = 64;
const CALLS = 24;

export class WorldTrail {
  private readonly clock: SimClock;
  private readonly notes: { atUs: number; text: string }[] = [];
  private notesMade = 0;
  private readonly calls: { atUs: number; call: Call; name: string }[] = [];
  private callsMade = 0;

  constructor(clock: SimClock) {
    this.clock = clock;
  }

  note(text: string): void {
    this.notes[this.notesMade % NOTES] = { atUs: this.clock.nowUs, text };
    this.notesMade += 1;
  }

  /** A call that changes the disk. */
  call(call: Call, name: string): void {
    this.calls[this.callsMade % CALLS] = { atUs: this.clock.nowUs, call, name };
    this.callsMade += 1;
  }

  /** Oldest first. */
  lines(): string[] {
    const all = [
      ...this.notes.map(({ atUs, text }) => ({ atUs, text })),
      ...this.calls.map(({ atUs, call, name }) => ({ atUs, text: `disk: ${call} ${name}` })),
    ];
    all.sort((a, b) => a.atUs - b.atUs);
    return all.map(({ atUs, text }) => `${(atUs / 1_000).toFixed(3)} ms  ${text}`);
  }
}
