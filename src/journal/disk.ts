// What the journal asks of the file system, in one place: tests and simulations put another one in.
// All calls are synchronous and throw what node:fs throws, an error with code, errno and syscall.

import * as fs from 'node:fs';

export interface Disk {
  /** Names in a directory, in any order. */
  list(dir: string): string[];
  openRead(path: string): number;
  /** Opens a file that is there, for writing at its end (O_APPEND). */
  openAppend(path: string): number;
  /** The same for a file that must not be there yet (O_EXCL). */
  create(path: string): number;
  /** Reads from byte `position` into `bytes` at `at`; returns how many, 0 at the file's end. */
  read(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number;
  /** Writes at the end of the file; returns how many bytes it took, which may be fewer. */
  write(fd: number, bytes: Uint8Array, at: number, length: number): number;
  size(fd: number): number;
  truncate(fd: number, length: number): void;
  fdatasync(fd: number): void;
  /** Makes the names in a directory durable. */
  fsyncDirectory(dir: string): void;
  close(fd: number): void;
}

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
const FILE_MODE = 0o640;

export const REAL_DISK: Disk = {
  list: (dir) => fs.readdirSync(dir),
  openRead: (path) => fs.openSync(path, 'r'),
  openAppend: (path) => fs.openSync(path, O_WRONLY | O_APPEND),
  create: (path) => fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, FILE_MODE),
  read: (fd, bytes, at, length, position) => fs.readSync(fd, bytes, at, length, position),
  write: (fd, bytes, at, length) => fs.writeSync(fd, bytes, at, length, null),
  size: (fd) => fs.fstatSync(fd).size,
  truncate: (fd, length) => fs.ftruncateSync(fd, length),
  fdatasync: (fd) => fs.fdatasyncSync(fd),
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
