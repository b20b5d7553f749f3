// The highest clOrdId that each configured account has used, followed from the event stream,
// whoever sent the command: a refused new or replace uses its id up too.

import { wordsToBigint } from '../base/words.ts';
import {
  COMMAND_NEW,
  COMMAND_REPLACE,
  EVENT_NEW,
  EVENT_REJECTED,
  EVENT_REPLACED,
} from '../core/codes.ts';
import * as e from '../core/event-slot.ts';

export class HighestIds {
  /** Word pairs low, high by place. */
  private readonly ids: Int32Array;
  /** Account numbers as int32, to the first word of their pair. */
  private readonly places = new Map<number, number>();

  /** `accounts`: their numbers; one that is there twice counts once. */
  constructor(accounts: readonly number[]) {
    for (const account of accounts) {
      if (!this.places.has(account | 0)) this.places.set(account | 0, this.places.size * 2);
    }
    this.ids = new Int32Array(this.places.size * 2);
  }

  /** Three words for each account: its number, and the highest id that it used. */
  restore(words: Int32Array): void {
    for (let at = 0; at < words.length; at += 3) {
      const place = this.places.get(words[at]!);
      if (place === undefined) continue;
      this.ids[place] = words[at + 1]!;
      this.ids[place + 1] = words[at + 2]!;
    }
  }

  /** Looks at the event at word `at`. */
  follow(slots: Int32Array, at: number): void {
    const head = slots[at + e.E_HEAD]!;
    const type = head & e.EVENT_TYPE_MASK;
    if (type === EVENT_REJECTED) {
      const command = (head >>> e.EVENT_COMMAND_SHIFT) & e.EVENT_COMMAND_MASK;
      if (command !== COMMAND_NEW && command !== COMMAND_REPLACE) return;
    } else if (type !== EVENT_NEW && type !== EVENT_REPLACED) {
      return;
    }
    const place = this.places.get(slots[at + e.E_ACCOUNT]!);
    if (place === undefined) return;
    const low = slots[at + e.E_CLORDID_LOW]!;
    const high = slots[at + e.E_CLORDID_HIGH]!;
    if (isAbove(low, high, this.ids[place]!, this.ids[place + 1]!)) {
      this.ids[place] = low;
      this.ids[place + 1] = high;
    }
  }

  /** uint64; 0 when the account has used none. The account is one of the configured ones. */
  of(account: number): bigint {
    const place = this.places.get(account | 0)!;
    return wordsToBigint(this.ids[place]!, this.ids[place + 1]!);
  }
}

/** Compares two uint64 of two words each. */
function isAbove(low: number, high: number, otherLow: number, otherHigh: number): boolean {
  if (high !== otherHigh) return high >>> 0 > otherHigh >>> 0;
  return low >>> 0 > otherLow >>> 0;
}
