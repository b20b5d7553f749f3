// The public book of one instrument, and what the command under way has done to it so far: order
// updates, trades and changes of its status in the order in which they happened, and which levels
// they touched. When the command ends, `finish` adds how those levels are now. Records are those of
// wire/feed-layout.ts, so that a frame is a copy of words.
//
// An iceberg is there with what it shows. Its hidden part is known here, so that trades can be held
// against it, and is in no record.
//
// Invariants: a level is in the index if it has orders, or had some before or in this command. Its
// number of orders and its sum are those of its queue. L2 is thus always the sum of L3.
// An order that shows nothing is an iceberg between two tranches: within a command only.
// Ownership: the publisher's thread alone.

import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import {
  L_ORDERS,
  L_PRICE,
  L_QTY_HIGH,
  L_QTY_LOW,
  L_SIDE,
  LEVEL_WORDS,
  O_ID_HIGH,
  O_ID_LOW,
  O_KIND,
  O_PRICE,
  O_QTY,
  O_SIDE,
  ORDER_WORDS,
  T_AGGRESSOR,
  T_ID_HIGH,
  T_ID_LOW,
  T_PRICE,
  T_QTY,
  TRADE_WORDS,
} from '../wire/feed-layout.ts';
import { ORDER_ADDED, ORDER_DELETED, ORDER_REDUCED, ORDER_REFRESHED } from '../wire/frame-kinds.ts';
import * as b from './book-layout.ts';
import type { BookStore } from './book-store.ts';
import { InstrumentStatus } from './instrument-status.ts';
import { WordList } from './word-list.ts';

export class BookView {
  readonly instrument: number;
  /** What the command under way did. */
  readonly orders = new WordList();
  readonly trades = new WordList();
  readonly status = new InstrumentStatus();
  /** How the levels are that it touched; filled by `finish`. */
  readonly levels = new WordList();
  /** Set by `Books` when it first changes this book in a command. */
  isChanged = false;
  /** Resting orders. */
  orderCount = 0;
  /** Price levels of both sides. Exact between two commands. */
  levelCount = 0;
  private readonly store: BookStore;
  /** The last trade's record. */
  private readonly lastTrade = new Int32Array(TRADE_WORDS);
  private hasTraded = false;
  private readonly touched = new WordList();
  constructor(store: BookStore, instrument: number) {
    assert(instrument > 0, 'instruments are numbered from 1');
    this.store = store;
    this.instrument = instrument;
  }

  get phases(): WordList {
    return this.status.phases;
  }

  get indicatives(): WordList {
    return this.status.indicatives;
  }

  /** An order rests, at the back of its level, and shows `shown` (1 …) of its leaves. */
  add(
    side: number,
    idLow: number,
    idHigh: number,
    price: number,
    leaves: number,
    shown: number,
  ): void {
    assert(price > 0 && shown > 0, 'an order that rests has a price and shows something');
    assert(shown <= leaves, 'an order shows no more than it has');
    const { store } = this;
    const words = store.words;
    const level = this.levelAt(side, price);
    const order = store.take();
    words[order + b.B_ID_LOW] = idLow;
    words[order + b.B_ID_HIGH] = idHigh;
    words[order + b.B_LEAVES] = leaves;
    words[order + b.B_SHOWN] = shown;
    words[order + b.B_LEVEL] = level;
    store.enter(order);
    this.enqueue(order, level);
    this.change(level, 1, shown);
    this.orderCount += 1;
    this.note(ORDER_ADDED, order, shown);
  }

  /**
   * A resting order (a reference) has `leaves` left, of which it shows `shown`, and keeps its
   * place. 0 shown: its next tranche will be told by `refresh`, and until then nothing is. True
   * when the public sees a change.
   */
  reduce(order: number, leaves: number, shown: number): boolean {
    const words = this.store.words;
    const before = words[order + b.B_SHOWN]!;
    assert(leaves > 0 && leaves <= words[order + b.B_LEAVES]!, 'leaves only become fewer');
    assert(shown >= 0 && shown <= before && shown <= leaves, 'a reduced order shows no more');
    words[order + b.B_LEAVES] = leaves;
    if (shown === before) return false;
    words[order + b.B_SHOWN] = shown;
    this.change(words[order + b.B_LEVEL]!, 0, shown - before);
    if (shown > 0) this.note(ORDER_REDUCED, order, shown);
    return true;
  }

  /** A resting iceberg (a reference) shows a new tranche, at the back of its level. */
  refresh(order: number, shown: number): void {
    const words = this.store.words;
    const level = words[order + b.B_LEVEL]!;
    assert(shown > 0 && shown <= words[order + b.B_LEAVES]!, 'a tranche is of what is left');
    assert(words[order + b.B_SHOWN] === 0, 'the tranche before is used up');
    words[order + b.B_SHOWN] = shown;
    this.dequeue(order);
    this.enqueue(order, level);
    this.change(level, 0, shown);
    this.note(ORDER_REFRESHED, order, shown);
  }

  /** A resting order (a reference) leaves the book. */
  remove(order: number): void {
    const { store } = this;
    const words = store.words;
    this.dequeue(order);
    this.change(words[order + b.B_LEVEL]!, -1, -words[order + b.B_SHOWN]!);
    this.orderCount -= 1;
    this.note(ORDER_DELETED, order, 0);
    store.leave(order);
    store.free(order);
  }

  /** A trade happened; `aggressor` is its side, or AGGRESSOR_NONE. */
  trade(idLow: number, idHigh: number, price: number, qty: number, aggressor: number): void {
    assert(price > 0 && qty > 0, 'a trade has a price and a quantity');
    const last = this.lastTrade;
    last[T_ID_LOW] = idLow;
    last[T_ID_HIGH] = idHigh;
    last[T_PRICE] = price;
    last[T_QTY] = qty;
    last[T_AGGRESSOR] = aggressor;
    this.hasTraded = true;
    const at = this.trades.extend(TRADE_WORDS);
    const { words } = this.trades;
    for (let i = 0; i < TRADE_WORDS; i++) words[at + i] = last[i]!;
  }

  /** A trade happened before the first event: its record lies at word `at`. */
  setLastTrade(words: Int32Array, at: number): void {
    this.lastTrade.set(words.subarray(at, at + TRADE_WORDS));
    this.hasTraded = true;
  }

  /** The command has ended: writes how the touched levels are now, and frees the empty ones. */
  finish(): void {
    const { store, touched, levels } = this;
    const words = store.words;
    for (let i = 0; i < touched.length; i++) {
      const level = touched.words[i]!;
      assert(words[level + b.B_TOUCHED] === 1, 'a level is touched once');
      words[level + b.B_TOUCHED] = 0;
      const at = levels.extend(LEVEL_WORDS);
      this.writeLevel(levels.words, at, level);
      if (words[level + b.B_ORDERS] === 0) this.dropLevel(level);
    }
    touched.clear();
  }

  /** Forgets what the command did; the book stays. Called when all of it is published. */
  clearChanges(): void {
    assert(this.touched.length === 0, 'a command is finished before it is forgotten');
    this.isChanged = false;
    this.orders.clear();
    this.trades.clear();
    this.levels.clear();
    this.status.clearChanges();
  }

  /** Appends every level as a record: bids, then asks, best first. Between two commands only. */
  copyLevels(to: WordList): void {
    let at = to.extend(this.levelCount * LEVEL_WORDS);
    this.forEachLevel((level) => {
      this.writeLevel(to.words, at, level);
      at += LEVEL_WORDS;
    });
  }

  /** Appends every order as ORDER_ADDED: bids, then asks, best first, in queue order. */
  copyOrders(to: WordList): void {
    const words = this.store.words;
    let at = to.extend(this.orderCount * ORDER_WORDS);
    this.forEachLevel((level) => {
      for (let o = words[level + b.B_NEXT]!; o !== level; o = words[o + b.B_NEXT]!) {
        this.writeOrder(to.words, at, ORDER_ADDED, o, words[o + b.B_SHOWN]!);
        at += ORDER_WORDS;
      }
    });
    assert(at === to.length, 'every order is in a queue');
  }

  /** Appends the last trade's record, if there has been one. */
  copyLastTrade(to: WordList): void {
    if (!this.hasTraded) return;
    const at = to.extend(TRADE_WORDS);
    to.words.set(this.lastTrade, at);
  }

  private enqueue(order: number, level: number): void {
    const words = this.store.words;
    const last = words[level + b.B_PREVIOUS]!;
    words[order + b.B_NEXT] = level;
    words[order + b.B_PREVIOUS] = last;
    words[last + b.B_NEXT] = order;
    words[level + b.B_PREVIOUS] = order;
  }

  private dequeue(order: number): void {
    const words = this.store.words;
    const next = words[order + b.B_NEXT]!;
    const previous = words[order + b.B_PREVIOUS]!;
    assert(words[next + b.B_PREVIOUS] === order, 'the order is in its queue');
    assert(words[previous + b.B_NEXT] === order, 'the order is in its queue');
    words[next + b.B_PREVIOUS] = previous;
    words[previous + b.B_NEXT] = next;
  }

  private forEachLevel(visit: (level: number) => void): void {
    for (const side of [SIDE_BUY, SIDE_SELL] as const) {
      const { words, levels } = this.store;
      const found: number[] = [];
      const first = levels.firstOf(this.bookOf(side));
      for (let level = first; level !== 0; level = levels.nextOf(level)) found.push(level);
      const sign = side === SIDE_BUY ? -1 : 1;
      found.sort((one, other) => sign * (words[one + b.B_PRICE]! - words[other + b.B_PRICE]!));
      for (const level of found) visit(level);
    }
  }

  private bookOf(side: number): number {
    return this.instrument * 2 + side;
  }

  private levelAt(side: number, price: number): number {
    const { words, doubles, levels } = this.store;
    const book = this.bookOf(side);
    const known = levels.find(book, price);
    if (known !== 0) return known;
    const level = this.store.take();
    words[level + b.B_TOUCHED] = 0;
    words[level + b.B_NEXT] = level;
    words[level + b.B_PREVIOUS] = level;
    words[level + b.B_BOOK] = book;
    words[level + b.B_ORDERS] = 0;
    words[level + b.B_PRICE] = price;
    doubles[(level + b.B_QTY) >> 1] = 0;
    levels.enter(level);
    this.levelCount += 1;
    return level;
  }

  private dropLevel(level: number): void {
    const words = this.store.words;
    assert(words[level + b.B_NEXT] === level, 'a level without orders has an empty queue');
    assert(this.store.doubles[(level + b.B_QTY) >> 1] === 0, 'and no quantity');
    this.store.levels.leave(level);
    this.levelCount -= 1;
    this.store.free(level);
  }

  private change(level: number, orders: number, qty: number): void {
    const { words, doubles } = this.store;
    words[level + b.B_ORDERS]! += orders;
    doubles[(level + b.B_QTY) >> 1]! += qty;
    if (words[level + b.B_TOUCHED] === 1) return;
    words[level + b.B_TOUCHED] = 1;
    const at = this.touched.extend(1);
    this.touched.words[at] = level;
  }

  private note(kind: number, order: number, qty: number): void {
    const at = this.orders.extend(ORDER_WORDS);
    this.writeOrder(this.orders.words, at, kind, order, qty);
  }

  private writeOrder(to: Int32Array, at: number, kind: number, order: number, qty: number): void {
    const words = this.store.words;
    const level = words[order + b.B_LEVEL]!;
    to[at + O_KIND] = kind;
    to[at + O_SIDE] = words[level + b.B_BOOK]! & 1;
    to[at + O_ID_LOW] = words[order + b.B_ID_LOW]!;
    to[at + O_ID_HIGH] = words[order + b.B_ID_HIGH]!;
    to[at + O_PRICE] = words[level + b.B_PRICE]!;
    to[at + O_QTY] = qty;
  }

  private writeLevel(to: Int32Array, at: number, level: number): void {
    const words = this.store.words;
    const qty = this.store.doubles[(level + b.B_QTY) >> 1]!;
    to[at + L_SIDE] = words[level + b.B_BOOK]! & 1;
    to[at + L_PRICE] = words[level + b.B_PRICE]!;
    to[at + L_QTY_LOW] = lowWord(qty);
    to[at + L_QTY_HIGH] = highWord(qty);
    to[at + L_ORDERS] = words[level + b.B_ORDERS]!;
  }
}
