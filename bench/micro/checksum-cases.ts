// The journal's checksum over batches of commands.

import { Prng } from '../../src/base/prng.ts';
import { COMMAND_WORDS } from '../../src/core/command-slot.ts';
import { crc32 } from '../../src/journal/crc32.ts';
import type { MicroCase } from './micro-case.ts';

const COMMANDS = [1, 64, 1_024];

export function checksumCases(): MicroCase[] {
  const prng = new Prng(1);
  const words = Int32Array.from({ length: COMMANDS.at(-1)! * COMMAND_WORDS }, () => prng.word());
  return COMMANDS.map((count) => {
    const length = count * COMMAND_WORDS;
    const expected = crc32(words, 0, length);
    const run = (): void => {
      if (crc32(words, 0, length) !== expected) throw new Error('another checksum');
    };
    return { name: `crc32 of ${count} commands`, perCall: count, run };
  });
}
