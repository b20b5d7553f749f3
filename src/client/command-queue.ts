// Commands on their way: waiting to be sent, or sent and unanswered.
//
//   add ──▶ waiting ──take──▶ unanswered ──answered──▶ gone
//              ▲                  │
//              └───── takeBack ───┘   the server never got them
//
// Invariants: commands are sent in the order in which they were issued, also again. Not more are
// unanswered than the server gives credits.
// Limits: WAITING_COMMANDS_MAX.

import { assert } from '../base/assert.ts';
import type { ClientError } from './client-error.ts';
import { WAITING_COMMANDS_MAX } from './client-limits.ts';
import type { Pending } from './command-result.ts';
import type { OpenOrder } from './execution-report.ts';

export class CommandQueue {
  private waiting: Pending[] = [];
  /** By request, in the order of sending. */
  private unanswered = new Map<number, Pending>();
  private credits = 0;

  get isFull(): boolean {
    return this.waiting.length >= WAITING_COMMANDS_MAX;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.unanswered.size === 0;
  }

  get hasUnanswered(): boolean {
    return this.unanswered.size > 0;
  }

  /** How many may be unanswered from now on. */
  setCredits(credits: number): void {
    this.credits = credits;
  }

  add(pending: Pending): void {
    assert(!this.isFull, 'room for one more');
    this.waiting.push(pending);
  }

  /** Takes the next ones to be sent: at most `max`, and no more than there are credits for. */
  take(max: number): Pending[] {
    const room = Math.min(max, this.credits - this.unanswered.size);
    const batch = room > 0 ? this.waiting.splice(0, room) : [];
    for (const pending of batch) {
      assert(!this.unanswered.has(pending.command.request), 'one command for each request');
      this.unanswered.set(pending.command.request, pending);
    }
    return batch;
  }

  /** The unanswered command of this request, if there is one. */
  find(request: number): Pending | undefined {
    return this.unanswered.get(request);
  }

  /** The command of this request has its answer. */
  answered(request: number): void {
    const wasThere = this.unanswered.delete(request);
    assert(wasThere, 'a command is answered once');
  }

  /** The server never got the unanswered ones: they are to be sent before all others. */
  takeBack(): void {
    this.waiting = [...this.unanswered.values(), ...this.waiting];
    this.unanswered.clear();
  }

  /** What became of the unanswered ones can no longer be known. */
  giveUp(open: readonly OpenOrder[]): void {
    const lost = [...this.unanswered.values()];
    this.unanswered.clear();
    for (const pending of lost) pending.giveUp(open);
  }

  /** There will be no answers. */
  fail(error: ClientError): void {
    const all = [...this.unanswered.values(), ...this.waiting];
    this.unanswered.clear();
    this.waiting = [];
    for (const pending of all) pending.fail(error);
  }
}
