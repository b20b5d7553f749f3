// One connection of the simulated network: two ways, each of which delivers frames in order, later,
// or from some point on not at all.

import type { Prng } from '../../base/prng.ts';
import type { SimClock } from './sim-clock.ts';

/** From one end to the other, us. */
const LATENCY_US_MIN = 40;
const LATENCY_US_MAX = 900;
/** Percent of frames right behind which the next arrives, us. */
const BURST_PERCENT = 70;
const BURST_US = 2;
/** Bytes on their way that the sender's socket does not count as unsent. */
const WINDOW_BYTES = 4_096;

export class Way {
  /** Nothing is delivered before. */
  stalledUntilUs = 0;
  /** What is sent from now on is lost. */
  isBroken = false;
  private readonly clock: SimClock;
  private readonly random: Prng;
  private readonly deliver: (bytes: Uint8Array) => void;
  private readonly behind: () => void;
  private queue: Uint8Array[] = [];
  private queuedBytes = 0;
  private isPlanned = false;
  private isBursting = false;
  private held: Uint8Array | null = null;

  /** `behind` is called after each delivery. */
  constructor(
    clock: SimClock,
    random: Prng,
    deliver: (bytes: Uint8Array) => void,
    behind: () => void,
  ) {
    this.clock = clock;
    this.random = random;
    this.deliver = deliver;
    this.behind = behind;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** What the sender's socket could not pass on yet. */
  get unsentBytes(): number {
    return Math.max(0, this.queuedBytes - WINDOW_BYTES);
  }

  push(bytes: Uint8Array): void {
    if (this.isBroken) return;
    this.add(bytes);
    if (this.held === null) return;
    const { held } = this;
    this.held = null;
    this.add(held);
  }

  /** Sends a frame behind the next one. */
  pushBehindNext(bytes: Uint8Array): void {
    if (this.held !== null) this.push(bytes);
    else this.held = bytes;
  }

  /** The way breaks: some of what is on it still arrives. Gives how many frames do not. */
  breakOff(kept: number): number {
    this.isBroken = true;
    this.held = null;
    const lost = this.queue.splice(Math.min(kept, this.queue.length));
    for (const { length } of lost) this.queuedBytes -= length;
    return lost.length;
  }

  get frames(): number {
    return this.queue.length;
  }

  /** Calls `run` when what is on the way now has arrived, at the earliest after a latency. */
  afterRest(run: () => void): void {
    const stallUs = this.isEmpty ? 0 : this.stalledUntilUs - this.clock.nowUs;
    this.clock.after(Math.max(this.latency(), stallUs), () => {
      if (this.isEmpty) run();
      else this.afterRest(run);
    });
  }

  private add(bytes: Uint8Array): void {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.plan();
  }

  private latency(): number {
    return this.random.between(LATENCY_US_MIN, LATENCY_US_MAX);
  }

  private plan(): void {
    if (this.isPlanned || this.isEmpty) return;
    this.isPlanned = true;
    const stallUs = this.stalledUntilUs - this.clock.nowUs;
    const nextUs = this.random.chance(BURST_PERCENT) && this.isBursting ? BURST_US : this.latency();
    this.clock.after(Math.max(nextUs, stallUs), () => {
      this.isPlanned = false;
      this.isBursting = this.stalledUntilUs <= this.clock.nowUs;
      if (this.isBursting) this.arrive();
      this.plan();
      this.isBursting = false;
    });
  }

  /** One frame; the receiver gets a turn of its own for each. */
  private arrive(): void {
    const bytes = this.queue.shift();
    if (bytes === undefined) return;
    this.queuedBytes -= bytes.length;
    this.deliver(bytes);
    this.behind();
  }
}
