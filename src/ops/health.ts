// Whether the server lives and whether it is ready: what /livez and /readyz say.
//
// Lives: every thread that is watched was seen to get on. A thread that waits gets on when it is
// poked, so silence means that it is stuck, not that nobody trades. Time is counted in looks, so
// that a process which was stopped for a while is not blamed for it.
// Ready: clients are served, and what is acknowledged is safe.

/** How often it is looked, ms. */
export const LOOK_MS = 1_000;

export const SERVER_STATES = [
  'recovering',
  'starting',
  'ready',
  'draining',
  'disk_failed',
  'stuck',
] as const;
export type ServerState = (typeof SERVER_STATES)[number];

interface Watched {
  /** Word 0 changes while the thread gets on. */
  readonly beat: Int32Array;
  seen: number;
  /** Looks since it last changed. */
  looks: number;
}

export interface ThreadHealth {
  readonly thread: string;
  /** Since it was last seen to get on, in steps of a look. */
  readonly heartbeatAgeSeconds: number;
  readonly isStuck: boolean;
}

export class Health {
  /** How far the server has come, as the supervisor says. */
  phase: 'recovering' | 'starting' | 'ready' | 'draining' = 'recovering';
  /** Whether the disk has failed under the journal. */
  isDiskFailed: () => boolean = () => false;
  private readonly looksMax: number;
  private readonly watched = new Map<string, Watched>();
  private readonly poke: () => void;

  /** `poke` lets threads that wait look around; a thread is stuck after `stallMsMax`. */
  constructor(stallMsMax: number, poke: () => void) {
    this.looksMax = Math.max(1, Math.ceil(stallMsMax / LOOK_MS));
    this.poke = poke;
  }

  /** From now on the thread has to get on. */
  watch(thread: string, beat: Int32Array): void {
    this.watched.set(thread, { beat, seen: beat[0]!, looks: 0 });
  }

  /** The thread may end. */
  forget(thread: string): void {
    this.watched.delete(thread);
  }

  /** To be called every LOOK_MS. */
  look(): void {
    for (const one of this.watched.values()) {
      const now = Atomics.load(one.beat, 0);
      one.looks = now === one.seen ? one.looks + 1 : 0;
      one.seen = now;
    }
    this.poke();
  }

  threads(): ThreadHealth[] {
    return [...this.watched].map(([thread, { looks }]) => ({
      thread,
      heartbeatAgeSeconds: (looks * LOOK_MS) / 1_000,
      isStuck: looks >= this.looksMax,
    }));
  }

  get stuck(): string[] {
    return this.threads().flatMap(({ thread, isStuck }) => (isStuck ? [thread] : []));
  }

  get state(): ServerState {
    if (this.isDiskFailed()) return 'disk_failed';
    if (this.phase === 'draining') return 'draining';
    if (this.stuck.length > 0) return 'stuck';
    return this.phase;
  }
}
