// From a data directory to the state at the end of its log: the newest snapshot that can be used,
// and the commands after it. What is broken in a way that loses nothing is set aside and told of;
// anything else is refused with the file, the place and what to do.

import type { Limits } from '../core/limits.ts';
import type { Disk } from './disk.ts';
import { JournalDamage } from './journal-errors.ts';
import { type JournalIdentity, limitChanges, newIdentity } from './journal-identity.ts';
import {
  type JournalRead,
  type JournalTail,
  readJournal,
  type TornTail,
} from './journal-reader.ts';
import { type Followers, Replica } from './replica.ts';
import { removeLeftovers } from './retention.ts';
import type { SegmentHeader } from './segment-header.ts';
import { listSegments } from './segment-name.ts';
import { SegmentReader } from './segment-reader.ts';
import {
  listSnapshots,
  readSnapshot,
  type Snapshot,
  type SnapshotFile,
  SnapshotUnusable,
} from './snapshot-file.ts';
import { rewriteTail, syncJournal } from './sync-journal.ts';
import { cutTornTail } from './torn-tail.ts';

export interface RecoveryOptions {
  readonly dir: string;
  /** The limits that are configured now. */
  readonly limits: Limits;
  readonly followers: Followers;
  /** Told of a snapshot that cannot be used, before another one is tried. */
  readonly onUnusable: (error: SnapshotUnusable) => void;
  /** Make durable what an earlier run left to the operating system. */
  readonly isSynced: boolean;
  /** Who a journal is that begins now. Default: random. */
  readonly identity?: JournalIdentity;
  readonly disk: Disk;
}

export interface Recovery {
  /** At the end of the log. */
  readonly replica: Replica;
  readonly identity: JournalIdentity;
  /** For the journal's writer: where it goes on. */
  readonly nextSequence: number;
  readonly chain: number;
  readonly tail: JournalTail | null;
  /** What was used, and what could not be. */
  readonly snapshot: SnapshotFile | null;
  readonly unusable: readonly SnapshotUnusable[];
  readonly replayedCommands: number;
  readonly replayedSegments: number;
  readonly torn: (TornTail & { readonly keptIn: string | null }) | null;
  /** Commands that the snapshot has and the journal does not: it lost its end. */
  readonly missingCommands: number;
}

/** The configured limits are not those under which the log was written. */
export class LimitsChanged extends Error {
  readonly code = 'limits_changed';

  constructor(dir: string, before: Limits, now: Limits) {
    super(
      `the limits of ${dir} cannot be changed: ${limitChanges(before, now)}. What the exchange ` +
        'accepted depends on them. Start with the limits as they were.',
    );
    this.name = 'LimitsChanged';
  }
}

/**
 * Recovers a directory, which the caller has locked. Changes in it only what was left unfinished
 * and a torn tail. Throws JournalDamage, LimitsChanged, or the error of the disk.
 */
export function recover(options: RecoveryOptions): Recovery {
  const { dir, disk, followers } = options;
  removeLeftovers(dir, disk);
  if (options.isSynced) syncJournal(dir, disk);
  const { snapshot, file, unusable } = newestUsable(dir, disk, options.onUnusable);
  const first = snapshot === null ? firstHeader(dir, disk) : null;
  const identity = snapshot?.head ?? first ?? options.identity ?? newIdentity(options.limits);
  const replica = new Replica(identity.limits, followers);
  if (snapshot !== null) replica.restore(snapshot.sections, snapshot.head.chain);
  const read = replay(replica, identity, snapshot, dir, disk);
  checkEnd(dir, read, snapshot, file);
  if (limitChanges(identity.limits, options.limits) !== '') {
    throw new LimitsChanged(dir, identity.limits, options.limits);
  }
  const { torn, nextSequence } = read;
  const keptIn = torn === null ? null : cutTornTail(torn, nextSequence, disk);
  if (options.isSynced && read.tail !== null) rewriteTail(read.tail, disk);
  const missingCommands = replica.nextSequence - nextSequence;
  // What the snapshot alone has is not in the journal, so that goes on in a new segment.
  const isGap = missingCommands > 0;
  return {
    replica,
    identity,
    nextSequence: replica.nextSequence,
    chain: isGap ? replica.chain : read.chain,
    tail: isGap ? null : read.tail,
    snapshot: file,
    unusable,
    replayedCommands: read.commands,
    replayedSegments: read.segments,
    torn: torn === null ? null : { ...torn, keptIn },
    missingCommands,
  };
}

function newestUsable(
  dir: string,
  disk: Disk,
  onUnusable: (error: SnapshotUnusable) => void,
): { snapshot: Snapshot | null; file: SnapshotFile | null; unusable: SnapshotUnusable[] } {
  const unusable: SnapshotUnusable[] = [];
  for (const file of listSnapshots(disk, dir)) {
    try {
      return { snapshot: readSnapshot(file.file, disk), file, unusable };
    } catch (error) {
      if (!(error instanceof SnapshotUnusable)) throw error;
      unusable.push(error);
      onUnusable(error);
    }
  }
  return { snapshot: null, file: null, unusable };
}

/** The header of the first segment, if there is one that can be read. */
function firstHeader(dir: string, disk: Disk): SegmentHeader | null {
  const first = listSegments(disk, dir)[0];
  if (first === undefined) return null;
  const reader = new SegmentReader(disk);
  try {
    return reader.open(first.file) ? reader.header : null;
  } finally {
    reader.close();
  }
}

/** Brings the replica to the end of the journal. */
function replay(
  replica: Replica,
  identity: JournalIdentity,
  snapshot: Snapshot | null,
  dir: string,
  disk: Disk,
): JournalRead {
  const from = replica.nextSequence;
  const onSegment = (header: SegmentHeader, file: string): void => {
    const isOwn = header.idLow === identity.idLow && header.idHigh === identity.idHigh;
    if (!isOwn) {
      const reason = 'it belongs to another journal than the snapshot';
      throw new JournalDamage('foreign', file, 0, reason, header.firstSequence);
    }
    if (limitChanges(identity.limits, header.limits) === '') return;
    throw new LimitsChanged(dir, header.limits, identity.limits);
  };
  const onBatch = (words: Int32Array, at: number, count: number): void => {
    replica.apply(words, at, count);
  };
  const chain = snapshot === null ? {} : { chain: snapshot.head.chain };
  const read = readJournal(dir, onBatch, { from, ...chain, onSegment, disk });
  if (read.commands > 0) replica.chain = read.commandChain;
  return read;
}

/** A directory with a snapshot has a segment too: the one that goes on from it. */
function checkEnd(
  dir: string,
  { segments, torn }: JournalRead,
  snapshot: Snapshot | null,
  file: SnapshotFile | null,
): void {
  if (snapshot === null || segments > 0 || torn !== null) return;
  const next = snapshot.head.sequence + 1;
  const reason = `the segment that follows ${file!.file} is missing`;
  throw new JournalDamage('sequence', dir, 0, reason, next);
}
