// What a journal says of itself in every header: who it is, and under which limits its commands
// were taken. The limits belong to the log: whether the core refused an order for `capacity`
// depends on them, so a replay has to run under the same ones.

import { randomBytes } from 'node:crypto';
import { WordHash } from '../base/hash.ts';
import { LARGEST_LIMITS, type Limits } from '../core/limits.ts';

export interface JournalIdentity {
  /** Random, given when a directory gets its first segment. */
  readonly idLow: number;
  readonly idHigh: number;
  readonly limits: Limits;
}

/** In the order in which headers carry them. */
export const LIMIT_NAMES = Object.keys(LARGEST_LIMITS) as (keyof Limits)[];

/** An identity that no other journal has. */
export function newIdentity(limits: Limits): JournalIdentity {
  const id = randomBytes(8);
  return { idLow: id.readInt32LE(0), idHigh: id.readInt32LE(4), limits };
}

/** Writes the limits from word `at` on; returns how many there are. */
export function writeLimits(limits: Limits, words: Int32Array, at: number): number {
  LIMIT_NAMES.forEach((name, i) => {
    words[at + i] = limits[name];
  });
  return LIMIT_NAMES.length;
}

/** The limits from word `at` on; null when there are not as many as this program has. */
export function readLimits(words: Int32Array, at: number, count: number): Limits | null {
  if (count !== LIMIT_NAMES.length) return null;
  const limits = LIMIT_NAMES.map((name, i) => [name, words[at + i]!]);
  return Object.fromEntries(limits) as unknown as Limits;
}

/** The limits that differ, as `name: before → now`; '' when none does. */
export function limitChanges(before: Limits, now: Limits): string {
  const changed = LIMIT_NAMES.filter((name) => before[name] !== now[name]);
  return changed.map((name) => `${name}: ${before[name]} → ${now[name]}`).join(', ');
}

/** Hash of everything in the configuration that the meaning of the log depends on: low, high. */
export function configurationHash(limits: Limits): [low: number, high: number] {
  const hash = new WordHash();
  for (const name of LIMIT_NAMES) {
    for (const character of name) hash.add(character.codePointAt(0)!);
    hash.add(limits[name]);
  }
  const hex = hash.hex();
  return [Number.parseInt(hex.slice(8), 16) | 0, Number.parseInt(hex.slice(0, 8), 16) | 0];
}
