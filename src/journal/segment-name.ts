// Names of segments: journal-<command sequence of the first command, 20 digits>.segment, so that
// the order of names is the order of commands, for every uint64.

import { basename, join } from 'node:path';
import type { Disk } from './disk.ts';
import { JournalDamage } from './journal-errors.ts';

/** A segment that is prepared ahead, and one that is made in haste; renamed when they are begun. */
export const SPARE_NAME = 'journal.spare';
export const NEW_NAME = 'journal.new';

const SUFFIX = '.segment';
const NAME = /^journal-(\d{20})\.segment$/;
const DIGITS = 20;

export interface SegmentFile {
  readonly file: string;
  /** Command sequence of its first command, by its name. */
  readonly firstSequence: number;
}

/** Path of the segment that begins with a command sequence (1 … SEQUENCE_MAX + 1). */
export function segmentPath(dir: string, firstSequence: number): string {
  return join(dir, `journal-${String(firstSequence).padStart(DIGITS, '0')}${SUFFIX}`);
}

/** Command sequence that the name of a segment says; NaN when it is not the name of one. */
export function sequenceOfSegment(file: string): number {
  return Number(NAME.exec(basename(file))?.[1] ?? Number.NaN);
}

/**
 * The segments of a directory in the order of their names. Other files are left alone, but one that
 * ends in `.segment` under a wrong name is a JournalDamage: it may hold commands.
 */
export function listSegments(disk: Disk, dir: string): SegmentFile[] {
  const names = disk.list(dir).filter((name) => name.endsWith(SUFFIX));
  return names.sort().map((name) => {
    const file = join(dir, name);
    const firstSequence = sequenceOfSegment(name);
    if (!Number.isSafeInteger(firstSequence) || firstSequence === 0) {
      throw new JournalDamage('segment_header', file, 0, 'its name is not of a segment', 1);
    }
    return { file, firstSequence };
  });
}
