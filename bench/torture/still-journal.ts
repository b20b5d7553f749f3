// A sound journal in memory, written by the journal's own writer, with what is known of it.

import { readFileSync } from 'node:fs';
import { Prng } from '../../src/base/prng.ts';
import { C_SEQUENCE, COMMAND_WORDS } from '../../src/core/command-slot.ts';
import { newIdentity } from '../../src/journal/journal-identity.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { BATCH_HEADER_BYTES } from '../../src/journal/segment-layout.ts';
import { dropFolder, LIMITS, newFolder } from './child-server.ts';
import { batchesIn, segmentsIn } from './journal-bytes.ts';

const BATCH_COMMANDS_MAX = 40;
/** Share of the last segment that is used in the end, at least. */
const FILLED = 0.9;
const CHAIN_OFFSET = 44;

export interface StillSegment {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Command sequence of its first command. */
  readonly first: number;
  /** Chain value that it goes on from. */
  readonly chain: number;
  /** Where each batch begins, and the byte behind the last. */
  readonly offsets: readonly number[];
  /** Sequence of the command before each of these places. */
  readonly before: readonly number[];
}

export interface StillJournal {
  readonly dir: string;
  readonly segments: readonly StillSegment[];
  /** All commands, numbered: command n begins at word (n - 1) * COMMAND_WORDS. */
  readonly slots: Int32Array;
  readonly commands: number;
}

/** At least `count` full segments of `segmentBytesMax` bytes, of batches of random length. */
export function makeJournal(seed: number, count: number, segmentBytesMax: number): StillJournal {
  const prng = new Prng(seed);
  const dir = newFolder();
  const identity = newIdentity(LIMITS);
  const options = { dir, durability: 'os', identity, segmentBytesMax, nextSequence: 1 } as const;
  const writer = new JournalWriter(options);
  const parts: Int32Array[] = [];
  let begun = 1;
  while (begun < count || writer.fill < FILLED) {
    const slots = slotsOf(prng, prng.between(1, BATCH_COMMANDS_MAX), writer.nextSequence);
    const bytes = writer.fill * segmentBytesMax + BATCH_HEADER_BYTES + slots.byteLength;
    if (bytes > segmentBytesMax) begun += 1;
    writer.append(slots, 0, slots.length / COMMAND_WORDS);
    parts.push(slots);
  }
  const segments = segmentsIn(dir).map(segmentAt);
  const slots = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    slots.set(part, at);
    at += part.length;
  }
  dropFolder(dir);
  return { dir, segments, slots, commands: slots.length / COMMAND_WORDS };
}

/** Commands as clients send them, as far as a journal can tell: small numbers, many zeros. */
function slotsOf(prng: Prng, count: number, first: number): Int32Array {
  const slots = new Int32Array(count * COMMAND_WORDS);
  for (let i = 0; i < slots.length; i++) slots[i] = prng.chance(30) ? 0 : prng.below(100_000);
  for (let i = 0; i < count; i++) slots[i * COMMAND_WORDS + C_SEQUENCE] = first + i;
  return slots;
}

function segmentAt(path: string): StillSegment {
  const bytes = new Uint8Array(readFileSync(path));
  const batches = batchesIn(path);
  const last = batches.at(-1)!;
  const view = new DataView(bytes.buffer);
  return {
    path,
    bytes,
    first: batches[0]!.first,
    chain: view.getInt32(CHAIN_OFFSET, true),
    offsets: [...batches.map(({ offset }) => offset), last.offset + last.bytes],
    before: [
      ...batches.map(({ first }) => first - 1),
      last.first - 1 + last.slots.length / COMMAND_WORDS,
    ],
  };
}
