// Which snapshots and segments of a directory can go.

import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { listSegments, NEW_NAME, SPARE_NAME } from './segment-name.ts';
import { listSnapshots, SNAPSHOT_NEW_NAME } from './snapshot-file.ts';

/** Fewer could not fall back to the one before when one is damaged. */
export const SNAPSHOTS_KEPT_LEAST = 2;

export interface Retired {
  readonly snapshots: number;
  readonly segments: number;
}

/**
 * Takes away what a directory no longer needs, after a snapshot was written and read back: all
 * snapshots but the newest `kept`, leaving those out of account that are known to be unusable; then
 * the segments that end before the oldest one kept. While there are fewer snapshots than that,
 * every segment stays. Throws the error of the disk.
 */
export function retire(
  dir: string,
  kept: number,
  unusable: ReadonlySet<string>,
  disk: Disk,
): Retired {
  const snapshots = listSnapshots(disk, dir);
  const good = snapshots.filter(({ file }) => !unusable.has(file));
  const oldest = good[kept - 1];
  if (oldest === undefined) return { snapshots: 0, segments: 0 };
  const old = snapshots.filter(({ sequence }) => sequence < oldest.sequence);
  const segments = listSegments(disk, dir);
  const ended = segments.filter((_, i) => {
    const next = segments[i + 1];
    return next !== undefined && next.firstSequence <= oldest.sequence + 1;
  });
  // Snapshots first, then segments from the oldest on, each gone for good before the next goes: of
  // names that were not synced a power cut keeps any, and what is left must have no gap.
  for (const { file } of [...old, ...ended]) {
    disk.unlink(file);
    disk.fsyncDirectory(dir);
  }
  return { snapshots: old.length, segments: ended.length };
}

/** Takes away what a process that was killed had not finished. */
export function removeLeftovers(dir: string, disk: Disk): void {
  const names = new Set(disk.list(dir));
  for (const name of [SPARE_NAME, NEW_NAME, SNAPSHOT_NEW_NAME]) {
    if (names.has(name)) disk.unlink(join(dir, name));
  }
}
