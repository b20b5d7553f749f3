// What a run left to the operating system, because it was killed or only promised `os`, is read
// back as if it were on the disk. Before anyone is told of it, it has to be.

import { type Disk, REAL_DISK } from './disk.ts';
import { JournalWriteError } from './journal-errors.ts';
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
