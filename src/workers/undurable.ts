// Commands that are in the command ring and not durable: when the disk fails, those who sent them
// are told.

import { C_REQUEST, C_SEQUENCE, C_SESSION } from '../core/command-slot.ts';
import type { Ring } from '../ring/ring.ts';
import { CURSOR } from '../ring/ring-layout.ts';

/**
 * Session and request, two words each, of the commands from sequence `durable` (its low word) on. A
 * slot that is claimed and not filled yet has an older sequence, and is left out.
 */
export function undurableCommands(ring: Ring, durable: number): number[] {
  const pairs: number[] = [];
  const { words } = ring;
  const end = Atomics.load(words, CURSOR);
  for (let sequence = durable | 0; ((end - sequence) | 0) > 0; sequence = (sequence + 1) | 0) {
    const at = ring.slotAt(sequence);
    if (words[at + C_SEQUENCE] !== sequence) continue;
    pairs.push(words[at + C_SESSION]!, words[at + C_REQUEST]!);
  }
  return pairs;
}
