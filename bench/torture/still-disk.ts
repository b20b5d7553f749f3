// Files in memory that can be read and no more: for readers of journals that are broken on purpose.

import { basename } from 'node:path';
import type { Disk } from '../../src/journal/disk.ts';

export class StillDisk implements Disk {
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private readonly names: string[];
  private readonly open: (Uint8Array | undefined)[] = [];

  /** `files`: by path. */
  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = files;
    this.names = [...files.keys()].map((path) => basename(path));
  }

  list(): string[] {
    return [...this.names];
  }

  openRead(path: string): number {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`there is no ${path}`);
    const free = this.open.indexOf(undefined);
    const fd = free < 0 ? this.open.length : free;
    this.open[fd] = bytes;
    return fd;
  }

  read(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const part = this.open[fd]!.subarray(position, position + length);
    bytes.set(part, at);
    return part.length;
  }

  size(fd: number): number {
    return this.open[fd]!.length;
  }

  close(fd: number): void {
    this.open[fd] = undefined;
  }

  openWrite = refuse;
  create = refuse;
  write = refuse;
  truncate = refuse;
  fdatasync = refuse;
  rename = refuse;
  unlink = refuse;
  forget = refuse;
  fsyncDirectory = refuse;
}

function refuse(): never {
  throw new Error('reading a journal changes nothing');
}
