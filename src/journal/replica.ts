// A second core that is fed from the journal instead of the ring: recovery brings it to the log's
// end, and later it follows at its own pace, to be written down as a snapshot. So the core that
// trades never stops for one, and a snapshot is what a replay would give.
//
// Ownership: one thread. Memory: as much of a state as is in use, and what its followers keep.

import { assert } from '../base/assert.ts';
import { wordsToNumber } from '../base/words.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import type { Core } from '../core/core.ts';
import { apply, createCore } from '../core/engine.ts';
import type { EventOut } from '../core/event-buffer.ts';
import { EVENT_WORDS } from '../core/event-slot.ts';
import type { Limits } from '../core/limits.ts';
import { lookAhead } from '../core/look-ahead.ts';
import { lastSequence, restoreState, stateImage } from '../core/snapshot.ts';
import { SECTION_STATE, type Section } from './snapshot-layout.ts';

/** Something that is made of the events alone, and belongs to a snapshot. */
export interface EventFollower {
  /** Events `from` … `end - 1` (wrapping int32): event `n` is slot `n & mask` of `slots`. */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void;
  /** What it has to be given back by `restore`. */
  save(): Int32Array[];
  restore(words: Int32Array): void;
}

/** By the SECTION_* of the snapshot that is its own. */
export type Followers = ReadonlyMap<number, EventFollower>;

const EVENT_SLOTS = 4_096;

/** Events that are handed to the followers in the same thread. */
class FollowedEvents implements EventOut {
  readonly slots = new Int32Array(EVENT_SLOTS * EVENT_WORDS);
  readonly mask = EVENT_SLOTS - 1;
  cursor = 0;
  limit = EVENT_SLOTS;
  private read = 0;
  private readonly followers: readonly EventFollower[];

  constructor(followers: Followers) {
    this.followers = [...followers.values()];
  }

  makeRoom(): void {
    const { read, cursor } = this;
    if (read === cursor) return;
    for (const follower of this.followers) {
      follower.onEvents(this.slots, this.mask, read, cursor);
    }
    this.read = cursor;
    this.limit = (cursor + EVENT_SLOTS) | 0;
  }
}

export class Replica {
  readonly core: Core;
  readonly limits: Limits;
  /** The chain value of the journal behind the last command applied. */
  chain = 0;
  private readonly followers: Followers;
  private readonly events: FollowedEvents;
  private readonly run: (words: Int32Array, from: number, end: number) => void;

  constructor(limits: Limits, followers: Followers) {
    this.limits = limits;
    this.followers = followers;
    this.events = new FollowedEvents(followers);
    const core = createCore(limits, this.events);
    this.core = core;
    // A closure over the core, so that its memory is a constant to the compiler.
    this.run = (words, from, end) => {
      let due = from;
      for (let at = from; at < end; at += COMMAND_WORDS) {
        if (at === due) due = lookAhead(core, words, at, end);
        apply(core, words, at);
      }
    };
  }

  /** Command sequence of the next command to be applied. */
  get nextSequence(): number {
    const [low, high] = lastSequence(this.core);
    return wordsToNumber(low, high) + 1;
  }

  /** Applies `count` commands from word `at` of `words`. */
  apply(words: Int32Array, at: number, count: number): void {
    this.run(words, at, at + count * COMMAND_WORDS);
    this.events.makeRoom();
  }

  /** All that a snapshot has to hold, as views: good until the next command. */
  sections(): Section[] {
    const own = [...this.followers].map(([kind, one]) => ({ kind, parts: one.save() }));
    return [{ kind: SECTION_STATE, parts: stateImage(this.core.m) }, ...own];
  }

  /** Puts back what `sections` gave, for the same limits. Only while nothing was applied. */
  restore(sections: ReadonlyMap<number, Int32Array>, chain: number): void {
    assert(this.nextSequence === 1, 'only a new replica is restored');
    restoreState(this.core.m, sections.get(SECTION_STATE)!);
    for (const [kind, follower] of this.followers) follower.restore(sections.get(kind)!);
    this.chain = chain;
  }
}
