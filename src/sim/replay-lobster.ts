// Replays a LOBSTER day: every message as the order or cancel that it tells of, entered at the
// venue, which matches for itself.
//
// The files see a window of the best levels only. A level that leaves the window is taken out of
// our book, and one that comes back is entered as one anonymous order of the published size; only a
// level that lies beyond the row before can come back, so a wrong size in sight is never papered
// over.

import { SIDE_BUY, SIDE_NAMES, SIDE_SELL } from '../core/codes.ts';
import { INT32_MAX } from '../core/limits.ts';
import type { PriceLevel } from '../core/views.ts';
import {
  ANONYMOUS,
  INSTRUMENT,
  isBetter,
  LobsterBook,
  type QueuedOrder,
} from './replay-lobster-book.ts';
import * as files from './replay-lobster-files.ts';
import { emptyOutcome, noteDifference, type Outcome, type ReplayRun } from './replay-player.ts';
import type { ByteSource } from './replay-sources.ts';

export interface LobsterOutcome extends Outcome {
  messages: number;
  /** Rows of the orderbook file that were read. */
  rows: number;
  /** Rows that our book equals in every level of the window; null when not compared. */
  rowsEqual: number | null;
  /** Executions of an order that had another named order before it; applied as given. */
  outOfTurn: number;
  /** Executions of an order that had only anonymous quantity before it; applied as given. */
  beforeAnonymous: number;
  /** Messages that name an order we cannot see; taken out of the anonymous quantity. */
  unknownIds: number;
  /** Levels that came back into the window. */
  levelsAdopted: number;
  /** Levels that left it. */
  levelsDropped: number;
}

export interface LobsterFiles {
  messages: ByteSource;
  orderbook: ByteSource;
}

const SIDES = [SIDE_BUY, SIDE_SELL] as const;

/**
 * Replays a message file and its orderbook file. Throws an InputError when one is wrong or torn.
 */
export async function replayLobster(from: LobsterFiles, run: ReplayRun): Promise<LobsterOutcome> {
  const outcome: LobsterOutcome = {
    ...emptyOutcome(),
    messages: 0,
    rows: 0,
    rowsEqual: run.verify ? 0 : null,
    outOfTurn: 0,
    beforeAnonymous: 0,
    unknownIds: 0,
    levelsAdopted: 0,
    levelsDropped: 0,
  };
  const messages = new files.LobsterMessages(from.messages);
  const rows = new files.LobsterRows(from.orderbook);
  const replay = new LobsterReplay(run, outcome, messages, rows);
  for (
    let message = await messages.next();
    message !== undefined;
    message = await messages.next()
  ) {
    const row = await rows.next();
    if (row === undefined) {
      const wanted = `message ${messages.lines.line} of ${messages.lines.name}`;
      return rows.lines.fail(`the file ends before the row of ${wanted}`, rows.lines.line + 1);
    }
    await run.pace?.until(message.timeNs);
    await replay.play(message, row);
  }
  await run.venue.settle();
  if ((await rows.next()) !== undefined) {
    rows.lines.fail(`${messages.lines.name} ends before the message of this row`);
  }
  return outcome;
}

class LobsterReplay {
  private readonly run: ReplayRun;
  private readonly outcome: LobsterOutcome;
  private readonly messages: files.LobsterMessages;
  private readonly rows: files.LobsterRows;
  private readonly book: LobsterBook;
  /** The row before: what the file could see when the message at work happened. */
  private seen: files.LobsterRow | undefined;

  constructor(
    run: ReplayRun,
    outcome: LobsterOutcome,
    messages: files.LobsterMessages,
    rows: files.LobsterRows,
  ) {
    this.run = run;
    this.outcome = outcome;
    this.messages = messages;
    this.rows = rows;
    this.book = new LobsterBook(run.venue, outcome);
    this.book.where = () => `${messages.lines.name}:${messages.lines.line}`;
  }

  /** One message, and the row that says what the book is after it. */
  async play(message: files.LobsterMessage, row: files.LobsterRow): Promise<void> {
    this.book.clock(message.timeNs);
    if (this.seen === undefined) {
      this.seen = undone(row, message);
      await this.seed(this.seen);
    }
    this.outcome.messages += 1;
    this.apply(message);
    await this.adopt(this.seen, row, message);
    await this.run.venue.settle();
    this.seen = row;
    this.outcome.rows += 1;
    if (this.run.verify) await this.compare(row);
    this.drop(row);
  }

  private async seed(row: files.LobsterRow): Promise<void> {
    for (const side of SIDES) {
      const { prices } = row.sides[side];
      for (let level = 0; level < prices.length; level++) this.enterAnonymous(row, side, level);
    }
    await this.run.venue.settle();
  }

  private enterAnonymous(row: files.LobsterRow, side: 0 | 1, level: number): void {
    const { prices, sizes } = row.sides[side];
    const size = sizes[level]!;
    if (size > INT32_MAX) this.rows.lines.fail(`size ${size} is more than one order can have`);
    this.book.add(ANONYMOUS, side, prices[level]!, size);
  }

  private apply(message: files.LobsterMessage): void {
    if (message.type > files.MESSAGE_EXECUTE) return;
    const { book, outcome } = this;
    const { type, id, side, price, size } = message;
    const named = book.find(id);
    if (type === files.MESSAGE_ADD) {
      if (named !== undefined) this.messages.lines.fail(`order ${id} is in the book already`);
      book.add(id, side, price, size);
      return;
    }
    if (named === undefined) outcome.unknownIds += 1;
    const order = named ?? book.anonymous(side, price);
    if (order === undefined || order.side !== side || order.price !== price) {
      this.unmatched(`order ${id} is not in the book at ${price}`);
    } else if (order.leaves < size) {
      this.unmatched(`order ${id}: ${size} of the ${order.leaves} that are open`);
    } else if (type === files.MESSAGE_DELETE && named !== undefined) {
      book.cancel(order);
    } else if (type !== files.MESSAGE_EXECUTE) {
      book.reduce(order, size);
    } else {
      this.execute(order, size);
    }
  }

  // Where anonymous quantity stands in its queue is a guess, so an order that trades before it is
  // not out of turn; yet only an aggressor that the core matches with that very order makes the
  // same trade.
  private execute(order: QueuedOrder, size: number): void {
    const ahead = this.book.ahead(order);
    if (ahead === 'nobody') {
      this.book.execute(order, size);
      return;
    }
    if (ahead === 'anonymous') this.outcome.beforeAnonymous += 1;
    else this.outcome.outOfTurn += 1;
    this.book.reduce(order, size);
  }

  private unmatched(what: string): void {
    this.outcome.unmatched += 1;
    const { name, line } = this.messages.lines;
    noteDifference(this.outcome, `${name}:${line}: ${what}`);
  }

  // A level that came back into sight lies beyond all that a sound message changes, so its answer
  // need not be waited for.
  private async adopt(
    before: files.LobsterRow,
    after: files.LobsterRow,
    message: files.LobsterMessage,
  ): Promise<void> {
    for (const side of SIDES) {
      const seen = before.sides[side].prices;
      if (seen.length < before.levels) continue;
      const edge = seen[seen.length - 1]!;
      const { prices } = after.sides[side];
      for (let level = prices.length - 1; level >= 0; level--) {
        const price = prices[level]!;
        if (!isBetter(side, edge, price)) break;
        if (mayReach(message, side, price)) await this.run.venue.settle();
        if (this.book.has(side, price)) continue;
        this.outcome.levelsAdopted += 1;
        this.enterAnonymous(after, side, level);
      }
    }
  }

  private drop(row: files.LobsterRow): void {
    for (const side of SIDES) {
      const { prices } = row.sides[side];
      if (prices.length < row.levels) continue;
      const edge = prices[prices.length - 1]!;
      for (const price of this.book.prices(side)) {
        if (!isBetter(side, edge, price)) continue;
        this.outcome.levelsDropped += 1;
        this.book.drop(side, price);
      }
    }
  }

  private async compare(row: files.LobsterRow): Promise<void> {
    for (const side of SIDES) {
      const ours = await this.run.venue.depth(INSTRUMENT, side, row.levels);
      const difference = sideDifference(side, row.sides[side], ours);
      if (difference === undefined) continue;
      const { name, line } = this.rows.lines;
      noteDifference(this.outcome, `${name}:${line}: ${difference}`);
      return;
    }
    this.outcome.rowsEqual! += 1;
  }
}

/** True when the order that a message tells of may rest, or trade, at this price of this side. */
function mayReach(message: files.LobsterMessage, side: number, price: number): boolean {
  if (message.price === price) return true;
  return message.side !== side && isBetter(side, price, message.price);
}

/** The first level in which a side of the book is not as the row says. */
function sideDifference(
  side: number,
  window: files.WindowSide,
  ours: readonly PriceLevel[],
): string | undefined {
  const levels = Math.max(window.prices.length, ours.length);
  for (let level = 0; level < levels; level++) {
    const price = window.prices[level];
    const size = window.sizes[level];
    const got = ours[level];
    if (got !== undefined && got[0] === price && got[1] === size) continue;
    const expected = price === undefined ? 'nothing' : `${size} at ${price}`;
    const found = got === undefined ? 'nothing' : `${got[1]} at ${got[0]}`;
    return `${SIDE_NAMES[side]} level ${level + 1}: expected ${expected}, got ${found}`;
  }
  return undefined;
}

/** The row as it was before the message that made it, as far as it can be known. */
export function undone(row: files.LobsterRow, message: files.LobsterMessage): files.LobsterRow {
  const sides = row.sides.map(({ prices, sizes }) => ({
    prices: [...prices],
    sizes: [...sizes],
  })) as files.LobsterRow['sides'];
  const before = { levels: row.levels, sides };
  if (message.type > files.MESSAGE_EXECUTE) return before;
  const { price, side } = message;
  const { prices, sizes } = sides[side as 0 | 1];
  const change = message.type === files.MESSAGE_ADD ? -message.size : message.size;
  let level = prices.findIndex((other) => !isBetter(side, other, price));
  if (level < 0) level = prices.length;
  if (prices[level] === price) {
    sizes[level]! += change;
  } else if (change > 0) {
    prices.splice(level, 0, price);
    sizes.splice(level, 0, change);
  }
  if (sizes[level]! <= 0) {
    prices.splice(level, 1);
    sizes.splice(level, 1);
  }
  // What the message pushed out of the window's far end was not in sight before it.
  prices.length = Math.min(prices.length, row.levels);
  sizes.length = Math.min(sizes.length, row.levels);
  return before;
}
