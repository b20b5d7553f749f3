// Replaying at the speed of the clock on the wall: what lay a second apart in the file is sent a
// second apart, or a tenth of it at ten times the speed.

/** The clock a replay goes by, injected so that tests need not wait. */
export interface WallClock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Resolves after that many milliseconds (> 0). */
  wait(ms: number): Promise<void>;
}

/** Below this a wait costs more than it is long. */
const WAIT_MS_MIN = 1;

const NS_PER_MS = 1_000_000;

export class Pace {
  private readonly speed: number;
  private readonly clock: WallClock;
  private firstNs: bigint | undefined;
  private startMs = 0;

  /** `speed` times as fast as the file's own time; > 0. */
  constructor(speed: number, clock: WallClock) {
    this.speed = speed;
    this.clock = clock;
  }

  /**
   * Resolves when what has this time in the file (ns) is due. The first call fixes the start and is
   * due at once; what is late, or goes back in time, is due at once too.
   */
  async until(timeNs: bigint): Promise<void> {
    if (this.firstNs === undefined) {
      this.firstNs = timeNs;
      this.startMs = this.clock.now();
      return;
    }
    const dueMs = this.startMs + Number(timeNs - this.firstNs) / NS_PER_MS / this.speed;
    const leftMs = dueMs - this.clock.now();
    if (leftMs >= WAIT_MS_MIN) await this.clock.wait(leftMs);
  }
}
