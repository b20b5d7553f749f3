import type { Ring } from './ring.ts';
import { CURSOR } from './ring-layout.ts';
import { sequenceAt } from './sequences.ts';

/** Where a ring stands: sequences, each as it was at some moment of the call. */
export interface RingPlaces {
  /** The end of all that was ever claimed. */
  readonly end: number;
  /** For each consumer the end of what it has committed. */
  readonly read: readonly number[];
}

export function placesOf(ring: Ring): RingPlaces {
  const end = Atomics.load(ring.words, CURSOR);
  const read: number[] = [];
  for (let i = 0; i < ring.consumers; i++) read.push(Atomics.load(ring.words, sequenceAt(i)));
  return { end, read };
}

/**
 * True when every consumer has committed all that was ever claimed. Lasting only when no one
 * produces.
 */
export function isRead(ring: Ring): boolean {
  const { end, read } = placesOf(ring);
  return read.every((place) => place === end);
}
