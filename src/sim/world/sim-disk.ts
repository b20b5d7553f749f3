// The simulated disk: one directory of files (sim-file.ts), of which the machine may lose what was
// not synced, and whose calls may fail or be the last thing that happens.
//
// Names are like bytes: a create, rename or unlink is seen at once and outlives a power cut for
// certain only behind a sync of the directory. Without it any of them may be there, whatever became
// of the others.
//
// Ownership: one server at a time. When it has crashed the disk is off until `restart`: every call
// throws, so that nothing of that server is done any more, whatever its code makes of the error.

import { basename } from 'node:path';
import type { Prng } from '../../base/prng.ts';
import type { Disk } from '../../journal/disk.ts';
import type { FaultCounts } from './faults.ts';
import { type Loss, SimFile } from './sim-file.ts';

export type Crash = 'kill' | 'powerCut';
export type Call =
  | 'create'
  | 'read'
  | 'write'
  | 'truncate'
  | 'fdatasync'
  | 'rename'
  | 'unlink'
  | 'fsyncDirectory';

/** What happens in a later call: which, counted from now (1: the next), and what. */
export interface PlannedFault {
  left: number;
  readonly what: Crash | 'error';
  /** Only these calls are counted, and hit. */
  readonly only?: Call | undefined;
}

interface NameChange {
  readonly taken: string | null;
  readonly given: string | null;
  readonly file: SimFile;
}

/** The server is gone. Not an error of the system: it has no code and no syscall. */
export class MachineOff extends Error {
  constructor() {
    super('the machine is off');
    this.name = 'MachineOff';
  }
}

const ERRNO = { ENOENT: -2, EIO: -5, EBADF: -9, EEXIST: -17, ENOSPC: -28 } as const;

export class SimDisk implements Disk {
  /** How the server crashed; null: it runs. */
  crash: Crash | null = null;
  /** Bytes that files may still grow by. */
  room = Number.POSITIVE_INFINITY;
  planned: PlannedFault | null = null;
  /** Percent of writes that take fewer bytes. */
  shortPercent = 0;
  /** Told of each call that changes the disk, before it is done. */
  onCall: (call: Call, name: string) => void = () => {};
  private readonly random: Prng;
  private readonly counts: FaultCounts;
  private files = new Map<string, SimFile>();
  private synced = new Map<string, SimFile>();
  private changes: NameChange[] = [];
  private readonly open = new Map<number, SimFile>();
  private lastFd = 2;

  constructor(random: Prng, counts: FaultCounts) {
    this.random = random;
    this.counts = counts;
  }

  get isOn(): boolean {
    return this.crash === null;
  }

  list(): string[] {
    this.check();
    return [...this.files.keys()];
  }

  openRead(path: string): number {
    this.check();
    const file = this.files.get(basename(path));
    if (file === undefined) throw systemError('ENOENT', 'open');
    return this.fdOf(file);
  }

  openWrite(path: string): number {
    return this.openRead(path);
  }

  create(path: string): number {
    const name = basename(path);
    return this.do('create', name, () => {
      if (this.files.has(name)) throw systemError('EEXIST', 'open');
      if (this.room <= 0) throw systemError('ENOSPC', 'open');
      const file = new SimFile();
      this.changeName(null, name, file);
      return this.fdOf(file);
    });
  }

  read(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const file = this.fileOf(fd);
    const act = (): number => file.read(bytes, at, length, position);
    // Most are of no interest, and there are very many.
    if (this.planned?.only === 'read') return this.do('read', this.nameOf(file), act);
    this.check();
    return act();
  }

  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
    const file = this.fileOf(fd);
    let taken = length;
    if (this.random.chance(this.shortPercent) && length > 1) {
      taken = 1 + this.random.below(length - 1);
      this.counts.shortWrite += 1;
    }
    const isCutShort = (): void => {
      file.write(bytes, at, this.random.below(taken + 1), position);
    };
    const act = (): number => this.grow(file, bytes, at, taken, position);
    return this.do('write', this.nameOf(file), act, isCutShort);
  }

  size(fd: number): number {
    this.check();
    return this.fileOf(fd).size;
  }

  truncate(fd: number, length: number): void {
    const file = this.fileOf(fd);
    this.do('truncate', this.nameOf(file), () => file.truncate(length));
  }

  fdatasync(fd: number): void {
    const file = this.fileOf(fd);
    const inPart = (): void => this.countLoss(file.syncInPart(this.random));
    this.do('fdatasync', this.nameOf(file), () => file.sync(), inPart);
  }

  /** Nothing is kept in memory alone once it is synced, so there is nothing to forget. */
  forget(fd: number): void {
    this.check();
    this.fileOf(fd);
  }

  rename(from: string, to: string): void {
    const [old, name] = [basename(from), basename(to)];
    this.do('rename', name, () => {
      const file = this.files.get(old);
      if (file === undefined) throw systemError('ENOENT', 'rename');
      this.changeName(old, name, file);
    });
  }

  unlink(path: string): void {
    const name = basename(path);
    this.do('unlink', name, () => {
      const file = this.files.get(name);
      if (file === undefined) throw systemError('ENOENT', 'unlink');
      this.changeName(name, null, file);
    });
  }

  fsyncDirectory(): void {
    this.do('fsyncDirectory', '.', () => {
      this.synced = new Map(this.files);
      this.changes = [];
    });
  }

  close(fd: number): void {
    this.check();
    if (!this.open.delete(fd)) throw systemError('EBADF', 'close');
  }

  /** The server is gone from now on. */
  stop(crash: Crash): void {
    this.crash ??= crash;
    this.planned = null;
  }

  /** The machine comes back, with room on its disk. */
  restart(): void {
    if (this.crash === 'powerCut') this.losePower();
    this.crash = null;
    this.planned = null;
    this.room = Number.POSITIVE_INFINITY;
    this.open.clear();
  }

  /** The files as they are seen, to be looked at or damaged at rest. */
  get contents(): ReadonlyMap<string, SimFile> {
    return this.files;
  }

  /** Everything that is on the disk. */
  copy(): Map<string, SimFile> {
    return new Map([...this.files].map(([name, file]) => [name, file.copy()]));
  }

  /** Puts a copy of everything back, synced. */
  restore(copy: ReadonlyMap<string, SimFile>): void {
    this.files = new Map([...copy].map(([name, file]) => [name, file.copy()]));
    for (const file of this.files.values()) file.sync();
    this.synced = new Map(this.files);
    this.changes = [];
  }

  private grow(
    file: SimFile,
    bytes: Uint8Array,
    at: number,
    length: number,
    position: number,
  ): number {
    const growth = file.growth(position + length);
    const taken = growth > this.room ? length - (growth - this.room) : length;
    if (taken <= 0 && length > 0) throw systemError('ENOSPC', 'write');
    this.room -= Math.min(growth, this.room);
    file.write(bytes, at, taken, position);
    return taken;
  }

  /** Does a call, unless it is planned to fail or to be the last. */
  private do<T>(call: Call, name: string, act: () => T, inPart: () => void = () => {}): T {
    this.check();
    this.onCall(call, name);
    const { planned } = this;
    if (planned === null || (planned.only ?? call) !== call) return act();
    planned.left -= 1;
    if (planned.left > 0) return act();
    this.planned = null;
    if (planned.what === 'error') {
      this.counts.diskError += 1;
      inPart();
      throw systemError('EIO', call);
    }
    this.counts.crashInCall += 1;
    // Before the call, in it, or behind it, when nobody hears any more that it was done.
    const where = this.random.below(3);
    // What a process had written when it was killed stays with the system.
    const isPartial = planned.what === 'powerCut' || call === 'write';
    if (where === 1 && isPartial) inPart();
    else if (where === 2) act();
    this.stop(planned.what);
    throw new MachineOff();
  }

  private losePower(): void {
    const { random } = this;
    const isInOrder = random.chance(50);
    const first = random.below(this.changes.length + 1);
    this.changes.forEach(({ taken, given, file }, i) => {
      if (isInOrder ? i >= first : random.chance(50)) return;
      if (taken !== null && this.synced.get(taken) === file) this.synced.delete(taken);
      if (given !== null) this.synced.set(given, file);
    });
    this.changes = [];
    this.files = new Map(this.synced);
    for (const file of this.files.values()) this.countLoss(file.losePower(random));
  }

  private countLoss({ sectors, tornWrites }: Loss): void {
    this.counts.lostSectors += sectors;
    this.counts.tornWrites += tornWrites;
  }

  private changeName(taken: string | null, given: string | null, file: SimFile): void {
    if (taken !== null) this.files.delete(taken);
    if (given !== null) this.files.set(given, file);
    this.changes.push({ taken, given, file });
  }

  private check(): void {
    if (this.crash !== null) throw new MachineOff();
  }

  private fdOf(file: SimFile): number {
    this.lastFd += 1;
    this.open.set(this.lastFd, file);
    return this.lastFd;
  }

  private fileOf(fd: number): SimFile {
    const file = this.open.get(fd);
    if (file === undefined) throw systemError('EBADF', 'fd');
    return file;
  }

  private nameOf(file: SimFile): string {
    for (const [name, one] of this.files) if (one === file) return name;
    return '(no name)';
  }
}

export function systemError(code: keyof typeof ERRNO, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: ERRNO[code], syscall });
}
