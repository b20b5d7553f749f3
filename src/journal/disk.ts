// What journal and snapshots ask of the file system, in one place: tests and simulations put
// another one in. All calls are synchronous and throw what node:fs throws, an error with code,
// errno and syscall.

import * as fs from 'node:fs';
import koffi from 'koffi';

export interface Disk {
  /** Names in a directory, in any order. */
  list(dir: string): string[];
  openRead(path: string): number;
  /** Opens a file that is there, for writing. */
  openWrite(path: string): number;
  /** The same for a file that must not be there yet (O_EXCL). */
  create(path: string): number;
  /** Reads from byte `position` into `bytes` at `at`; returns how many, 0 at the file's end. */
  read(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number;
  /** Writes from byte `position` on; returns how many bytes it took, which may be fewer. */
  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number;
  size(fd: number): number;
  /** Cuts a file, or makes it longer by zeros that take no room on the disk yet. */
  truncate(fd: number, length: number): void;
  fdatasync(fd: number): void;
  /** Lets the system forget bytes that are on the disk; who reads them again waits for the disk. */
  forget(fd: number, from: number, length: number): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Makes the names in a directory durable. */
  fsyncDirectory(dir: string): void;
  close(fd: number): void;
}

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
const FILE_MODE = 0o640;
const POSIX_FADV_DONTNEED = 4;

export const REAL_DISK: Disk = {
  list: (dir) => fs.readdirSync(dir),
  openRead: (path) => fs.openSync(path, 'r'),
  openWrite: (path) => fs.openSync(path, O_WRONLY),
  create: (path) => fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL, FILE_MODE),
  read: (fd, bytes, at, length, position) => fs.readSync(fd, bytes, at, length, position),
  write: (fd, bytes, at, length, position) => fs.writeSync(fd, bytes, at, length, position),
  size: (fd) => fs.fstatSync(fd).size,
  truncate: (fd, length) => fs.ftruncateSync(fd, length),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
  forget: (fd, from, length) => void fadvise()(fd, from, length, POSIX_FADV_DONTNEED),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  fsyncDirectory(dir) {
    const fd = fs.openSync(dir, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  close: (fd) => fs.closeSync(fd),
};

type Fadvise = (fd: number, from: number, length: number, advice: number) => number;
let loadedFadvise: Fadvise | undefined;

/** Loaded when it is first asked for: most who use a disk never do. Elsewhere it does nothing. */
function fadvise(): Fadvise {
  if (loadedFadvise !== undefined) return loadedFadvise;
  const declared = 'int posix_fadvise(int, int64_t, int64_t, int)';
  loadedFadvise = process.platform === 'linux' ? koffi.load(null).func(declared) : () => 0;
  return loadedFadvise;
}

/** Writes all of `length` bytes, however many calls that takes. Throws what the disk throws. */
export function writeFully(
  disk: Disk,
  fd: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  position: number,
): void {
  let written = 0;
  while (written < length) {
    const more = disk.write(fd, bytes, at + written, length - written, position + written);
    if (more <= 0) throw new Error(`a write took ${written} of ${length} bytes`);
    written += more;
  }
}

/** Reads `length` bytes, fewer only at the end of the file; returns how many. */
export function readFully(
  disk: Disk,
  fd: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  position: number,
): number {
  let read = 0;
  while (read < length) {
    const more = disk.read(fd, bytes, at + read, length - read, position + read);
    if (more === 0) break;
    read += more;
  }
  return read;
}
