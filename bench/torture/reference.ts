// What the exchange has to be: the commands of the journal's files from the first one on, taken out
// as schemas/journal.md draws them, without a look at snapshots and without the code that recovers,
// and applied to a new core. What clients were told is compared with its reports.

import { highWordOfBigint, lowWordOfBigint } from '../../src/base/words.ts';
import { EVENT_CANCELED, EVENT_NEW, EVENT_REPLACED } from '../../src/core/codes.ts';
import { C_REQUEST, C_SESSION, COMMAND_WORDS } from '../../src/core/command-slot.ts';
import { apply, createCore } from '../../src/core/engine.ts';
import type { EventOut } from '../../src/core/event-buffer.ts';
import * as e from '../../src/core/event-slot.ts';
import type { Limits } from '../../src/core/limits.ts';
import {
  hasInstrument,
  queuedStops,
  type RestingOrder,
  restingOrders,
  stateHash,
  type WaitingStop,
  waitingStops,
} from '../../src/core/views.ts';
import { ReportLedger, readLedger } from '../../src/session/report-ledger.ts';
import { REQUEST_MAX } from '../../src/wire/frame-kinds.ts';
import { REPORT_WORDS } from '../../src/wire/report-layout.ts';
import { batchesIn, segmentsIn } from './journal-bytes.ts';
import type { Trader } from './trader.ts';

const EVENT_SLOTS = 4_096;
const ALL_REPORTS = 1 << 28;
const INSTRUMENT = 1;

export class Reference implements EventOut {
  readonly slots = new Int32Array(EVENT_SLOTS * e.EVENT_WORDS);
  readonly mask = EVENT_SLOTS - 1;
  cursor = 0;
  limit = EVENT_SLOTS;
  /** Commands applied. */
  commands = 0;
  /** Effects that were there twice. */
  readonly doubled: string[] = [];
  private read = 0;
  private readonly core;
  private readonly ledger = new ReportLedger(ALL_REPORTS);
  private readonly effects = new Set<string>();
  /** How often each request of each session is in the log. */
  private readonly requests = new Map<string, number>();

  /** Replays the journal in `data` up to command `lastSequence`; default: all of it. */
  constructor(data: string, limits: Limits, lastSequence = Number.MAX_SAFE_INTEGER) {
    this.core = createCore(limits, this);
    const batches = segmentsIn(data).flatMap((segment) => batchesIn(segment));
    for (const { slots } of batches) {
      for (let at = 0; at < slots.length && this.commands < lastSequence; at += COMMAND_WORDS) {
        const key = `${slots[at + C_SESSION]} ${slots[at + C_REQUEST]! >>> 0}`;
        this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
        apply(this.core, slots, at);
        this.commands += 1;
      }
    }
    this.makeRoom();
  }

  get stateHash(): string {
    return stateHash(this.core);
  }

  makeRoom(): void {
    for (let i = this.read; i !== this.cursor; i = (i + 1) | 0) {
      this.note((i & this.mask) << e.EVENT_SHIFT);
    }
    this.ledger.onEvents(this.slots, this.mask, this.read, this.cursor);
    this.read = this.cursor;
    this.limit = (this.cursor + EVENT_SLOTS) | 0;
  }

  /** How many times the log has a command of this session and request. */
  timesTaken(session: number, request: number): number {
    return this.requests.get(`${session} ${request}`) ?? 0;
  }

  /** Requests of clients that the log has more than once, as "session request". */
  get repeatedRequests(): string[] {
    const ofClients = [...this.requests].filter(([key]) => {
      const [session, request] = key.split(' ').map(Number) as [number, number];
      return session !== 0 && request <= REQUEST_MAX;
    });
    return ofClients.filter(([, times]) => times > 1).map(([key]) => key);
  }

  /** Whether an order of an account ever had this id. */
  hasEntered(account: number, clOrdId: bigint): boolean {
    const [low, high] = [lowWordOfBigint(clOrdId), highWordOfBigint(clOrdId)];
    return this.effects.has(`entered ${account} ${high} ${low}`);
  }

  /**
   * Reports that a client got and that the log does not give word for word, of its first `count`;
   * these have to be all that there are when `isAll`.
   */
  lostReports(trader: Trader, count: number, isAll: boolean): number {
    const words = joined(this.ledger.save());
    const entry = readLedger(words).find(({ session }) => session === trader.session);
    const there = entry?.count ?? 0;
    let lost = isAll && there !== count ? Math.abs(there - count) : Math.max(0, count - there);
    for (let i = 0; i < Math.min(count, there); i++) {
      const at = entry!.at + i * REPORT_WORDS;
      const own = i * REPORT_WORDS;
      if (!isEqual(words, at, trader.reports, own)) lost += 1;
    }
    return lost;
  }

  /** Orders of an account, as texts that are easy to compare. */
  openOrders(account: number): string[] {
    if (!hasInstrument(this.core, INSTRUMENT)) return [];
    const sides = [0, 1];
    const resting = sides.flatMap((side) => restingOrders(this.core, INSTRUMENT, side));
    const stops = sides.flatMap((side) => waitingStops(this.core, INSTRUMENT, side));
    const all: (RestingOrder | WaitingStop)[] = [
      ...resting,
      ...stops,
      ...queuedStops(this.core, INSTRUMENT),
    ];
    const own = all.filter((order) => order.account === account);
    return own.map(({ orderId, clOrdId, leaves }) => `${orderId} ${clOrdId} ${leaves}`).sort();
  }

  private note(at: number): void {
    const { slots } = this;
    const type = slots[at + e.E_HEAD]! & e.EVENT_TYPE_MASK;
    if (type !== EVENT_NEW && type !== EVENT_REPLACED && type !== EVENT_CANCELED) return;
    const isEntry = type !== EVENT_CANCELED;
    const account = slots[at + e.E_ACCOUNT]!;
    const [low, high] = isEntry
      ? [slots[at + e.E_CLORDID_LOW]!, slots[at + e.E_CLORDID_HIGH]!]
      : [slots[at + e.E_ORDER_LOW]!, slots[at + e.E_ORDER_HIGH]!];
    const effect = isEntry ? `entered ${account} ${high} ${low}` : `canceled ${high} ${low}`;
    if (this.effects.has(effect)) this.doubled.push(effect);
    this.effects.add(effect);
  }
}

/** What a client was told of its open orders, as `Reference.openOrders` has it. */
export function openOrdersOf({ openOrders }: Trader): string[] {
  return openOrders.map((o) => `${o.orderId} ${o.clOrdId} ${o.leaves}`).sort();
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function isEqual(a: Int32Array, aAt: number, b: Int32Array, bAt: number): boolean {
  for (let i = 0; i < REPORT_WORDS; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}
