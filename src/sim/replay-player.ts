import type { Pace } from './replay-pace.ts';
import type { Venue } from './venue.ts';

/** What every format's replay is given beside its files. */
export interface ReplayRun {
  readonly venue: Venue;
  /** Compare with the ground truth that the files hold. */
  readonly verify: boolean;
  /** Undefined: as fast as it goes. */
  readonly pace: Pace | undefined;
}

/** What every format's replay tells. */
export interface Outcome {
  trades: number;
  /** Commands that the venue refused; none in a sound replay. */
  rejected: number;
  /** Messages that ask for more than the book holds; none in a sound replay. */
  unmatched: number;
  /** `FILE:LINE: …` of the first thing that is not as the files say; undefined when all is. */
  firstDifference: string | undefined;
}

export function emptyOutcome(): Outcome {
  return { trades: 0, rejected: 0, unmatched: 0, firstDifference: undefined };
}

/** Keeps the first of all differences. */
export function noteDifference(outcome: Outcome, difference: string): void {
  outcome.firstDifference ??= difference;
}
