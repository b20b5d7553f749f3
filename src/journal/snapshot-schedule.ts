// When a snapshot is due, and the work of making it, in small steps: follow the journal to what is
// durable, write the replica down, take away what is not needed any more.

import { clock, STATE_VERSION } from '../core/snapshot.ts';
import type { Disk } from './disk.ts';
import { JournalFollower } from './follower.ts';
import type { JournalIdentity } from './journal-identity.ts';
import type { Replica } from './replica.ts';
import { type Retired, retire } from './retention.ts';
import { writeSnapshot } from './snapshot-file.ts';

export interface SnapshotScheduleOptions {
  readonly dir: string;
  readonly replica: Replica;
  readonly identity: JournalIdentity;
  /** Commands after which a snapshot is due; 0: never because of them. */
  readonly everyCommands: number;
  /** Seconds after which one is due, when there was a command; 0: never because of them. */
  readonly everySeconds: number;
  /** Snapshots that are kept. */
  readonly kept: number;
  /** Sequence of the newest snapshot there is, 0 for none. */
  readonly lastSequence: number;
  /** Files that are no good. */
  readonly unusable: ReadonlySet<string>;
  readonly disk: Disk;
}

/** A snapshot that was made. */
export interface SnapshotMade extends Retired {
  readonly file: string;
  readonly sequence: number;
}

const COMMANDS_PER_STEP = 8_192;

export class SnapshotSchedule {
  private readonly options: SnapshotScheduleOptions;
  private readonly follower: JournalFollower;
  private lastSequence: number;
  private lastMs: number;

  constructor(options: SnapshotScheduleOptions, nowMs: number) {
    const { dir, replica, disk } = options;
    this.options = options;
    this.follower = new JournalFollower(dir, replica, disk);
    this.lastSequence = options.lastSequence;
    this.lastMs = nowMs;
  }

  /** Whether one is due: commands before `durable` are durable, `nowMs` is a monotonic clock. */
  isDue(durable: number, nowMs: number): boolean {
    const { everyCommands, everySeconds } = this.options;
    const commands = durable - 1 - this.lastSequence;
    if (commands <= 0) return false;
    if (everyCommands > 0 && commands >= everyCommands) return true;
    return everySeconds > 0 && nowMs - this.lastMs >= everySeconds * 1_000;
  }

  /** Whether commands before `durable` came since the last one. */
  isBehind(durable: number): boolean {
    return durable - 1 > this.lastSequence;
  }

  /**
   * Makes one of the commands before `durable`, in steps of some milliseconds; may be left after
   * each. After an error, which it throws, the next is due as if this one had been made.
   */
  *make(durable: number, nowMs: number): Generator<void, SnapshotMade> {
    const { dir, replica, identity, kept, unusable, disk } = this.options;
    this.lastMs = nowMs;
    this.lastSequence = durable - 1;
    while (replica.nextSequence < durable) {
      this.follower.follow(durable, COMMANDS_PER_STEP);
      yield;
    }
    const { core, chain } = replica;
    const sequence = replica.nextSequence - 1;
    const head = { ...identity, sequence, chain, stateVersion: STATE_VERSION, clock: clock(core) };
    const file = yield* writeSnapshot(dir, head, replica.sections(), disk);
    return { file, sequence, ...retire(dir, kept, unusable, disk) };
  }

  close(): void {
    this.follower.close();
  }
}
