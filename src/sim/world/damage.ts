// Damage at rest: while the server is down, bits of a file flip, or somebody edits a command and
// makes its checksums right again.

import type { Prng } from '../../base/prng.ts';
import { C_PRICE, C_QTY } from '../../core/command-slot.ts';
import { crc32 } from '../../journal/crc32.ts';
import { crc32c } from '../../journal/crc32c.ts';
import * as s from '../../journal/segment-layout.ts';
import type { FaultCounts } from './faults.ts';
import type { SimDisk } from './sim-disk.ts';
import type { SimFile } from './sim-file.ts';

export interface Damage {
  readonly what: string;
  /** Everything as it was before. */
  readonly copy: ReadonlyMap<string, SimFile>;
  /** Mends what of it is still there. */
  mend(): void;
}

const FLIPS_MAX = 3;

/** Null: there is nothing that could be damaged. */
export function damageAtRest(disk: SimDisk, random: Prng, counts: FaultCounts): Damage | null {
  const names = [...disk.contents.keys()].filter((name) => /\.(segment|state)$/.test(name));
  if (names.length === 0) return null;
  const copy = disk.copy();
  // Much of it where the next start reads.
  const newest = names
    .filter((one) => one.endsWith('.segment'))
    .sort()
    .at(-1);
  const name = random.chance(40) && newest !== undefined ? newest : random.pick(names);
  const file = disk.contents.get(name)!;
  const isEdit = name.endsWith('.segment') && random.chance(50);
  const mend = (isEdit ? editBatch(file, random) : null) ?? flipBits(file, random);
  if (mend === null) return null;
  counts[mend.isEdit ? 'edit' : 'bitFlip'] += 1;
  return { what: `${mend.isEdit ? 'an edit in' : 'flipped bits in'} ${name}`, copy, ...mend };
}

interface Mend {
  readonly isEdit: boolean;
  mend(): void;
}

/** Mostly where something was written. */
function flipBits(file: SimFile, random: Prng): Mend | null {
  const bytes = file.contents();
  let used = bytes.length;
  while (used > 0 && bytes[used - 1] === 0) used -= 1;
  const end = random.chance(90) ? used : bytes.length;
  if (end === 0) return null;
  const flips = Array.from({ length: 1 + random.below(FLIPS_MAX) }, () => {
    const [position, bit] = [random.below(end), random.below(8)];
    file.flip(position, bit);
    return { position, bit };
  });
  const flipped = flips.map(({ position }) => file.contents()[position]);
  return {
    isEdit: false,
    mend() {
      flips.forEach(({ position, bit }, i) => {
        const isThere = file.contents()[position] === flipped[i];
        if (isThere) file.flip(position, bit);
      });
    },
  };
}

/** Edits a command of a batch that another follows: by itself the batch is sound. */
function editBatch(file: SimFile, random: Prng): Mend | null {
  const bytes = file.contents().slice(0, file.size & ~3);
  const words = new Int32Array(bytes.buffer);
  const batches = batchesOf(words);
  if (batches.length < 2) return null;
  const at = batches[random.below(batches.length - 1)]!;
  const count = words[at + s.B_COUNT]!;
  const slot = at + s.B_WORDS + random.below(count) * s.SLOT_WORDS;
  const position = at * 4;
  const length = s.BATCH_HEADER_BYTES + count * s.SLOT_BYTES;
  const before = bytes.slice(position, position + length);
  words[slot + random.pick([C_PRICE, C_QTY])]! ^= 1 + random.below(7);
  const slots = count * s.SLOT_WORDS;
  words[at + s.B_SLOTS_CRC] = crc32(words, at + s.B_WORDS, slots, words[at + s.B_CHAIN]);
  words[at + s.B_CRC] = crc32c(words, at, s.B_CRC);
  const edited = bytes.slice(position, position + length);
  file.replace(edited, position);
  return {
    isEdit: true,
    mend() {
      const now = file.contents().subarray(position, position + length);
      if (now.length === length && now.every((byte, i) => byte === edited[i])) {
        file.replace(before, position);
      }
    },
  };
}

/** Words at which batches of commands begin, as far as they are sound. */
function batchesOf(words: Int32Array): number[] {
  const found: number[] = [];
  for (let at = s.SEGMENT_HEADER_WORDS; at + s.B_WORDS <= words.length; ) {
    const count = words[at + s.B_COUNT]!;
    const end = at + s.B_WORDS + count * s.SLOT_WORDS;
    const isBatch = words[at] === s.BATCH_MAGIC && count >= 0 && end <= words.length;
    if (!isBatch || crc32c(words, at, s.B_CRC) !== words[at + s.B_CRC]) break;
    if (count > 0) found.push(at);
    at = end;
  }
  return found;
}
