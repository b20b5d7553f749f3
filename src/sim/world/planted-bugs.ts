// Bugs that a world's wiring can be given, to show that the world finds them: what somebody might
// get wrong in a server made of these parts.

import { wordsToNumber } from '../../base/words.ts';
import * as map from '../../core/memory-layout.ts';
import { crc32 } from '../../journal/crc32.ts';
import { crc32c } from '../../journal/crc32c.ts';
import type { Disk } from '../../journal/disk.ts';
import * as s from '../../journal/segment-layout.ts';

export const PLANTED_BUGS = {
  'ack-before-fsync': 'commands are acknowledged when they are written, not when they are synced',
  'fsync-retried': 'a sync that failed is tried again, and the second one believed',
  'directory-unsynced': 'the name of a new segment is not synced',
  'chain-unchecked': 'nobody looks whether a batch follows the one before it',
  'snapshot-unsynced': 'a snapshot gets its name before its bytes are on the disk',
  'ids-forgotten': 'after a restart the clOrdIds that were used are unknown',
  'reports-forgotten': 'after a restart the reports of the sessions count from 1',
  'feed-message-lost': 'now and then the publisher is not given a batch of events',
} as const;

export type PlantedBug = keyof typeof PLANTED_BUGS;

/** The disk as a journal's writer with that bug sees it. */
export function diskOfWriter(disk: Disk, bug: PlantedBug | null): Disk {
  if (bug === 'ack-before-fsync') return over(disk, { fdatasync: () => {} });
  if (bug === 'directory-unsynced') return over(disk, { fsyncDirectory: () => {} });
  if (bug !== 'fsync-retried') return disk;
  return over(disk, {
    fdatasync(fd) {
      try {
        disk.fdatasync(fd);
      } catch (error) {
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        disk.fdatasync(fd);
      }
    },
  });
}

/** The disk as the storage thread with that bug sees it. */
export function diskOfStorage(disk: Disk, bug: PlantedBug | null): Disk {
  if (bug !== 'snapshot-unsynced') return disk;
  return over(disk, { fdatasync: () => {}, fsyncDirectory: () => {} });
}

/** The disk as recovery with that bug sees it. */
export function diskOfRecovery(disk: Disk, bug: PlantedBug | null): Disk {
  if (bug !== 'chain-unchecked') return disk;
  const segments = new Map<number, Uint8Array>();
  return over(disk, {
    openRead(path) {
      const fd = disk.openRead(path);
      if (path.endsWith('.segment')) segments.set(fd, rechained(disk, fd));
      return fd;
    },
    read(fd, bytes, at, length, position) {
      const segment = segments.get(fd);
      if (segment === undefined) return disk.read(fd, bytes, at, length, position);
      const part = segment.subarray(position, position + length);
      bytes.set(part, at);
      return part.length;
    },
    close(fd) {
      segments.delete(fd);
      disk.close(fd);
    },
  });
}

/** Takes what a core knows of clOrdIds away. */
export function forgetIds(m: Int32Array): void {
  const from = m[map.H_ACCOUNTS_BASE]!;
  for (let at = from; at < m[map.H_ACCOUNT_UNUSED]!; at += map.ACCOUNT_WORDS) {
    m[at + map.A_HIGHEST_LOW] = 0;
    m[at + map.A_HIGHEST_HIGH] = 0;
  }
}

function over(disk: Disk, changed: Partial<Disk>): Disk {
  const same: Disk = {
    list: (dir) => disk.list(dir),
    openRead: (path) => disk.openRead(path),
    openWrite: (path) => disk.openWrite(path),
    create: (path) => disk.create(path),
    read: (...read) => disk.read(...read),
    write: (...write) => disk.write(...write),
    size: (fd) => disk.size(fd),
    truncate: (fd, length) => disk.truncate(fd, length),
    fdatasync: (fd) => disk.fdatasync(fd),
    forget: (...range) => disk.forget(...range),
    rename: (from, to) => disk.rename(from, to),
    unlink: (path) => disk.unlink(path),
    fsyncDirectory: (dir) => disk.fsyncDirectory(dir),
    close: (fd) => disk.close(fd),
  };
  return { ...same, ...changed };
}

/** A segment in which every sound batch says that it follows the one before. */
function rechained(disk: Disk, fd: number): Uint8Array {
  const size = disk.size(fd);
  const bytes = new Uint8Array((size + 3) & ~3);
  disk.read(fd, bytes, 0, size, 0);
  const words = new Int32Array(bytes.buffer);
  let chain = words[s.S_CRC]!;
  for (let at = s.SEGMENT_HEADER_WORDS; words[at] === s.BATCH_MAGIC; ) {
    const count = words[at + s.B_COUNT]!;
    const slots = count * s.SLOT_WORDS;
    const isWhole = at + s.B_WORDS + slots <= words.length;
    if (count < 0 || !isWhole || wordsToNumber(words[at + s.B_FIRST_LOW]!, 0) === 0) break;
    if (crc32c(words, at, s.B_CRC) !== words[at + s.B_CRC]) break;
    const own = words[at + s.B_CHAIN]!;
    if (crc32(words, at + s.B_WORDS, slots, own) !== words[at + s.B_SLOTS_CRC]) break;
    words[at + s.B_CHAIN] = chain;
    words[at + s.B_SLOTS_CRC] = crc32(words, at + s.B_WORDS, slots, chain);
    words[at + s.B_CRC] = crc32c(words, at, s.B_CRC);
    if (count > 0) chain = words[at + s.B_CRC]!;
    at += s.B_WORDS + slots;
  }
  return bytes.subarray(0, size);
}
