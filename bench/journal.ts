// What the journal costs: its checksum, appending batches of 64 B, 4 KB and 64 KB (1, 64 and 1,024
// commands) for each durability, and reading back. One JSON object a line. Writes at most
// `--megabytes` at a time into a new directory under `--dir`, and takes it away again; a directory
// in memory shows nothing of the disk.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { crc32 } from '../src/journal/crc32.ts';
import { newIdentity } from '../src/journal/journal-identity.ts';
import { readJournal } from '../src/journal/journal-reader.ts';
import { type Durability, JournalWriter } from '../src/journal/journal-writer.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    seconds: { type: 'string', default: '1' },
    megabytes: { type: 'string', default: '256' },
  },
});
const nsMax = Number(values.seconds) * 1e9;
const bytesMax = Number(values.megabytes) * 1e6;
const RING_SLOTS = 16_384;
const SLOT_BYTES = 64;

const identity = newIdentity(DEFAULT_LIMITS);
const prng = new Prng(1);
const ring = new Int32Array(new SharedArrayBuffer(RING_SLOTS * SLOT_BYTES));
for (let i = 0; i < ring.length; i++) ring[i] = prng.word();

function now(): number {
  return Number(process.hrtime.bigint());
}

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function percentile(sorted: Float64Array, share: number): number {
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)]!) / 1000;
}

function timeChecksum(bytes: number): void {
  const words = bytes / 4;
  const copy = new Int32Array(ring);
  let crc = 0;
  let calls = 0;
  let ns = 0;
  for (let round = 0; round < 3; round++) {
    calls = 0;
    const begun = now();
    while (now() - begun < 2e8) {
      for (let i = 0; i < 64; i++) crc += crc32(copy, (i * words) % (copy.length - words), words);
      calls += 64;
    }
    ns = now() - begun;
  }
  say({ bench: 'crc32', bytes, megabytesPerSecond: Math.round((calls * bytes * 1e3) / ns) });
  if (crc === 0) throw new Error('no checksum was made');
}

/** Appends and syncs batch after batch until time or bytes are used up. */
function timeAppends(durability: Durability, commands: number, isWarmUp: boolean): void {
  const dir = mkdtempSync(join(values.dir, 'ringside-bench-'));
  try {
    const writer = new JournalWriter({ dir, durability, identity, nextSequence: 1 });
    const batchesMax = Math.floor(bytesMax / (commands * SLOT_BYTES));
    const latencies = new Float64Array(batchesMax);
    const begun = now();
    let before = begun;
    let batches = 0;
    while (batches < batchesMax && before - begun < (isWarmUp ? 2e8 : nsMax)) {
      const slot = (batches * commands) & (RING_SLOTS - 1);
      writer.append(ring, slot * COMMAND_WORDS, commands);
      writer.sync();
      const after = now();
      latencies[batches] = after - before;
      before = after;
      batches += 1;
    }
    const ns = before - begun;
    writer.close();
    if (isWarmUp) return;
    const sorted = latencies.subarray(0, batches).sort();
    say({
      bench: 'append',
      durability,
      batchBytes: commands * SLOT_BYTES,
      batches,
      commandsPerSecond: Math.round((batches * commands * 1e9) / ns),
      megabytesPerSecond: Math.round((batches * commands * SLOT_BYTES * 1e3) / ns),
      p50Us: percentile(sorted, 0.5),
      p99Us: percentile(sorted, 0.99),
    });
    if (durability === 'os') timeReading(dir, commands);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function timeReading(dir: string, batchCommands: number): void {
  const begun = now();
  const { commands } = readJournal(dir, () => {});
  const ns = now() - begun;
  say({
    bench: 'read',
    batchBytes: batchCommands * SLOT_BYTES,
    commands,
    commandsPerSecond: Math.round((commands * 1e9) / ns),
    megabytesPerSecond: Math.round((commands * SLOT_BYTES * 1e3) / ns),
  });
}

for (const bytes of [64, 4096, 65_536]) timeChecksum(bytes);
for (const durability of ['none', 'os', 'fsync'] as const) {
  for (const commands of [1, 64, 1024]) {
    timeAppends(durability, commands, true);
    timeAppends(durability, commands, false);
  }
}
