// The answer to one question for the open orders: entries as they come out of the event stream,
// account by account, until they are sent.
//
// Invariants: an entry is sent exactly where it stands in the session's reports, after report
// `place - 1` and before report `place`, so that a client which reads in order needs no merging. A
// run is entries with the same place. Only the last run of an ended list may be empty: it carries
// the end.

import { assert } from '../base/assert.ts';
import { fillOpenOrder } from './report-router.ts';
import { type ChunkPool, ReportStore } from './report-store.ts';

interface Run {
  /** Number of the first report that comes after these entries. */
  place: number;
  /** Number, in the list, after the last of these entries. */
  end: number;
}

export class OpenOrderList {
  /** The client's number of the question. */
  readonly request: number;
  readonly entries: ReportStore;
  /** The next entry to send. */
  cursor = 1;
  /** Accounts of the session whose question is in the command ring. */
  accountsAsked = 0;
  private accountsUnanswered: number;
  private readonly runs: Run[] = [];

  /** `accounts` (from 1) will answer. */
  constructor(request: number, accounts: number, pool: ChunkPool) {
    assert(accounts > 0, 'a question to at least one account');
    this.request = request;
    this.entries = new ReportStore(pool, 0);
    this.entries.pin = this.cursor;
    this.accountsUnanswered = accounts;
  }

  /** Takes the EVENT_OPEN_ORDER at word `at` in. `place`: number of the session's next report. */
  add(slots: Int32Array, at: number, place: number): void {
    assert(this.accountsUnanswered > 0, 'an entry before the end');
    const chunk = this.entries.add();
    fillOpenOrder(slots, at, this.request, chunk, this.entries.addedAt);
    this.extendRun(place);
  }

  /** One account has answered. */
  endAccount(place: number): void {
    assert(this.accountsUnanswered > 0, 'an account answers once');
    this.accountsUnanswered -= 1;
    if (this.accountsUnanswered === 0) this.extendRun(place);
  }

  get isEnded(): boolean {
    return this.accountsUnanswered === 0;
  }

  /** Where the next frame of the list goes: before this report. Infinity: there is no frame yet. */
  get place(): number {
    return this.runs.length === 0 ? Number.POSITIVE_INFINITY : this.runs[0]!.place;
  }

  /** Entries that the next frame may hold: those of one place and one chunk. */
  get frameEntries(): number {
    return this.runs.length === 0
      ? 0
      : Math.min(this.runs[0]!.end - this.cursor, this.entries.runFrom(this.cursor));
  }

  /** True when a frame of the next `count` entries is the list's last. */
  isLast(count: number): boolean {
    return this.isEnded && this.runs.length === 1 && this.cursor + count === this.runs[0]!.end;
  }

  /** The next `count` entries were sent. */
  sent(count: number): void {
    assert(count <= this.frameEntries, 'entries that are there');
    this.cursor += count;
    this.entries.pin = this.cursor;
    if (this.cursor === this.runs[0]!.end) this.runs.shift();
  }

  private extendRun(place: number): void {
    const last = this.runs[this.runs.length - 1];
    if (last !== undefined && last.place === place) last.end = this.entries.next;
    else this.runs.push({ place, end: this.entries.next });
  }
}
