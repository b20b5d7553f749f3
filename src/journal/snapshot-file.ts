// Snapshots on disk (snapshot-layout.ts): written under another name, synced, renamed, and read
// back before anybody counts on them.

import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import type { Limits } from '../core/limits.ts';
import { STATE_VERSION } from '../core/snapshot.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, readFully, writeFully } from './disk.ts';
import {
  configurationHash,
  type JournalIdentity,
  readLimits,
  writeLimits,
} from './journal-identity.ts';
import { sequenceAt } from './segment-header.ts';
import * as n from './snapshot-layout.ts';

export const SNAPSHOT_NEW_NAME = 'snapshot.new';
const NAME = /^snapshot-(\d{20})\.state$/;
const DIGITS = 20;
const STEP_WORDS = 262_144;
/** Written between two syncs, so that no sync of the journal waits behind a whole snapshot. */
const SYNC_BYTES = 8_388_608;

export interface SnapshotHead extends JournalIdentity {
  /** Command sequence of the last command in it. */
  readonly sequence: number;
  readonly chain: number;
  readonly stateVersion: number;
  /** The exchange's clock, ns: low and high word. */
  readonly clock: readonly [low: number, high: number];
}

export interface SectionEntry {
  readonly kind: number;
  readonly words: number;
  readonly crc: number;
}

export interface Snapshot {
  readonly head: SnapshotHead;
  readonly sections: ReadonlyMap<number, Int32Array>;
}

export type SnapshotCode =
  /** It fails a checksum, is cut, or contradicts itself. */
  | 'damaged'
  /** Sound, but of a version that this program does not know. */
  | 'unknown_version';

/** A snapshot cannot be used. Recovery takes the one before. */
export class SnapshotUnusable extends Error {
  readonly code: SnapshotCode;
  readonly file: string;

  constructor(code: SnapshotCode, file: string, reason: string) {
    super(`${file} cannot be used: ${reason} (${code})`);
    this.name = 'SnapshotUnusable';
    this.code = code;
    this.file = file;
  }
}

export interface SnapshotFile {
  readonly file: string;
  /** By its name. */
  readonly sequence: number;
}

/** The snapshots of a directory, newest first. */
export function listSnapshots(disk: Disk, dir: string): SnapshotFile[] {
  const names = disk.list(dir).filter((name) => NAME.test(name));
  const newestFirst = names.sort().reverse();
  return newestFirst.map((name) => ({
    file: join(dir, name),
    sequence: Number(NAME.exec(name)![1]),
  }));
}

/** Path of the snapshot up to a command sequence. */
export function snapshotPath(dir: string, sequence: number): string {
  return join(dir, `snapshot-${String(sequence).padStart(DIGITS, '0')}.state`);
}

/**
 * Writes a snapshot in steps of 1 MiB, after each of which the caller may do something else (but
 * not change what is written). At its end the snapshot is on the disk under its name, and was read
 * back; the generator returns its path. Throws the error of the disk, or SnapshotUnusable when it
 * could not be read back; then nothing of it is left under its name.
 */
export function* writeSnapshot(
  dir: string,
  head: SnapshotHead,
  sections: readonly n.Section[],
  disk: Disk,
): Generator<void, string> {
  const temporary = join(dir, SNAPSHOT_NEW_NAME);
  const path = snapshotPath(dir, head.sequence);
  const fd = disk.create(temporary);
  try {
    const header = encodeHead(head, sections);
    yield* writeParts(disk, fd, [header, ...sections.flatMap(({ parts }) => parts)]);
    disk.fdatasync(fd);
  } catch (error) {
    drop(disk, fd, temporary);
    throw error;
  }
  disk.close(fd);
  try {
    verifySnapshot(temporary, disk);
    disk.rename(temporary, path);
  } catch (error) {
    disk.unlink(temporary);
    throw error;
  }
  disk.fsyncDirectory(dir);
  return path;
}

function* writeParts(disk: Disk, fd: number, parts: readonly Int32Array[]): Generator<void> {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const stepWords = Math.min(STEP_WORDS, total);
  const buffer = new Int32Array(stepWords);
  const bytes = new Uint8Array(buffer.buffer);
  let position = 0;
  let synced = 0;
  let staged = 0;
  const flush = (): void => {
    writeFully(disk, fd, bytes, 0, staged * 4, position);
    position += staged * 4;
    staged = 0;
    if (position - synced < SYNC_BYTES) return;
    disk.fdatasync(fd);
    synced = position;
  };
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const words = Math.min(stepWords - staged, part.length - at);
      buffer.set(part.subarray(at, at + words), staged);
      at += words;
      staged += words;
      if (staged < stepWords) continue;
      flush();
      yield;
    }
  }
  flush();
}

function drop(disk: Disk, fd: number, path: string): void {
  try {
    disk.close(fd);
    disk.unlink(path);
  } catch {
    // The first error is the one that matters; a start takes the file away.
  }
}

function encodeHead(head: SnapshotHead, sections: readonly n.Section[]): Int32Array {
  assert(sections.length <= n.SECTIONS_MAX, 'a header has room for all sections');
  const words = new Int32Array(n.SNAPSHOT_HEADER_WORDS);
  words[n.N_MAGIC_LOW] = n.SNAPSHOT_MAGIC_LOW;
  words[n.N_MAGIC_HIGH] = n.SNAPSHOT_MAGIC_HIGH;
  words[n.N_VERSION] = n.SNAPSHOT_VERSION;
  words[n.N_HEADER_BYTES] = n.SNAPSHOT_HEADER_BYTES;
  words[n.N_SEQUENCE_LOW] = lowWord(head.sequence);
  words[n.N_SEQUENCE_HIGH] = highWord(head.sequence);
  words[n.N_ID_LOW] = head.idLow;
  words[n.N_ID_HIGH] = head.idHigh;
  [words[n.N_CONFIG_LOW], words[n.N_CONFIG_HIGH]] = configurationHash(head.limits);
  words[n.N_STATE_VERSION] = head.stateVersion;
  words[n.N_CHAIN] = head.chain;
  words[n.N_LIMIT_COUNT] = writeLimits(head.limits, words, n.N_LIMITS);
  words[n.N_SECTION_COUNT] = sections.length;
  [words[n.N_CLOCK_LOW], words[n.N_CLOCK_HIGH]] = head.clock;
  sections.forEach(({ kind, parts }, i) => {
    const at = n.N_SECTIONS + i * n.SECTION_ENTRY_WORDS;
    words[at] = kind;
    words[at + 1] = parts.reduce((sum, part) => sum + part.length, 0);
    words[at + 2] = parts.reduce((crc, part) => crc32c(part, 0, part.length, crc), 0);
  });
  words[n.N_CRC] = crc32c(words, 0, n.N_CRC);
  return words;
}

/** Reads a snapshot and checks all of it. Throws SnapshotUnusable, or the error of the disk. */
export function readSnapshot(file: string, disk: Disk): Snapshot {
  const sections = new Map<number, Int32Array>();
  const head = readSections(file, disk, ({ kind, words }, part, at) => {
    if (at === 0) sections.set(kind, new Int32Array(words));
    sections.get(kind)!.set(part, at);
  });
  return { head, sections };
}

/** The same without keeping anything; returns the head. */
export function verifySnapshot(file: string, disk: Disk): SnapshotHead {
  return readSections(file, disk, () => {});
}

/** Gives every section in parts, from word `at` of it on; a part is good during the call only. */
function readSections(
  file: string,
  disk: Disk,
  onPart: (entry: SectionEntry, part: Int32Array, at: number) => void,
): SnapshotHead {
  const fd = disk.openRead(file);
  try {
    const { head, entries } = readHead(file, fd, disk);
    const largest = Math.max(0, ...entries.map((entry) => entry.words));
    const buffer = new Int32Array(Math.min(STEP_WORDS, largest));
    const bytes = new Uint8Array(buffer.buffer);
    let position = n.SNAPSHOT_HEADER_BYTES;
    for (const entry of entries) {
      let crc = 0;
      let at = 0;
      do {
        const words = Math.min(buffer.length, entry.words - at);
        // A file that is shorter by now gives what was there before, and so the wrong CRC.
        readFully(disk, fd, bytes, 0, words * 4, position);
        crc = crc32c(buffer, 0, words, crc);
        onPart(entry, buffer.subarray(0, words), at);
        at += words;
        position += words * 4;
      } while (at < entry.words);
      const name = n.SECTION_NAMES[entry.kind] ?? entry.kind;
      const reason = `its section ${name} is damaged`;
      if (crc !== entry.crc) throw new SnapshotUnusable('damaged', file, reason);
    }
    return head;
  } finally {
    disk.close(fd);
  }
}

/** The head and the table of sections of an open snapshot, whose size has to fit them. */
export function readHead(
  file: string,
  fd: number,
  disk: Disk,
): { head: SnapshotHead; entries: SectionEntry[] } {
  const words = new Int32Array(n.SNAPSHOT_HEADER_WORDS);
  const fail = (code: SnapshotCode, reason: string): never => {
    throw new SnapshotUnusable(code, file, reason);
  };
  const got = readFully(disk, fd, new Uint8Array(words.buffer), 0, words.byteLength, 0);
  if (got < words.byteLength) fail('damaged', 'it ends inside its header');
  if (crc32c(words, 0, n.N_CRC) !== words[n.N_CRC]) fail('damaged', 'its header is damaged');
  const isMagic =
    words[n.N_MAGIC_LOW] === n.SNAPSHOT_MAGIC_LOW &&
    words[n.N_MAGIC_HIGH] === n.SNAPSHOT_MAGIC_HIGH;
  if (!isMagic) fail('damaged', 'it is not a snapshot');
  const limits = readLimits(words, n.N_LIMITS, words[n.N_LIMIT_COUNT]!);
  const isKnown =
    words[n.N_VERSION] === n.SNAPSHOT_VERSION && words[n.N_STATE_VERSION] === STATE_VERSION;
  if (!isKnown || limits === null) fail('unknown_version', 'another version of ringside wrote it');
  const head = headOf(words, limits!);
  const name = Number(NAME.exec(file.split('/').at(-1)!)?.[1] ?? head.sequence);
  if (name !== head.sequence) fail('damaged', `its header says it is of command ${head.sequence}`);
  const entries = Array.from({ length: words[n.N_SECTION_COUNT]! }, (_, i) => {
    const at = n.N_SECTIONS + i * n.SECTION_ENTRY_WORDS;
    return { kind: words[at]!, words: words[at + 1]! >>> 0, crc: words[at + 2]! };
  });
  const bytes = entries.reduce((sum, entry) => sum + entry.words * 4, n.SNAPSHOT_HEADER_BYTES);
  const size = disk.size(fd);
  if (size !== bytes) fail('damaged', `it has ${size} bytes, not ${bytes}`);
  return { head, entries };
}

function headOf(words: Int32Array, limits: Limits): SnapshotHead {
  return {
    sequence: sequenceAt(words, n.N_SEQUENCE_LOW),
    idLow: words[n.N_ID_LOW]!,
    idHigh: words[n.N_ID_HIGH]!,
    chain: words[n.N_CHAIN]!,
    stateVersion: words[n.N_STATE_VERSION]!,
    clock: [words[n.N_CLOCK_LOW]!, words[n.N_CLOCK_HIGH]!],
    limits,
  };
}
