// Cuts a torn tail off: its bytes are kept in a file beside the journal, then the segment has zeros
// behind its last sound batch. A crash in between leaves a torn tail again.

import { dirname, join } from 'node:path';
import { type Disk, readFully, writeFully } from './disk.ts';
import type { TornTail } from './journal-reader.ts';
import { BATCH_HEADER_BYTES } from './segment-layout.ts';

const COPY_BYTES = 262_144;
const DIGITS = 20;

/**
 * Takes `torn` out of its segment, durably; returns the file that has its bytes now, null when
 * there are none. `nextSequence` is the command at which the sound part ends. Throws the error of
 * the disk.
 */
export function cutTornTail(torn: TornTail, nextSequence: number, disk: Disk): string | null {
  const dir = dirname(torn.file);
  const aside = torn.bytes === 0 ? null : keepAside(torn, dir, nextSequence, disk);
  if (torn.offset === 0) {
    disk.unlink(torn.file);
  } else {
    const fd = disk.openWrite(torn.file);
    try {
      disk.truncate(fd, torn.offset);
      disk.truncate(fd, torn.offset + BATCH_HEADER_BYTES);
      disk.fdatasync(fd);
    } finally {
      disk.close(fd);
    }
  }
  disk.fsyncDirectory(dir);
  return aside;
}

function keepAside(torn: TornTail, dir: string, nextSequence: number, disk: Disk): string {
  const path = freeName(dir, nextSequence, disk);
  const from = disk.openRead(torn.file);
  try {
    const to = disk.create(path);
    try {
      const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
      for (let done = 0; done < torn.bytes; ) {
        const wanted = Math.min(COPY_BYTES, torn.bytes - done);
        const got = readFully(disk, from, buffer, 0, wanted, torn.offset + done);
        if (got === 0) break;
        writeFully(disk, to, buffer, 0, got, done);
        done += got;
      }
      disk.fdatasync(to);
    } finally {
      disk.close(to);
    }
  } finally {
    disk.close(from);
  }
  disk.fsyncDirectory(dir);
  return path;
}

function freeName(dir: string, nextSequence: number, disk: Disk): string {
  const names = new Set(disk.list(dir));
  const name = `journal-${String(nextSequence).padStart(DIGITS, '0')}`;
  let free = `${name}.torn`;
  for (let i = 2; names.has(free); i++) free = `${name}-${i}.torn`;
  return join(dir, free);
}
