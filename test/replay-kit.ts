// What the tests of replays share: sources in memory, files in a directory of their own, zip files,
// and the program run as a user runs it.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { CoreVenue } from '../src/sim/core-venue.ts';
import type { ReplayRun } from '../src/sim/replay-player.ts';
import { ByteSource } from '../src/sim/replay-sources.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Real market data, not the project's to carry. */
export const DATA = join(ROOT, '../shared/data');

export const PROGRAM = join(ROOT, 'dist/ringside.js');

/** The text of a file of test/fixtures. */
export function fixture(name: string): string {
  return readFileSync(fixturePath(name), 'utf8');
}

export function fixturePath(name: string): string {
  return join(ROOT, 'test/fixtures', name);
}

/** A source in memory that comes in chunks of `chunkBytes`. */
export function sourceOf(
  name: string,
  content: string | Uint8Array,
  chunkBytes = 65_536,
): ByteSource {
  const bytes = Buffer.from(content as Uint8Array);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield bytes.subarray(at, at + chunkBytes);
    }
  }
  return new ByteSource(name, bytes.length, chunks());
}

/** A replay through a core of its own, as fast as it goes. */
export function verifyingRun(): ReplayRun {
  return { venue: new CoreVenue(SMALL), verify: true, pace: undefined };
}

export const SMALL = { orders: 4096, accounts: 64, instruments: 8, pages: 4096 };

/**
 * Writes files into a new directory, which is removed after the test; the answer is their paths.
 */
export function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return Object.entries(contents).map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}

export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs `ringside replay` with these arguments, and Node with `nodeOptions`. */
export function replay(
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve) => {
    const all = [...nodeOptions, PROGRAM, 'replay', ...args];
    execFile(process.execPath, all, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code ?? -1);
      resolve({ status, stdout, stderr });
    });
  });
}

/** A text with line `line` (from 1) changed, or left out when `change` answers undefined. */
export function withLine(
  text: string,
  line: number,
  change: (line: string) => string | undefined,
): string {
  const lines = text.split('\n');
  const changed = change(lines[line - 1]!);
  lines.splice(line - 1, 1, ...(changed === undefined ? [] : [changed]));
  return lines.join('\n');
}

/** A zip file of stored members. `checksum` lets a test write a wrong one. */
export function zipOf(
  members: Readonly<Record<string, string | Uint8Array>>,
  checksum: (bytes: Buffer) => number = (bytes) => crc32(bytes),
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const bytes = Buffer.from(content as Uint8Array);
    const local = Buffer.alloc(30);
    const central = Buffer.alloc(46);
    local.writeUInt32LE(0x04034b50, 0);
    central.writeUInt32LE(0x02014b50, 0);
    // The local header's fields from `version needed` on are those of the central one, 2 bytes
    // later.
    for (const [header, at] of [
      [local, 4],
      [central, 6],
    ] as const) {
      header.writeUInt16LE(20, at);
      header.writeUInt32LE(checksum(bytes), at + 10);
      header.writeUInt32LE(bytes.length, at + 14);
      header.writeUInt32LE(bytes.length, at + 18);
      header.writeUInt16LE(name.length, at + 22);
    }
    central.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), bytes);
    directory.push(central, Buffer.from(name));
    offset += local.length + name.length + bytes.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}
