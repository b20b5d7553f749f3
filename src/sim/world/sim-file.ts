// A file on the simulated disk: what programs read of it, and what of it would outlive a power cut.
//
//   bytes     as the system shows them: every write is there at once
//   synced    as they are on the disk since the last sync
//   unsynced  writes and changes of length since then, in order
//
// After a power cut each sector of an unsynced write is as it was, or as one of these writes left
// it, whatever became of its neighbours; the length is one of those that the file had since. A
// sector is never half written (schemas/journal.md says who relies on that).

import type { Prng } from '../../base/prng.ts';

export const SECTOR_BYTES = 512;

/** Whole sectors from `at` on as a write left them, and the size that the file had then. */
interface Change {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly isTruncation: boolean;
}

/** What a power cut did to a file. */
export interface Loss {
  sectors: number;
  tornWrites: number;
}

export class SimFile {
  size = 0;
  private bytes = new Uint8Array(SECTOR_BYTES);
  private synced = new Uint8Array(SECTOR_BYTES);
  private syncedSize = 0;
  private unsynced: Change[] = [];
  /** Something is shown that a power cut may lose. */
  private isAtRisk = false;
  /** Some of it is taken for clean. */
  private hasLost = false;

  /** Bytes that a write up to `end` would add. */
  growth(end: number): number {
    return Math.max(0, end - this.size);
  }

  read(into: Uint8Array, at: number, length: number, position: number): number {
    const end = Math.min(this.size, position + length);
    if (end <= position) return 0;
    into.set(this.bytes.subarray(position, end), at);
    return end - position;
  }

  write(from: Uint8Array, at: number, length: number, position: number): void {
    this.bytes = withRoom(this.bytes, position + length);
    this.bytes.set(from.subarray(at, at + length), position);
    this.size = Math.max(this.size, position + length);
    this.note(position, position + length, false);
  }

  truncate(length: number): void {
    const [from, to] = [Math.min(length, this.size), Math.max(length, this.size)];
    this.bytes = withRoom(this.bytes, to);
    this.bytes.fill(0, from, to);
    this.size = length;
    this.note(from, to, true);
  }

  /** All that was written is on the disk. */
  sync(): void {
    for (const { at, bytes } of this.unsynced) this.persist(bytes, at);
    this.syncedSize = this.size;
    this.unsynced = [];
    this.isAtRisk = this.hasLost;
  }

  /**
   * A sync that fails: some sectors are on the disk, and the system takes the others for clean, so
   * that no later sync will write them.
   */
  syncInPart(random: Prng): Loss {
    // A file system that loses a change of length takes no more writes at all.
    const truncations = this.unsynced.filter(({ isTruncation }) => isTruncation);
    const loss = this.settle(random);
    this.hasLost = true;
    for (const { at, bytes } of truncations) this.persist(bytes, at);
    this.syncedSize = this.size;
    return loss;
  }

  /** The machine lost its power. */
  losePower(random: Prng): Loss {
    const loss = this.settle(random);
    if (!this.isAtRisk) return loss;
    this.isAtRisk = false;
    this.hasLost = false;
    this.size = this.syncedSize;
    this.bytes = this.synced.slice();
    this.bytes.fill(0, this.size);
    return loss;
  }

  /** Turns a bit at rest. */
  flip(position: number, bit: number): void {
    this.bytes[position]! ^= 1 << bit;
    if (position < this.synced.length) this.synced[position]! ^= 1 << bit;
  }

  /** Puts other bytes there, at rest. */
  replace(bytes: Uint8Array, position: number): void {
    this.bytes.set(bytes, position);
    this.persist(bytes, position);
  }

  /** The same file with everything that is not synced. */
  copy(): SimFile {
    const file = new SimFile();
    file.size = this.size;
    file.bytes = this.bytes.slice();
    file.synced = this.synced.slice();
    file.syncedSize = this.syncedSize;
    file.unsynced = [...this.unsynced];
    file.isAtRisk = this.isAtRisk;
    file.hasLost = this.hasLost;
    return file;
  }

  get hasUnsynced(): boolean {
    return this.unsynced.length > 0;
  }

  /** A view of all of it. */
  contents(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }

  /** The sectors from byte `from` to byte `to` have changed. */
  private note(from: number, to: number, isTruncation: boolean): void {
    const at = from - (from % SECTOR_BYTES);
    const bytes = this.bytes.slice(at, Math.ceil(to / SECTOR_BYTES) * SECTOR_BYTES);
    this.isAtRisk = true;
    this.unsynced.push({ at, bytes, size: this.size, isTruncation });
  }

  /** Decides for each unsynced sector which of its versions is on the disk. */
  private settle(random: Prng): Loss {
    const { unsynced } = this;
    const loss = { sectors: 0, tornWrites: 0 };
    if (unsynced.length === 0) return loss;
    const sizes = [this.syncedSize, ...unsynced.map(({ size }) => size)];
    // Much of what happens is all or nothing; the rest is anything.
    const percent = random.pick([0, 100, 50, 90, 10]);
    for (const { at, bytes } of unsynced) {
      let kept = 0;
      let sectors = 0;
      for (let from = 0; from < bytes.length; from += SECTOR_BYTES) {
        sectors += 1;
        if (!random.chance(percent)) continue;
        kept += 1;
        this.persist(bytes.subarray(from, from + SECTOR_BYTES), at + from);
      }
      loss.sectors += sectors - kept;
      if (kept > 0 && kept < sectors) loss.tornWrites += 1;
    }
    this.syncedSize = random.chance(percent) ? this.size : random.pick(sizes);
    this.synced = withRoom(this.synced, this.syncedSize);
    this.unsynced = [];
    return loss;
  }

  private persist(bytes: Uint8Array, at: number): void {
    this.synced = withRoom(this.synced, at + bytes.length);
    this.synced.set(bytes, at);
  }
}

/** The same bytes with zeros behind them, whole sectors, if they do not reach to `end`. */
function withRoom(bytes: Uint8Array, end: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= end) return bytes as Uint8Array<ArrayBuffer>;
  const sectors = Math.max(Math.ceil(end / SECTOR_BYTES), (bytes.length * 2) / SECTOR_BYTES);
  const grown = new Uint8Array(sectors * SECTOR_BYTES);
  grown.set(bytes);
  return grown;
}
