// How much one client has sent in the current second.

import type { SessionLimits } from './session-limits.ts';

const WINDOW_MS = 1_000;

export class FloodWindow {
  private startMs: number;
  private frames = 0;
  private refusals = 0;
  private readonly limits: SessionLimits;

  constructor(limits: SessionLimits, nowMs: number) {
    this.limits = limits;
    this.startMs = nowMs;
  }

  /** Counts a frame. True: that was one too many. */
  addFrame(nowMs: number): boolean {
    if (nowMs - this.startMs >= WINDOW_MS) {
      this.startMs = nowMs;
      this.frames = 0;
      this.refusals = 0;
    }
    this.frames += 1;
    return this.frames > this.limits.framesPerSecondMax;
  }

  /** Counts refused commands of the last frame. True: those were too many. */
  addRefusals(count: number): boolean {
    this.refusals += count;
    return this.refusals > this.limits.refusalsPerSecondMax;
  }
}
