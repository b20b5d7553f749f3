// What the public knows of an instrument beside its book: its phase, and what its auction would
// trade if it ended now. Records are those of wire/feed-layout.ts.
//
// Invariants: an indicative stands for the auction in which it was published: none does after a
// change of phase (R6.5).
// Ownership: the publisher's thread alone.

import { assert } from '../base/assert.ts';
import { PHASE_CLOSED, PHASE_CONTINUOUS, PHASE_PRE_OPEN } from '../core/codes.ts';
import {
  I_PRICE,
  INDICATIVE_WORDS,
  P_DUE_HIGH,
  P_DUE_LOW,
  P_PHASE,
  PHASE_WORDS,
} from '../wire/feed-layout.ts';
import { WordList } from './word-list.ts';

export class InstrumentStatus {
  /** Changes of the command under way, in order. */
  readonly phases = new WordList(PHASE_WORDS);
  readonly indicatives = new WordList(INDICATIVE_WORDS);
  private readonly phaseRecord = new Int32Array(PHASE_WORDS);
  /** Its price is 0: there is none. */
  private readonly indicative = new Int32Array(INDICATIVE_WORDS);

  constructor() {
    this.phaseRecord[P_PHASE] = PHASE_CONTINUOUS;
  }

  /** PHASE_*. */
  get phase(): number {
    return this.phaseRecord[P_PHASE]!;
  }

  /** The instrument enters a phase; its timetable goes on at (low, high) ns, 0 = never. */
  enter(phase: number, dueLow: number, dueHigh: number): void {
    assert(phase >= PHASE_PRE_OPEN && phase <= PHASE_CLOSED, 'a phase');
    const record = this.phaseRecord;
    record[P_PHASE] = phase;
    record[P_DUE_LOW] = dueLow;
    record[P_DUE_HIGH] = dueHigh;
    this.indicative.fill(0);
    append(this.phases, record);
  }

  /** A new indicative: INDICATIVE_WORDS words from `at` of `source`. */
  indicate(source: Int32Array, at: number): void {
    for (let i = 0; i < INDICATIVE_WORDS; i++) this.indicative[i] = source[at + i]!;
    append(this.indicatives, this.indicative);
  }

  /** What the command changed is published. */
  clearChanges(): void {
    this.phases.clear();
    this.indicatives.clear();
  }

  /** Appends the phase as it is. */
  copyPhase(to: WordList): void {
    append(to, this.phaseRecord);
  }

  /** Appends the indicative, if there is one. */
  copyIndicative(to: WordList): void {
    if (this.indicative[I_PRICE] !== 0) append(to, this.indicative);
  }
}

function append(to: WordList, record: Int32Array): void {
  const at = to.extend(record.length);
  to.words.set(record, at);
}
