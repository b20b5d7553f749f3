// The storage thread: at start-up it brings a replica to the end of the log, from which all other
// threads get their state. From then on it does for the data directory what nobody waits for: the
// journal's next segment, snapshots, taking away what is old.

import { statSync } from 'node:fs';
import { assert } from '../base/assert.ts';
import { lowWord } from '../base/words.ts';
import { stateHash } from '../core/views.ts';
import { LastTrades } from '../feed/last-trades.ts';
import { type Disk, REAL_DISK } from '../journal/disk.ts';
import { JournalDamage } from '../journal/journal-errors.ts';
import { LimitsChanged, type Recovery, recover } from '../journal/recovery.ts';
import type { EventFollower, Followers } from '../journal/replica.ts';
import { SECTION_REPORTS, SECTION_TRADES, SECTION_WISHES } from '../journal/snapshot-layout.ts';
import { type SnapshotMade, SnapshotSchedule } from '../journal/snapshot-schedule.ts';
import { SpareSegment } from '../journal/spare-segment.ts';
import { startImage } from '../journal/start-image.ts';
import * as c from '../ops/counter-layout.ts';
import { ThreadCounters } from '../ops/counters.ts';
import type { GatedLog } from '../ops/gated-log.ts';
import { LoggedWishes } from '../session/logged-wishes.ts';
import { ReportLedger } from '../session/report-ledger.ts';
import {
  Control,
  SPARE_READY,
  SPARE_WANTED,
  STORAGE_ENDS,
  STORAGE_RUNS,
  STORAGE_SNAPSHOTS,
} from './control.ts';
import {
  STORAGE_COUNTERS,
  type StorageStart,
  type ThreadMessage,
  threadLog,
} from './thread-start.ts';
import { noteTask } from './thread-vitals.ts';

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

/**
 * Recovers and serves until STORAGE_SNAPSHOTS or STORAGE_ENDS; then nobody waits for it any more.
 */
export function runStorage(start: StorageStart, say: (message: ThreadMessage) => void): void {
  const { config } = start;
  const log = threadLog(start, 'storage', say);
  const counters = new ThreadCounters(start.counters, STORAGE_COUNTERS);
  noteTask(counters);
  assert(config.durability !== 'none', 'without durability nothing is stored');
  const startMs = performance.now();
  const recovery = recoverAll(start, log, say);
  if (recovery === null) return;
  const { words } = counters;
  words[c.W_RECOVERY_SECONDS] = (performance.now() - startMs) / 1_000;
  words[c.W_REPLAYED] = recovery.replayedCommands;
  noteSnapshot(words, recovery.snapshot?.file, recovery.snapshot?.sequence ?? 0);
  const { identity, nextSequence, chain, tail, replayedCommands } = recovery;
  const image = startImage(recovery.replica);
  const recovered = { image, identity, nextSequence, chain, tail, replayedCommands };
  new Control(start.control).durable = lowWord(nextSequence);
  say({ type: 'recovered', recovered });
  new Storage(start, recovery, REAL_DISK, log, counters).run();
}

/** Notes the newest snapshot. Its file's time is when it was made. */
function noteSnapshot(words: Float64Array, file: string | undefined, sequence: number): void {
  if (file === undefined) return;
  words[c.W_SNAPSHOT_TIME] = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  words[c.W_SNAPSHOT_SEQUENCE] = sequence;
}

function recoverAll(
  { config }: StorageStart,
  log: GatedLog,
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
function tell(recovery: Recovery, tookMs: number, log: GatedLog): void {
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
      stateHash: stateHash(recovery.replica.core),
      tookMs,
    },
    'recovered',
  );
}

class Storage {
  private readonly control: Control;
  private readonly schedule: SnapshotSchedule;
  private readonly spare: SpareSegment;
  private readonly log: GatedLog;
  private readonly counters: ThreadCounters;
  private spareFromMs = 0;
  private lastDurable: number;

  constructor(
    start: StorageStart,
    recovery: Recovery,
    disk: Disk,
    log: GatedLog,
    counters: ThreadCounters,
  ) {
    const { config } = start;
    const { replica, identity, snapshot, unusable, nextSequence } = recovery;
    this.control = new Control(start.control);
    this.log = log;
    this.counters = counters;
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
    while (control.storageStop === STORAGE_RUNS) {
      const seen = control.storageCalls;
      this.counters.beats();
      this.prepareSpare();
      const durable = this.durable();
      if (this.schedule.isDue(durable, performance.now())) {
        this.makeSnapshot(durable, STORAGE_RUNS);
      }
      this.log.flush();
      if (control.storageStop === STORAGE_RUNS) control.sleepStorage(seen, LOOK_MS);
    }
    if (this.spare.isBegun) this.spare.drop();
    const durable = this.durable();
    const isWanted = control.storageStop === STORAGE_SNAPSHOTS;
    if (isWanted && this.schedule.isBehind(durable)) this.makeSnapshot(durable, STORAGE_SNAPSHOTS);
    this.schedule.close();
    this.log.tellCounted();
  }

  /** Sequence before which commands are durable: the shared word has its low half. */
  private durable(): number {
    const moved = (this.control.durable - lowWord(this.lastDurable)) | 0;
    this.lastDurable += Math.max(0, moved);
    return this.lastDurable;
  }

  private prepareSpare(): void {
    const { control } = this;
    if (control.spare !== SPARE_WANTED || performance.now() < this.spareFromMs) return;
    try {
      // The journal may take its wish back, and come again: then it goes on where it was.
      while (control.storageStop === STORAGE_RUNS && control.spare === SPARE_WANTED) {
        this.counters.beats();
        if (this.spare.step()) control.spare = SPARE_READY;
      }
    } catch (error) {
      // The journal does without, or finds out for itself that the disk is full.
      this.spareFromMs = performance.now() + SPARE_RETRY_MS;
      this.log.error({ error: String(error) }, 'the next segment cannot be prepared');
    }
  }

  /** Makes one, unless the thread has to do something else than `stop` meanwhile. */
  private makeSnapshot(durable: number, stop: number): void {
    const { words } = this.counters;
    const startMs = performance.now();
    try {
      const making = this.schedule.make(durable, startMs);
      let pauseMs = 0;
      for (let atMs = startMs; this.control.storageStop === stop; ) {
        const step = making.next();
        this.counters.beats();
        const nowMs = performance.now();
        pauseMs = Math.max(pauseMs, nowMs - atMs);
        if (step.done === true) {
          this.tellMade(step.value, nowMs - startMs, pauseMs);
          return;
        }
        if (stop === STORAGE_RUNS) this.prepareSpare();
        atMs = performance.now();
      }
      if (this.control.storageStop !== STORAGE_ENDS) return;
      this.log.warn({}, 'no snapshot at the end: the next start replays the journal');
    } catch (error) {
      // What is acknowledged is in the journal; the next start reads more of it.
      words[c.W_SNAPSHOT_FAILURES]! += 1;
      this.log.error({ error: String(error) }, 'a snapshot cannot be made');
    }
  }

  private tellMade(made: SnapshotMade, tookMs: number, pauseMs: number): void {
    const { words } = this.counters;
    words[c.W_SNAPSHOTS]! += 1;
    words[c.W_SNAPSHOT_SECONDS] = tookMs / 1_000;
    words[c.W_SNAPSHOT_PAUSE] = pauseMs / 1_000;
    noteSnapshot(words, made.file, made.sequence);
    this.log.info({ ...made, tookMs: Math.round(tookMs) }, 'snapshot made');
  }
}
