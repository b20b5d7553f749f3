// All books of the exchange, made from the event ring alone: event by event, but whole only between
// two commands.
//
// The order that acts in a command (`new`, `triggered`, or `replaced` without its place) is the
// aggressor and in no book. When it has acted (at the end of the command, or when another order
// begins to act, or a phase), it rests at the back of its level with what it has left. What an
// aggressor may not keep (ioc, fok, market, self-trade prevention) is canceled by an event before
// that. A stop that waits is in no book, and what happens to it is nobody's business.
//
// Invariants: an order is the aggressor, in one book, or unknown. Events of one command may lie in
// several batches and touch several books (a mass cancel).
// Ownership: the publisher's thread alone.

import { assert } from '../base/assert.ts';
import * as codes from '../core/codes.ts';
import * as e from '../core/event-slot.ts';
import { AGGRESSOR_NONE } from '../wire/feed-layout.ts';
import { B_LEAVES } from './book-layout.ts';
import { BookStore } from './book-store.ts';
import { BookView } from './book-view.ts';

/** What an order that hides nothing shows: all. */
const WHOLE = 0x7fffffff;

export class Books {
  /**
   * What the command under way (or just ended) has changed: the first `changedCount`, in the order
   * of the first change. An array that is cut and grows again would be allocated each time.
   */
  readonly changed: BookView[] = [];
  changedCount = 0;
  /** True between the first event of a command and its last. */
  isInCommand = false;
  private readonly store: BookStore;
  private readonly instrumentsMax: number;
  private readonly views: (BookView | undefined)[] = [];
  /** Leaves of the aggressor; 0: there is none. The rest of it is good only then. */
  private aggressorLeaves = 0;
  private aggressorView: BookView | undefined;
  private aggressorLow = 0;
  private aggressorHigh = 0;
  private aggressorSide = 0;
  private aggressorPrice = 0;
  /** The most that it shows once it rests. */
  private aggressorTranche = 0;

  /** As many orders and instruments (numbers 1 … that) as the core may hold. */
  constructor(orders: number, instruments: number) {
    this.store = new BookStore(orders, instruments);
    this.instrumentsMax = instruments;
  }

  /** The book of an instrument (1 … instruments), empty when nothing has happened in it. */
  view(instrument: number): BookView {
    const known = this.views[instrument];
    if (known !== undefined) return known;
    assert(instrument > 0 && instrument <= this.instrumentsMax, 'the core knows the instrument');
    const view = new BookView(this.store, instrument);
    this.views[instrument] = view;
    return view;
  }

  /**
   * Takes the event whose slot begins at word `at`. True when it was its command's last: `changed`
   * is then to be published and `forget` called before the next event.
   */
  apply(slots: Int32Array, at: number): boolean {
    const head = slots[at + e.E_HEAD]!;
    this.isInCommand = true;
    if ((head & e.EVENT_STOP) === 0) this.applyTo(slots, at, head & e.EVENT_TYPE_MASK);
    if ((head & e.EVENT_END) === 0) return false;
    this.settle();
    for (let i = 0; i < this.changedCount; i++) this.changed[i]!.finish();
    this.isInCommand = false;
    return true;
  }

  /** What the command changed is published: the books stay, the changes go. */
  forget(): void {
    assert(!this.isInCommand, 'a command is forgotten when it is whole');
    for (let i = 0; i < this.changedCount; i++) this.changed[i]!.clearChanges();
    this.changedCount = 0;
  }

  private applyTo(slots: Int32Array, at: number, type: number): void {
    switch (type) {
      case codes.EVENT_NEW:
      case codes.EVENT_TRIGGERED:
        this.begin(slots, at);
        break;
      case codes.EVENT_TRADE:
        this.trade(slots, at);
        break;
      case codes.EVENT_CANCELED:
        this.cancel(slots, at);
        break;
      case codes.EVENT_REPLACED:
        this.replace(slots, at);
        break;
      case codes.EVENT_RESTATED:
        this.setOrder(slots, at, slots[at + e.E_LEAVES]!);
        break;
      case codes.EVENT_REFRESHED:
        this.refresh(slots, at);
        break;
      case codes.EVENT_PHASE:
        this.enterPhase(slots, at);
        break;
      case codes.EVENT_INDICATIVE:
        this.indicate(slots, at);
        break;
      case codes.EVENT_DONE:
      case codes.EVENT_REJECTED:
      case codes.EVENT_OPEN_ORDER:
      case codes.EVENT_INSTRUMENT:
        break;
      default:
        assert(false, 'the core writes only known events');
    }
  }

  private viewOf(slots: Int32Array, at: number): BookView {
    return this.view(slots[at + e.E_INSTRUMENT]!);
  }

  /** The order of the event begins to act. */
  private begin(slots: Int32Array, at: number): void {
    this.settle();
    this.aggressorView = this.viewOf(slots, at);
    this.aggressorLow = slots[at + e.E_ORDER_LOW]!;
    this.aggressorHigh = slots[at + e.E_ORDER_HIGH]!;
    this.aggressorSide = (slots[at + e.E_HEAD]! >>> e.EVENT_SIDE_SHIFT) & 1;
    this.aggressorPrice = slots[at + e.E_PRICE]!;
    this.aggressorLeaves = slots[at + e.E_LEAVES]!;
    const isIceberg = (slots[at + e.E_HEAD]! & e.EVENT_ICEBERG) !== 0;
    this.aggressorTranche = isIceberg ? slots[at + e.E_DISPLAY_QTY]! : WHOLE;
    assert(this.aggressorLeaves > 0, 'an order that begins to act has leaves');
  }

  /** The aggressor, if there is one, has acted: what it has left rests. */
  private settle(): void {
    const leaves = this.aggressorLeaves;
    if (leaves === 0) return;
    const view = this.aggressorView!;
    this.aggressorLeaves = 0;
    this.note(view);
    view.add(
      this.aggressorSide,
      this.aggressorLow,
      this.aggressorHigh,
      this.aggressorPrice,
      leaves,
      Math.min(leaves, this.aggressorTranche),
    );
  }

  private trade(slots: Int32Array, at: number): void {
    const view = this.viewOf(slots, at);
    const head = slots[at + e.E_HEAD]!;
    const qty = slots[at + e.E_QTY]!;
    const leaves = slots[at + e.E_OTHER_LEAVES]!;
    const isIceberg = (head & e.EVENT_OTHER_ICEBERG) !== 0;
    const spent =
      this.setOrder(slots, at, slots[at + e.E_LEAVES]!) +
      this.setLeaves(
        view,
        slots[at + e.E_OTHER_ORDER_LOW]!,
        slots[at + e.E_OTHER_ORDER_HIGH]!,
        leaves,
        isIceberg ? slots[at + e.E_OTHER_DISPLAYED]! : leaves,
      );
    assert(spent === 2 * qty, 'both orders of a trade spend its quantity');
    const restingSide = (head >>> e.EVENT_SIDE_SHIFT) & 1;
    this.note(view);
    view.trade(
      slots[at + e.E_TRADE_LOW]!,
      slots[at + e.E_TRADE_HIGH]!,
      slots[at + e.E_PRICE]!,
      qty,
      (head & e.EVENT_AUCTION) !== 0 ? AGGRESSOR_NONE : restingSide ^ 1,
    );
  }

  private cancel(slots: Int32Array, at: number): void {
    const spent = this.setOrder(slots, at, 0);
    assert(spent === slots[at + e.E_LEAVES], 'a cancel takes all that the order had');
  }

  private replace(slots: Int32Array, at: number): void {
    if ((slots[at + e.E_HEAD]! & e.EVENT_KEPT_PLACE) !== 0) {
      this.setOrder(slots, at, slots[at + e.E_LEAVES]!);
      return;
    }
    this.setOrder(slots, at, 0);
    this.begin(slots, at);
  }

  private refresh(slots: Int32Array, at: number): void {
    const view = this.viewOf(slots, at);
    const order = this.store.find(slots[at + e.E_ORDER_LOW]!, slots[at + e.E_ORDER_HIGH]!);
    assert(order !== 0, 'events are about orders that are alive');
    this.note(view);
    view.refresh(order, slots[at + e.E_DISPLAYED]!);
  }

  private enterPhase(slots: Int32Array, at: number): void {
    this.settle();
    const view = this.viewOf(slots, at);
    this.note(view);
    const due = at + e.E_DUE_LOW;
    view.status.enter(slots[at + e.E_PHASE]!, slots[due]!, slots[due + 1]!);
  }

  private indicate(slots: Int32Array, at: number): void {
    const view = this.viewOf(slots, at);
    this.note(view);
    // The words from the price on are those of the record.
    view.status.indicate(slots, at + e.E_PRICE);
  }

  /** `setLeaves` of the event's own order. */
  private setOrder(slots: Int32Array, at: number, leaves: number): number {
    const isIceberg = (slots[at + e.E_HEAD]! & e.EVENT_ICEBERG) !== 0;
    return this.setLeaves(
      this.viewOf(slots, at),
      slots[at + e.E_ORDER_LOW]!,
      slots[at + e.E_ORDER_HIGH]!,
      leaves,
      isIceberg ? slots[at + e.E_DISPLAYED]! : leaves,
    );
  }

  /**
   * An order has `leaves` left (0: it is gone), of which it shows `shown`; of an aggressor, which
   * shows nothing, that is not looked at. Gives how many it lost by that.
   */
  private setLeaves(
    view: BookView,
    low: number,
    high: number,
    leaves: number,
    shown: number,
  ): number {
    assert(leaves >= 0, 'leaves are never below 0');
    const acting = this.aggressorLeaves;
    if (acting !== 0 && low === this.aggressorLow && high === this.aggressorHigh) {
      assert(leaves < acting && view === this.aggressorView, 'an aggressor only spends');
      this.aggressorLeaves = leaves;
      return acting - leaves;
    }
    const { store } = this;
    const order = store.find(low, high);
    assert(order !== 0, 'events are about orders that are alive');
    const before = store.words[order + B_LEAVES]!;
    if (leaves === 0) {
      this.note(view);
      view.remove(order);
    } else if (view.reduce(order, leaves, shown)) {
      this.note(view);
    }
    return before - leaves;
  }

  private note(view: BookView): void {
    if (view.isChanged) return;
    view.isChanged = true;
    this.changed[this.changedCount] = view;
    this.changedCount += 1;
  }
}
