// The numbered reports of all sessions as snapshots carry them: made of the event stream alone,
// like those of every I/O thread, but for whatever session there is, configured today or not.
//
//   words of a ledger
//     0  number of sessions, then for each
//        its number · number of its first retained report (low, high) · how many · the reports

import { assert } from '../base/assert.ts';
import { highWord, lowWord, wordsToNumber } from '../base/words.ts';
import { EVENT_SHIFT } from '../core/event-slot.ts';
import { RETAINED_REPORTS } from '../wire/frame-kinds.ts';
import { REPORT_WORDS } from '../wire/report-layout.ts';
import { fillReport, ROUTE_WORDS, ROUTES_MAX, routeEvent } from './report-router.ts';
import { ChunkPool, ReportStore, wordInChunk } from './report-store.ts';

const ENTRY_WORDS = 4;
const SPARE_CHUNKS = 256;

/** A session's reports in a ledger's words. */
export interface LedgerEntry {
  /** Session number as int32. */
  readonly session: number;
  readonly first: number;
  readonly count: number;
  /** First word of the first report. */
  readonly at: number;
}

export class ReportLedger {
  private readonly pool = new ChunkPool(SPARE_CHUNKS);
  private readonly retained: number;
  /** By session number as int32. */
  private readonly stores = new Map<number, ReportStore>();
  private readonly routes = new Int32Array(ROUTES_MAX * ROUTE_WORDS);

  /** Keeps the last `retained` reports of each session. */
  constructor(retained = RETAINED_REPORTS) {
    this.retained = retained;
  }

  /** Takes in events `from` … `end - 1` (wrapping int32): event i lies in slot `i & mask`. */
  onEvents(slots: Int32Array, mask: number, from: number, end: number): void {
    const { routes } = this;
    for (let i = from | 0; i !== (end | 0); i = (i + 1) | 0) {
      const at = (i & mask) << EVENT_SHIFT;
      const count = routeEvent(slots, at, routes);
      for (let route = 0; route < count; route++) {
        const store = this.storeOf(routes[route * ROUTE_WORDS]!);
        const what = routes[route * ROUTE_WORDS + 1]!;
        const chunk = store.add();
        fillReport(slots, at, what, store.addedLow, store.addedHigh, chunk, store.addedAt);
      }
    }
  }

  /** The words of the ledger, as views: good until the next event. */
  save(): Int32Array[] {
    const parts: Int32Array[] = [Int32Array.of(this.stores.size)];
    for (const [session, store] of this.stores) {
      const first = Math.max(store.first, store.next - this.retained);
      const count = store.next - first;
      parts.push(Int32Array.of(session, lowWord(first), highWord(first), count));
      for (let number = first; number < store.next; ) {
        const run = store.runFrom(number);
        const at = wordInChunk(number);
        parts.push(store.chunkOf(number).subarray(at, at + run * REPORT_WORDS));
        number += run;
      }
    }
    return parts;
  }

  /** Takes back what `save` gave. Only while nothing was taken in. */
  restore(words: Int32Array): void {
    assert(this.stores.size === 0, 'only a new ledger is restored');
    for (const entry of readLedger(words)) {
      this.storeOf(entry.session).takeOver(entry.first, words, entry.at, entry.count);
    }
  }

  private storeOf(session: number): ReportStore {
    const known = this.stores.get(session);
    if (known !== undefined) return known;
    const store = new ReportStore(this.pool, this.retained);
    this.stores.set(session, store);
    return store;
  }
}

/** The sessions in a ledger's words. */
export function readLedger(words: Int32Array): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let at = 1;
  for (let i = 0; i < words[0]!; i++) {
    assert(at + ENTRY_WORDS <= words.length, 'a ledger has all its sessions');
    const first = wordsToNumber(words[at + 1]!, words[at + 2]!);
    const count = words[at + 3]!;
    entries.push({ session: words[at]!, first, count, at: at + ENTRY_WORDS });
    at += ENTRY_WORDS + count * REPORT_WORDS;
  }
  assert(at === words.length, 'a ledger has nothing else');
  return entries;
}
