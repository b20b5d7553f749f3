// Checks files of a data directory one by one, so that many can be checked at once: what a file
// says of itself, and from the answers how the segments fit together.

import { type Disk, REAL_DISK } from './disk.ts';
import type { DamageCode } from './journal-errors.ts';
import { sequenceOfSegment } from './segment-name.ts';
import { SegmentReader } from './segment-reader.ts';
import { SnapshotUnusable, verifySnapshot } from './snapshot-file.ts';

export interface SegmentReport {
  readonly file: string;
  readonly firstSequence: number;
  /** Command sequence behind its last sound command. */
  readonly nextSequence: number;
  readonly batches: number;
  /** Bytes that are sound. */
  readonly bytes: number;
  /** Chain value that it goes on from, and that it ends with. */
  readonly chainBefore: number;
  readonly chain: number;
  readonly idLow: number;
  readonly idHigh: number;
  /** What lies behind the sound bytes; null: zeros, as it should be. */
  readonly fault: SegmentFault | null;
}

export interface SegmentFault {
  readonly code: DamageCode;
  readonly reason: string;
  /** True when it can be what a write left that was under way, if it is the last segment. */
  readonly mayBeTorn: boolean;
}

export interface SnapshotReport {
  readonly file: string;
  readonly sequence: number | null;
  /** Why it cannot be used. */
  readonly fault: string | null;
}

/** Reads a whole segment. Throws the error of the disk. */
export function verifySegment(file: string, disk: Disk = REAL_DISK): SegmentReport {
  const reader = new SegmentReader(disk);
  let batches = 0;
  try {
    let step = reader.open(file) ? reader.next() : 'fault';
    while (step === 'batch' || step === 'mark') {
      if (step === 'batch') batches += 1;
      step = reader.next();
    }
    return { ...reportOf(reader, file), batches, fault: faultOf(reader, file, step === 'fault') };
  } finally {
    reader.close();
  }
}

function reportOf(reader: SegmentReader, file: string) {
  const { header, nextSequence, offset, chain } = reader;
  const { firstSequence = 0, idLow = 0, idHigh = 0 } = header ?? {};
  const chainBefore = header?.chain ?? 0;
  return { file, firstSequence, nextSequence, bytes: offset, chainBefore, chain, idLow, idHigh };
}

function faultOf(reader: SegmentReader, file: string, isFault: boolean): SegmentFault | null {
  const { header } = reader;
  if (header !== null && header.firstSequence !== sequenceOfSegment(file)) {
    const reason = `its header says it begins with ${header.firstSequence}`;
    return { code: 'segment_header', reason, mayBeTorn: false };
  }
  const rest = reader.scanRest();
  const { code, reason } = reader.fault;
  if (!isFault && rest.end === reader.offset) return null;
  if (!isFault) {
    const behind = 'something lies behind its last batch';
    return { code: 'batch_header', reason: behind, mayBeTorn: rest.soundAt < 0 };
  }
  const isWhole = ['sequence', 'chain', 'foreign', 'unknown_version'].includes(code);
  return { code, reason, mayBeTorn: rest.soundAt < 0 && !isWhole };
}

/** Reads a whole snapshot. Throws the error of the disk. */
export function verifySnapshotFile(file: string, disk: Disk = REAL_DISK): SnapshotReport {
  try {
    return { file, sequence: verifySnapshot(file, disk).sequence, fault: null };
  } catch (error) {
    if (error instanceof SnapshotUnusable) return { file, sequence: null, fault: error.message };
    throw error;
  }
}

/** A segment in its place among the others. */
export interface SegmentVerdict {
  readonly state: 'sound' | 'torn' | 'damaged';
  readonly code?: DamageCode;
  readonly reason?: string;
  /** Byte at which the damaged or torn part begins. */
  readonly offset?: number;
}

/** What is to be said of each segment; the reports are in the order of the names. */
export function judgeSegments(reports: readonly SegmentReport[]): SegmentVerdict[] {
  return reports.map((report, i) => {
    const wrong = i === 0 ? null : misfit(reports[i - 1]!, report);
    if (wrong !== null) return { state: 'damaged', ...wrong, offset: 0 };
    const { fault, bytes } = report;
    if (fault === null) return { state: 'sound' };
    const { code, reason } = fault;
    const isTorn = fault.mayBeTorn && i === reports.length - 1;
    return { state: isTorn ? 'torn' : 'damaged', code, reason, offset: bytes };
  });
}

/** How a segment fails to follow another; null also when the other's end is not known. */
function misfit(
  before: SegmentReport,
  report: SegmentReport,
): { code: DamageCode; reason: string } | null {
  if (before.fault !== null || report.firstSequence === 0) return null;
  if (before.idLow !== report.idLow || before.idHigh !== report.idHigh) {
    return { code: 'foreign', reason: 'it belongs to another journal than the segment before it' };
  }
  if (report.firstSequence !== before.nextSequence) {
    const last = before.nextSequence - 1;
    const first = `it begins with command ${report.firstSequence}`;
    return { code: 'sequence', reason: `${first}, the one before ends with ${last}` };
  }
  if (report.chainBefore !== before.chain) {
    return { code: 'chain', reason: 'it was written behind another segment than that before it' };
  }
  return null;
}
