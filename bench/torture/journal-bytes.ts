// Where things lie in the journal's files, as schemas/journal.md draws them: without a look at a
// checksum, and without the code that reads the journal for the server.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SEGMENT_HEADER_BYTES = 128;
const BATCH_HEADER_BYTES = 32;
const SLOT_BYTES = 64;
/** "RSB" and format version 3. */
const BATCH_MAGIC = 0x03425352;

export interface Batch {
  readonly offset: number;
  readonly bytes: number;
  /** Command sequence of its first command. */
  readonly first: number;
  /** Its slots; none in a mark. */
  readonly slots: Int32Array;
}

/** Paths of the segments in a data directory, the first one first. */
export function segmentsIn(data: string): string[] {
  const names = readdirSync(data).filter((name) => name.endsWith('.segment'));
  return names.sort().map((name) => join(data, name));
}

/** The batches and marks of a segment, in order. */
export function batchesIn(segment: string): Batch[] {
  const bytes = readFileSync(segment);
  const words = new Int32Array(bytes.length >> 2);
  Buffer.from(words.buffer).set(bytes.subarray(0, words.byteLength));
  const batches: Batch[] = [];
  for (let offset = SEGMENT_HEADER_BYTES; words[offset >> 2] === BATCH_MAGIC; ) {
    const at = offset >> 2;
    const slotsAt = offset + BATCH_HEADER_BYTES;
    const end = slotsAt + words[at + 1]! * SLOT_BYTES;
    const first = words[at + 2]! >>> 0;
    const slots = words.subarray(slotsAt >> 2, end >> 2);
    batches.push({ offset, bytes: end - offset, first, slots });
    offset = end;
  }
  return batches;
}

/** Byte behind the last batch of a segment. */
export function endOf(segment: string): number {
  const last = batchesIn(segment).at(-1);
  return last === undefined ? SEGMENT_HEADER_BYTES : last.offset + last.bytes;
}
