// The storage thread: at start-up it brings a replica to the end of the log, from which all other
// threads get their state. From then on it does for the data directory what nobody waits for: the
// journal's next segment, snapshots, taking away what is old.

import { assert } from '../base/assert.ts';
import { lowWord } from '../base/words.ts';
import { LastTrades } from '../feed/last-trades.ts';
import { type Disk, REAL_DISK } from '../journal/disk.ts';
import { JournalDamage } from '../journal/journal-errors.ts';
import { LimitsChanged, type Recovery, recover } from '../journal/recovery.ts';
import type { EventFollower, Followers } from '../journal/replica.ts';
import { SECTION_REPORTS, SECTION_TRADES, SECTION_WISHES } from '../journal/snapshot-layout.ts';
import { SnapshotSchedule } from '../journal/snapshot-schedule.ts';
import { SpareSegment } from '../journal/spare-segment.ts';
import { startImage } from '../journal/start-image.ts';
import { RUN } from '../ring/stop-codes.ts';
import { LoggedWishes } from '../session/logged-wishes.ts';
import { ReportLedger } from '../session/report-ledger.ts';
import { COMMAND_STOP, Control, SPARE_READY, SPARE_WANTED } from './control.ts';
import { ThreadLog } from './thread-log.ts';
import type { StorageStart, ThreadMessage } from './thread-start.ts';

/** How often it looks whether a snapshot is due, ms. */
const LOOK_MS = 250;
/** After a spare could not be prepared, it is tried again after so long, ms. */
const SPARE_RETRY_MS = 5_000;

/** What a snapshot has beside the core's state. */
export function snapshotFollowers(): Followers {
  return new Map<number, EventFollower>([
    [SECTION_REPORTS, new ReportLedger()],
    [SECTION_TRADES, new LastTrades()],
    [SECTION_WISHES, new LoggedWishes()],
  ]);
}

/** Recovers and serves until COMMAND_STOP; then nobody waits for it any more. */
export function runStorage(start: StorageStart, say: (message: ThreadMessage) => void): void {
  const { config } = start;
  const log = new ThreadLog(say);
  assert(config.durability !== 'none', 'without durability nothing is stored');
  const recovery = recoverAll(start, log, say);
  if (recovery === null) return;
  const { identity, nextSequence, chain, tail, replayedCommands } = recovery;
  const image = startImage(recovery.replica);
  const recovered = { image, identity, nextSequence, chain, tail, replayedCommands };
  new Control(start.control).durable = lowWord(nextSequence);
  say({ type: 'recovered', recovered });
  new Storage(start, recovery, REAL_DISK, log).run();
}

function recoverAll(
  { config }: StorageStart,
  log: ThreadLog,
  say: (message: ThreadMessage) => void,
): Recovery | null {
  const startMs = performance.now();
  try {
    const recovery = recover({
      dir: config.dataDirectory,
      limits: config.limits,
      followers: snapshotFollowers(),
      onUnusable: (error) => log.error({ file: error.file }, error.message),
      isSynced: config.durability === 'fsync',
      disk: REAL_DISK,
    });
    tell(recovery, Math.round(performance.now() - startMs), log);
    return recovery;
  } catch (error) {
    if (!(error instanceof JournalDamage || error instanceof LimitsChanged)) throw error;
    say({ type: 'refused', message: error.message });
    return null;
  }
}

/** Says what recovery did; loudly what was lost on the way. */
function tell(recovery: Recovery, tookMs: number, log: ThreadLog): void {
  const { torn, snapshot, missingCommands, nextSequence } = recovery;
  if (torn !== null) {
    const { file, offset, bytes, keptIn } = torn;
    const what = `the journal's end is torn (${torn.reason})`;
    const told = `${what}; commands before ${nextSequence} are there`;
    log.error({ file, offset, bytes, keptIn }, told);
  }
  if (missingCommands > 0) {
    const what = 'the journal ends before the snapshot; the snapshot has these commands';
    log.error({ missingCommands, snapshot: snapshot!.file }, what);
  }
  log.info(
    {
      snapshot: snapshot?.file ?? null,
      snapshotSequence: snapshot?.sequence ?? 0,
      segments: recovery.replayedSegments,
      replayedCommands: recovery.replayedCommands,
      lastSequence: nextSequence - 1,
      tookMs,
    },
    'recovered',
  );
}

class Storage {
  private readonly control: Control;
  private readonly schedule: SnapshotSchedule;
  private readonly spare: SpareSegment;
  private readonly log: ThreadLog;
  private spareFromMs = 0;
  private lastDurable: number;

  constructor(start: StorageStart, recovery: Recovery, disk: Disk, log: ThreadLog) {
    const { config } = start;
    const { replica, identity, snapshot, unusable, nextSequence } = recovery;
    this.control = new Control(start.control);
    this.log = log;
    this.lastDurable = nextSequence;
    this.spare = new SpareSegment(config.dataDirectory, config.segmentBytesMax, disk);
    const options = {
      dir: config.dataDirectory,
      replica,
      identity,
      everyCommands: config.snapshotCommands,
      everySeconds: config.snapshotSeconds,
      kept: config.snapshotsKept,
      lastSequence: snapshot?.sequence ?? 0,
      unusable: new Set(unusable.map(({ file }) => file)),
      disk,
    };
    this.schedule = new SnapshotSchedule(options, performance.now());
  }

  run(): void {
    const { control } = this;
    while (!this.isStopped()) {
      const seen = control.storageCalls;
      this.prepareSpare();
      const durable = this.durable();
      if (this.schedule.isDue(durable, performance.now())) this.makeSnapshot(durable);
      if (!this.isStopped()) control.sleepStorage(seen, LOOK_MS);
    }
    this.schedule.close();
  }

  private isStopped(): boolean {
    return Atomics.load(this.control.words, COMMAND_STOP) !== RUN;
  }

  /** Sequence before which commands are durable: the shared word has its low half. */
  private durable(): number {
    const moved = (this.control.durable - lowWord(this.lastDurable)) | 0;
    this.lastDurable += Math.max(0, moved);
    return this.lastDurable;
  }

  private prepareSpare(): void {
    if (this.control.spare !== SPARE_WANTED || performance.now() < this.spareFromMs) return;
    try {
      while (!this.isStopped()) {
        if (!this.spare.step()) continue;
        this.control.spare = SPARE_READY;
        return;
      }
      this.spare.drop();
    } catch (error) {
      // The journal does without, or finds out for itself that the disk is full.
      this.spareFromMs = performance.now() + SPARE_RETRY_MS;
      this.log.error({ error: String(error) }, 'the next segment cannot be prepared');
    }
  }

  private makeSnapshot(durable: number): void {
    const startMs = performance.now();
    try {
      const making = this.schedule.make(durable, startMs);
      for (let step = making.next(); ; step = making.next()) {
        if (step.done === true) {
          const tookMs = Math.round(performance.now() - startMs);
          this.log.info({ ...step.value, tookMs }, 'snapshot made');
          return;
        }
        if (this.isStopped()) return;
        this.prepareSpare();
      }
    } catch (error) {
      // What is acknowledged is in the journal; the next start reads more of it.
      this.log.error({ error: String(error) }, 'a snapshot cannot be made');
    }
  }
}
