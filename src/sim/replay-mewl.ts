// Replays a MEWL workload as its README says that a core with accounts and ids is driven, and
// hashes what comes of it over MEWL's own ids. Memory grows with the live orders, not with the
// file.

import * as codes from '../core/codes.ts';
import type { CoreEvent, OrderOfEvent } from '../core/plain-events.ts';
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
  terms: Terms;
  clOrdId: number;
  orderId: number;
  leaves: number;
  /** A replace is under way. */
  isChanging: boolean;
}

/** A command under way. */
interface Sent {
  readonly record: number;
  readonly order: LiveOrder;
  /** The terms that it gives the order; undefined: a cancel. */
  readonly terms: Terms | undefined;
}

interface Terms {
  /** Ticks. */
  readonly price: number;
  /** Lots, filled ones too. */
  readonly total: number;
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
      const underWayMax = replay.underWayMax(run, at);
      if (underWayMax !== undefined) await venue.settle(underWayMax);
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
  /** In the order in which they were sent. */
  private readonly sent: Sent[] = [];

  constructor(workload: file.MewlFile, venue: Venue) {
    this.workload = workload;
    this.venue = venue;
    venue.define(INSTRUMENT);
    venue.listen((event) => this.hear(event));
  }

  /**
   * How many commands may still be under way when the record is played; undefined: as many as are.
   */
  underWayMax(run: Buffer, at: number): number | undefined {
    const under = this.sent.length;
    if (under === 0) return undefined;
    const needed = this.answersNeeded(run, at);
    const room = under < COMMANDS_UNDER_WAY_MAX ? under : COMMANDS_UNDER_WAY_MAX >> 1;
    return needed === 0 && room === under ? undefined : Math.min(under - needed, room);
  }

  /**
   * How many answers must come first. Of a replaced order must be known what it has filled so far,
   * of a canceled one under which id it goes now, of one that seems to live on whether it does.
   */
  private answersNeeded(run: Buffer, at: number): number {
    const { sent } = this;
    const type = run[at]!;
    const order = this.byId.get(run.readUInt32LE(at + 12));
    if (order === undefined || (type === file.MEWL_CANCEL && !order.isChanging)) return 0;
    if (type === file.MEWL_LIMIT || type === file.MEWL_IOC) return sent.length;
    return sent.findLastIndex((command) => mayTouch(command, order)) + 1;
  }

  play(run: Buffer, at: number, record: number): void {
    const type = run[at]!;
    const id = run.readUInt32LE(at + 12);
    const order = this.byId.get(id);
    const clOrdId = clOrdIdOf(record);
    if (type === file.MEWL_LIMIT || type === file.MEWL_IOC) {
      if (order !== undefined) this.workload.fail(`order ${id} is live already`, record);
      this.enter(run, at, id, record, type === file.MEWL_IOC ? codes.TIF_IOC : codes.TIF_GTC);
    } else if (order === undefined) {
      this.unmatched(id, record);
    } else if (type === file.MEWL_CANCEL) {
      const { account } = order;
      this.sent.push({ record, order, terms: undefined });
      this.venue.send({ cmd: codes.COMMAND_CANCEL, account, clOrdId: order.clOrdId });
    } else {
      order.isChanging = true;
      const price = run.readUInt32LE(at + 8);
      const qty = order.terms.total + run.readUInt32LE(at + 4) - order.leaves;
      this.sent.push({ record, order, terms: { price, total: qty } });
      const { account, clOrdId: origClOrdId } = order;
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

  private enter(run: Buffer, at: number, id: number, record: number, tif: number): void {
    const clOrdId = clOrdIdOf(record);
    const side = run[at + 1]!;
    const qty = run.readUInt32LE(at + 4);
    const price = run.readUInt32LE(at + 8);
    const account = 2 * (id % 8) + side + 1;
    const terms = { price, total: qty };
    const order = {
      id,
      account,
      side,
      terms,
      clOrdId,
      orderId: 0,
      leaves: qty,
      isChanging: false,
    };
    this.byId.set(id, order);
    this.byClOrdId.set(clOrdId, order);
    this.sent.push({ record, order, terms });
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
      price,
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
        order.terms = this.sent[0]!.terms!;
        order.leaves = event.order.leaves;
        this.byClOrdId.set(order.clOrdId, order);
        break;
      }
      case codes.EVENT_REJECTED:
        this.refused(event.cmd, event.reason, event.clOrdId);
        break;
    }
    if (event.end) this.sent.shift();
  }

  private refused(cmd: number, reason: number, clOrdId: number): void {
    const { record, order } = this.sent[0]!;
    if (cmd === codes.COMMAND_CANCEL && reason === codes.REJECT_UNKNOWN_ORDER) {
      // It was sent before it was known that the order has gone.
      this.unmatched(order.id, record);
      return;
    }
    if (cmd === codes.COMMAND_NEW) this.forget(clOrdId);
    order.isChanging = false;
    this.outcome.rejected += 1;
    const refusal = `${codes.COMMAND_NAMES[cmd]} ${clOrdId} is refused`;
    const why = codes.REJECT_NAMES[reason];
    noteDifference(this.outcome, `${this.workload.name}: ${refusal}: ${why}`);
  }

  private unmatched(id: number, record: number): void {
    this.outcome.unmatched += 1;
    const where = `${this.workload.name}:record ${record}`;
    noteDifference(this.outcome, `${where}: order ${id} is not live`);
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

/** A record's id as its owner's name for the order: it grows, and 0 is none. */
function clOrdIdOf(record: number): number {
  return record + 1;
}

/** True when the order may change by a command: it is the order's own, or may trade with it. */
function mayTouch(command: Sent, order: LiveOrder): boolean {
  if (command.order === order) return true;
  if (command.terms === undefined || command.order.side === order.side) return false;
  const [limit, price] = [command.terms.price, order.terms.price];
  return order.side === codes.SIDE_BUY ? limit <= price : limit >= price;
}
