// Replays a MEWL workload as its README says that a core with accounts and ids is driven, and
// hashes what comes of it over MEWL's own ids. Memory grows with the live orders, not with the
// file.

import * as codes from '../core/codes.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain.ts';
import * as file from './replay-mewl-file.ts';
import { emptyOutcome, noteDifference, type Outcome } from './replay-player.ts';
import type { ByteSource } from './replay-sources.ts';
import { COMMANDS_UNDER_WAY_MAX, type Venue } from './venue.ts';

export interface MewlOutcome extends Outcome {
  records: number;
  tradedQty: number;
  /** FNV-1a over aggressor id, resting id, price, quantity of every trade. */
  tradeHash: number;
  liveOrders: number;
  /** FNV-1a over id, price, quantity of every order that rests in the end. */
  bookHash: number;
}

/** The part of FILE.expected.json that an engine must reach. */
export interface MewlExpected {
  trades: number;
  tradedQty: number;
  tradeHash: number;
  bookHash: number;
}

interface LiveOrder {
  readonly id: number;
  readonly account: number;
  readonly side: number;
  clOrdId: number;
  orderId: number;
  total: number;
  leaves: number;
  /** A replace is under way. */
  isChanging: boolean;
}

const INSTRUMENT = 1;
const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** Replays a workload. Throws an InputError when the file is wrong or torn. */
export async function replayMewl(source: ByteSource, venue: Venue): Promise<MewlOutcome> {
  const workload = new file.MewlFile(source);
  const replay = new MewlReplay(workload, venue);
  let record = 0;
  for (let run = await workload.next(); run !== undefined; run = await workload.next()) {
    for (let at = 0; at < run.length; at += file.RECORD_BYTES) {
      workload.check(run, at, record);
      if (replay.needsAnswers(run, at) || record % COMMANDS_UNDER_WAY_MAX === 0) {
        const settled = venue.settle();
        if (settled !== undefined) await settled;
      }
      replay.play(run, at, record);
      record += 1;
    }
  }
  await venue.settle();
  await replay.end(record);
  return replay.outcome;
}

/** Notes what is not as expected.json says; `path` is that file's. */
export function compareMewl(outcome: MewlOutcome, expected: MewlExpected, path: string): void {
  for (const key of ['trades', 'tradedQty', 'tradeHash', 'bookHash'] as const) {
    if (outcome[key] === expected[key]) continue;
    const what = `${key}: expected ${expected[key]}, got ${outcome[key]}`;
    noteDifference(outcome, `${path}: ${what}`);
  }
}

class MewlReplay {
  readonly outcome: MewlOutcome = {
    ...emptyOutcome(),
    records: 0,
    tradedQty: 0,
    tradeHash: FNV_BASIS,
    liveOrders: 0,
    bookHash: FNV_BASIS,
  };
  private readonly workload: file.MewlFile;
  private readonly venue: Venue;
  private readonly byId = new Map<number, LiveOrder>();
  private readonly byClOrdId = new Map<number, LiveOrder>();

  constructor(workload: file.MewlFile, venue: Venue) {
    this.workload = workload;
    this.venue = venue;
    venue.define(INSTRUMENT);
    venue.listen((event) => this.hear(event));
  }

  /** What a replaced order has filled so far must be known, and under which id it goes now. */
  needsAnswers(run: Buffer, at: number): boolean {
    const type = run[at]!;
    if (type === file.MEWL_REPLACE) return true;
    return (
      type === file.MEWL_CANCEL && this.byId.get(run.readUInt32LE(at + 12))?.isChanging === true
    );
  }

  play(run: Buffer, at: number, record: number): void {
    const type = run[at]!;
    const id = run.readUInt32LE(at + 12);
    const order = this.byId.get(id);
    // The id is its name for its owner: it grows, and 0 is none.
    const clOrdId = record + 1;
    if (type === file.MEWL_LIMIT || type === file.MEWL_IOC) {
      if (order !== undefined) this.workload.fail(`order ${id} is live already`, record);
      this.enter(run, at, id, clOrdId, type === file.MEWL_IOC ? codes.TIF_IOC : codes.TIF_GTC);
    } else if (order === undefined) {
      this.outcome.unmatched += 1;
      const where = `${this.workload.name}:record ${record}`;
      noteDifference(this.outcome, `${where}: order ${id} is not live`);
    } else if (type === file.MEWL_CANCEL) {
      const { account } = order;
      this.venue.send({ cmd: codes.COMMAND_CANCEL, account, clOrdId: order.clOrdId });
    } else {
      order.isChanging = true;
      order.total += run.readUInt32LE(at + 4) - order.leaves;
      const price = run.readUInt32LE(at + 8);
      const { account, clOrdId: origClOrdId, total: qty } = order;
      const cmd = codes.COMMAND_REPLACE;
      this.venue.send({ cmd, account, origClOrdId, clOrdId, qty, price });
    }
  }

  /** Hashes the book that is left. `records` is how many there were. */
  async end(records: number): Promise<void> {
    const { outcome } = this;
    const idOf = new Map<number, number>();
    for (const order of this.byId.values()) idOf.set(order.orderId, order.id);
    let hash = FNV_BASIS;
    for (const side of [codes.SIDE_BUY, codes.SIDE_SELL]) {
      for (const order of await this.venue.restingOrders(INSTRUMENT, side)) {
        hash = Math.imul(hash ^ (idOf.get(order.orderId) ?? 0), FNV_PRIME);
        hash = Math.imul(hash ^ order.price, FNV_PRIME);
        hash = Math.imul(hash ^ order.leaves, FNV_PRIME);
        outcome.liveOrders += 1;
      }
    }
    outcome.records = records;
    outcome.bookHash = hash >>> 0;
    outcome.tradeHash >>>= 0;
  }

  private enter(run: Buffer, at: number, id: number, clOrdId: number, tif: number): void {
    const side = run[at + 1]!;
    const qty = run.readUInt32LE(at + 4);
    const account = 2 * (id % 8) + side + 1;
    const order = {
      id,
      account,
      side,
      clOrdId,
      orderId: 0,
      total: qty,
      leaves: qty,
      isChanging: false,
    };
    this.byId.set(id, order);
    this.byClOrdId.set(clOrdId, order);
    this.venue.send({
      cmd: codes.COMMAND_NEW,
      instrument: INSTRUMENT,
      account,
      clOrdId,
      side,
      type: codes.TYPE_LIMIT,
      tif,
      postOnly: false,
      stp: codes.STP_CANCEL_AGGRESSOR,
      qty,
      price: run.readUInt32LE(at + 8),
    });
  }

  private hear(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_NEW:
        this.byClOrdId.get(event.order.clOrdId)!.orderId = event.order.orderId;
        break;
      case codes.EVENT_TRADE:
        this.trade(event.aggressor, event.resting, event.price, event.qty);
        break;
      case codes.EVENT_CANCELED:
        this.forget(event.order.clOrdId);
        break;
      case codes.EVENT_REPLACED: {
        const order = this.byClOrdId.get(event.origClOrdId)!;
        this.byClOrdId.delete(order.clOrdId);
        order.clOrdId = event.order.clOrdId;
        order.isChanging = false;
        order.leaves = event.order.leaves;
        this.byClOrdId.set(order.clOrdId, order);
        break;
      }
      case codes.EVENT_REJECTED: {
        if (event.cmd === codes.COMMAND_NEW) this.forget(event.clOrdId);
        this.outcome.rejected += 1;
        const what = `${codes.COMMAND_NAMES[event.cmd]} ${event.clOrdId}`;
        const refusal = `${what} is refused: ${codes.REJECT_NAMES[event.reason]}`;
        noteDifference(this.outcome, `${this.workload.name}: ${refusal}`);
        break;
      }
    }
  }

  private trade(aggressor: OrderOfEvent, resting: OrderOfEvent, price: number, qty: number): void {
    const { outcome } = this;
    const taker = this.byClOrdId.get(aggressor.clOrdId)!;
    const maker = this.byClOrdId.get(resting.clOrdId)!;
    let hash = outcome.tradeHash;
    hash = Math.imul(hash ^ taker.id, FNV_PRIME);
    hash = Math.imul(hash ^ maker.id, FNV_PRIME);
    hash = Math.imul(hash ^ price, FNV_PRIME);
    outcome.tradeHash = Math.imul(hash ^ qty, FNV_PRIME);
    outcome.trades += 1;
    outcome.tradedQty += qty;
    taker.leaves = aggressor.leaves;
    maker.leaves = resting.leaves;
    if (taker.leaves === 0) this.forget(taker.clOrdId);
    if (maker.leaves === 0) this.forget(maker.clOrdId);
  }

  private forget(clOrdId: number): void {
    const order = this.byClOrdId.get(clOrdId);
    if (order === undefined) return;
    this.byClOrdId.delete(clOrdId);
    this.byId.delete(order.id);
  }
}
