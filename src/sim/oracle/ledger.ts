// The invariants of R8 that one engine's own events and books show, whatever the engine: a book
// kept from the events alone. Every event must be possible in it, and after every command the
// engine's levels and queues must be its own.
//
// Checked with each event: quantity conserved per order and per trade; trades at the resting
// order's price, within both limits, between the heads of their queues; ids without a gap; one end
// a command. Checked with each book: levels are the sums of their orders, best first; inside a
// level orders stand as they came (FIFO); not crossed while continuous.

import * as codes from '../../core/codes.ts';
import type { Command, Replace } from '../../core/plain.ts';
import type { CoreEvent, OrderOfEvent } from '../../core/plain-events.ts';
import { Broken, type Entry, LedgerBook, leavesOf, orFail, tranche } from './ledger-book.ts';
import type { Subject } from './subject.ts';

type OrderEvent = Extract<CoreEvent, { order: OrderOfEvent }>;
type Trade = Extract<CoreEvent, { evt: typeof codes.EVENT_TRADE }>;

export class Ledger {
  /** Books looked at, and events taken in. */
  checks = 0;
  private readonly books = new Map<number, LedgerBook>();
  private readonly entries = new Map<number, Entry>();
  private readonly touched = new Set<LedgerBook>();
  /** The aggressor, until it ends or rests. */
  private acting: Entry | undefined;
  /** An iceberg whose tranche is used up. */
  private usedUp: Entry | undefined;
  private command: Command = { cmd: codes.COMMAND_TIME };
  private sequence = 0;
  private orders = 0;
  private places = 0;

  /** Takes in what a command caused; the subject is as the command left it. What is broken. */
  take(command: Command, events: readonly CoreEvent[], subject: Subject): string | undefined {
    this.command = command;
    this.sequence++;
    this.touched.clear();
    try {
      this.checkCause(events);
      for (const event of events) this.takeEvent(event);
      this.settle();
      orFail(this.usedUp === undefined, 'a tranche is used up and none follows');
      this.lookAtBooks(events, subject);
    } catch (error) {
      if (error instanceof Broken) return error.message;
      throw error;
    }
    return undefined;
  }

  private checkCause(events: readonly CoreEvent[]): void {
    const { session = 0, request = 0 } = this.command;
    orFail(events.length > 0, 'no event');
    events.forEach((event, index) => {
      orFail(event.sequence === this.sequence, `sequence ${event.sequence}, not ${this.sequence}`);
      orFail(event.end === (index === events.length - 1), `event ${index} ends the command`);
      orFail(event.session === session && event.request === request, 'event of another command');
    });
    this.checks += events.length;
  }

  private takeEvent(event: CoreEvent): void {
    switch (event.evt) {
      case codes.EVENT_DONE:
      case codes.EVENT_REJECTED:
        return;
      case codes.EVENT_INSTRUMENT:
        orFail(!this.books.has(event.instrument), 'an instrument is defined twice');
        this.books.set(event.instrument, new LedgerBook());
        break;
      case codes.EVENT_PHASE:
        this.settle();
        this.bookOf(event.instrument).phase = event.phase;
        break;
      case codes.EVENT_INDICATIVE: {
        const { phase } = this.bookOf(event.instrument);
        const isAuction = phase === codes.PHASE_PRE_OPEN || phase === codes.PHASE_AUCTION;
        orFail(isAuction, `an indicative price in phase ${phase}`);
        break;
      }
      case codes.EVENT_TRADE:
        if (event.isAuction) this.takeAuctionTrade(event);
        else this.takeTrade(event);
        break;
      default:
        this.takeOrderEvent(event);
    }
    this.touched.add(this.bookOf(event.instrument));
  }

  private takeOrderEvent(event: OrderEvent): void {
    if (event.evt === codes.EVENT_NEW) this.enter(event);
    const entry = this.entryOf(event.order);
    if (event.evt === codes.EVENT_REPLACED) this.replace(entry, event);
    if (event.evt === codes.EVENT_TRIGGERED) this.trigger(entry, event);
    if (event.evt === codes.EVENT_RESTATED) this.restate(entry, event);
    const isSame =
      entry.account === event.order.account &&
      entry.clOrdId === event.order.clOrdId &&
      entry.instrument === event.instrument &&
      entry.side === event.side &&
      entry.price === event.price &&
      entry.stopPrice === event.stopPrice &&
      entry.displayQty === event.displayQty;
    orFail(isSame, `order ${entry.orderId} has other terms`);
    this.expectLeaves(entry, event.order);
    if (event.evt === codes.EVENT_CANCELED) {
      entry.canceled += event.order.leaves;
      this.end(entry);
    } else {
      if (event.evt === codes.EVENT_REFRESHED) this.refresh(entry);
      const displayed = entry.state === 'resting' ? entry.shown : tranche(entry);
      expectDisplayed(entry, event.displayed, displayed);
    }
  }

  private enter({ instrument, side, price, displayQty, stopPrice, order }: OrderEvent): void {
    this.settle();
    orFail(order.orderId === ++this.orders, `orderId ${order.orderId}, not ${this.orders}`);
    const entry: Entry = {
      ...{ orderId: order.orderId, account: order.account, clOrdId: order.clOrdId },
      ...{ instrument, side, price, displayQty, stopPrice },
      ...{ total: order.leaves, filled: 0, canceled: 0, shown: 0, place: 0, state: 'acting' },
    };
    this.entries.set(entry.orderId, entry);
    this.act(entry);
  }

  /** The order is an aggressor now, or a stop that waits. */
  private act(entry: Entry): void {
    this.settle();
    this.bookOf(entry.instrument).sides[entry.side]!.delete(entry);
    entry.state = entry.stopPrice === 0 ? 'acting' : 'waiting';
    if (entry.state === 'acting') this.acting = entry;
  }

  private replace(entry: Entry, event: OrderEvent & { keptPlace: boolean }): void {
    const { qty = entry.total } = this.command as Replace;
    if (event.keptPlace) {
      const isSame = entry.price === event.price && entry.stopPrice === event.stopPrice;
      orFail(isSame && qty <= entry.total, 'a place is kept that should be lost');
    }
    entry.clOrdId = event.order.clOrdId;
    entry.total = qty;
    entry.price = event.price;
    entry.displayQty = event.displayQty;
    entry.stopPrice = event.stopPrice;
    if (!event.keptPlace) this.act(entry);
    else if (entry.displayQty === 0) entry.shown = leavesOf(entry);
    else entry.shown = Math.min(entry.shown, leavesOf(entry));
  }

  private trigger(entry: Entry, { price }: OrderEvent): void {
    orFail(entry.state === 'waiting', `order ${entry.orderId} does not wait`);
    orFail(price === entry.price, `order ${entry.orderId} has another price`);
    entry.stopPrice = 0;
    this.act(entry);
  }

  private restate(entry: Entry, { order, displayed }: OrderEvent): void {
    const taken = leavesOf(entry) - order.leaves;
    orFail(taken > 0, `order ${entry.orderId} is restated and not less`);
    entry.canceled += taken;
    const shown = entry.displayQty === 0 ? order.leaves : displayed;
    if (entry.state === 'resting') this.show(entry, Math.max(entry.shown - taken, 0), shown);
  }

  private takeTrade(event: Trade): void {
    const { resting, aggressor, qty, price, restingSide } = event;
    const book = this.bookOf(event.instrument);
    orFail(book.phase === codes.PHASE_CONTINUOUS, `a trade in phase ${book.phase}`);
    orFail(event.tradeId === ++book.trades, `tradeId ${event.tradeId}, not ${book.trades}`);
    const head = book.head(restingSide);
    orFail(head?.orderId === resting.orderId, `order ${resting.orderId} is not the head`);
    const entry = this.entryOf(resting);
    const other = this.entryOf(aggressor);
    orFail(other === this.acting, `order ${aggressor.orderId} is not the aggressor`);
    orFail(other.side !== restingSide, 'a trade of one side');
    orFail(price === entry.price && reaches(other, price), `a trade at ${price}`);
    orFail(qty === Math.min(entry.shown, leavesOf(other)), `a trade of ${qty}`);
    this.fill(entry, resting, qty, event.displayed);
    this.fill(other, aggressor, qty, 0);
  }

  private takeAuctionTrade(event: Trade): void {
    const { resting: buy, aggressor: sell, qty, price, restingSide } = event;
    this.settle();
    const book = this.bookOf(event.instrument);
    orFail(restingSide === codes.SIDE_BUY, 'the first order of an auction trade sells');
    orFail(book.phase === codes.PHASE_CONTINUOUS, `an auction trade in phase ${book.phase}`);
    orFail(event.tradeId === ++book.trades, `tradeId ${event.tradeId}, not ${book.trades}`);
    const pair = [this.entryOf(buy), this.entryOf(sell)] as const;
    const lots = pair.map(leavesOf);
    // It trades on, from its hidden part.
    if (this.usedUp === pair[0] || this.usedUp === pair[1]) this.usedUp = undefined;
    pair.forEach((entry, side) => {
      orFail(book.head(side) === entry, `order ${entry.orderId} is not the head`);
      orFail(reaches(entry, price), `an auction trade at ${price}`);
    });
    orFail(qty === Math.min(...lots), `an auction trade of ${qty}`);
    this.fill(pair[0], buy, qty, event.displayed);
    this.fill(pair[1], sell, qty, event.otherDisplayed);
  }

  private fill(entry: Entry, told: OrderOfEvent, qty: number, displayed: number): void {
    orFail(qty > 0 && qty <= leavesOf(entry), `order ${entry.orderId} trades ${qty}`);
    entry.filled += qty;
    this.expectLeaves(entry, told);
    if (entry.state === 'resting') {
      const shown = Math.max(entry.shown - qty, 0);
      this.show(entry, shown, entry.displayQty === 0 ? shown : displayed);
    } else {
      orFail(displayed === 0, `order ${entry.orderId} displays ${displayed} as it acts`);
    }
    if (leavesOf(entry) === 0) this.end(entry);
  }

  private show(entry: Entry, expected: number, displayed: number): void {
    orFail(displayed === expected, `order ${entry.orderId} shows ${displayed}, not ${expected}`);
    entry.shown = displayed;
    if (displayed > 0 || leavesOf(entry) === 0) return;
    orFail(this.usedUp === undefined, 'two tranches are used up and none follows');
    this.usedUp = entry;
  }

  private refresh(entry: Entry): void {
    orFail(this.usedUp === entry, `order ${entry.orderId} shows a tranche and needs none`);
    this.usedUp = undefined;
    entry.shown = tranche(entry);
    entry.place = ++this.places;
  }

  /** The sweep of the aggressor is over: what is left of it rests. */
  private settle(): void {
    const entry = this.acting;
    this.acting = undefined;
    if (entry === undefined) return;
    orFail(entry.price > 0, `order ${entry.orderId} has no price and rests`);
    entry.state = 'resting';
    entry.shown = tranche(entry);
    entry.place = ++this.places;
    this.bookOf(entry.instrument).sides[entry.side]!.add(entry);
  }

  private end(entry: Entry): void {
    this.bookOf(entry.instrument).sides[entry.side]!.delete(entry);
    this.entries.delete(entry.orderId);
    if (this.acting === entry) this.acting = undefined;
    if (this.usedUp === entry) this.usedUp = undefined;
  }

  /** The books that events named; all of them after a reject, which must have changed none. */
  private lookAtBooks(events: readonly CoreEvent[], subject: Subject): void {
    const isRejected = events.some(({ evt }) => evt === codes.EVENT_REJECTED);
    for (const [instrument, book] of this.books) {
      if (!isRejected && !this.touched.has(book)) continue;
      const what = book.compare(instrument, subject);
      orFail(what === undefined, `instrument ${instrument}: ${what}`);
      this.checks++;
    }
  }

  private bookOf(instrument: number): LedgerBook {
    const book = this.books.get(instrument);
    if (book === undefined) throw new Broken(`instrument ${instrument} is not defined`);
    return book;
  }

  private entryOf({ orderId }: OrderOfEvent): Entry {
    const entry = this.entries.get(orderId);
    if (entry === undefined) throw new Broken(`order ${orderId} is not alive`);
    return entry;
  }

  /** R2.4. */
  private expectLeaves(entry: Entry, { orderId, leaves }: OrderOfEvent): void {
    const expected = leavesOf(entry);
    orFail(expected >= 0 && leaves === expected, `order ${orderId}: ${leaves}, not ${expected}`);
  }
}

function reaches({ side, price }: Entry, tradePrice: number): boolean {
  if (price === 0) return true;
  return side === codes.SIDE_BUY ? tradePrice <= price : tradePrice >= price;
}

function expectDisplayed(entry: Entry, displayed: number, expected: number): void {
  const { orderId, displayQty } = entry;
  const right = displayQty === 0 ? 0 : expected;
  orFail(displayed === right, `order ${orderId} displays ${displayed}, not ${right}`);
}
