// What a run left to the operating system, because it was killed or only promised `os`, is read
// back as if it were on the disk. Before anyone is told of it, it has to be.

import { type Disk, REAL_DISK, readFully, writeFully } from './disk.ts';
import { JournalWriteError } from './journal-errors.ts';
import type { JournalTail } from './journal-reader.ts';
import { listSegments } from './segment-name.ts';

/**
 * Returns when all segments in `dir` and their names are on disk. Throws a JournalWriteError, or a
 * JournalDamage for a wrong name.
 */
export function syncJournal(dir: string, disk: Disk = REAL_DISK): void {
  let syscall = 'open';
  let path = dir;
  let sequence = 1;
  try {
    for (const { file, firstSequence } of listSegments(disk, dir)) {
      path = file;
      sequence = firstSequence;
      syscall = 'open';
      const fd = disk.openRead(file);
      try {
        syscall = 'fdatasync';
        disk.fdatasync(fd);
      } finally {
        disk.close(fd);
      }
    }
    path = dir;
    syscall = 'fsync';
    disk.fsyncDirectory(dir);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new JournalWriteError(error, syscall, path, sequence);
  }
}

/**
 * Writes the last batch of the journal again, as it was read, and syncs it. When a sync fails, the
 * system takes what it could not write for clean: it is still read back as if it were there, and no
 * later sync writes it. Only the last batch can be in that state, because the one before is on the
 * disk when a batch is written. Throws a JournalWriteError.
 */
export function rewriteTail({ file, bytes, lastBatchAt, header }: JournalTail, disk: Disk): void {
  const length = bytes - lastBatchAt;
  if (length === 0) return;
  const copy = new Uint8Array(length);
  let syscall = 'open';
  try {
    const from = disk.openRead(file);
    try {
      syscall = 'read';
      readFully(disk, from, copy, 0, length, lastBatchAt);
    } finally {
      disk.close(from);
    }
    syscall = 'open';
    const to = disk.openWrite(file);
    try {
      syscall = 'write';
      writeFully(disk, to, copy, 0, length, lastBatchAt);
      syscall = 'fdatasync';
      disk.fdatasync(to);
    } finally {
      disk.close(to);
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new JournalWriteError(error, syscall, file, header.firstSequence);
  }
}
