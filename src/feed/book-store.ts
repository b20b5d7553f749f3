// Memory of all books of the publisher: a pool of records (book-layout.ts), an index of the orders
// by orderId, and one of the levels by price.
//
// Ownership: the publisher's thread alone.
// Limits: as many orders as the core may hold. Levels: each has an order, or had one when the
// command under way began, or got one in it, so twice the orders are enough. All is laid out at
// start-up; memory that was never used costs nothing.

import { assert } from '../base/assert.ts';
import { powerOfTwoAtLeast } from '../base/bits.ts';
import { B_CHAIN, B_ID_HIGH, B_ID_LOW, RECORD_WORDS } from './book-layout.ts';
import { LevelIndex } from './level-index.ts';

/** So that word addresses of three records an order fit int32 with room to spare. */
const ORDERS_MAX = 4_194_304;

export class BookStore {
  readonly words: Int32Array;
  /** The same memory. */
  readonly doubles: Float64Array;
  readonly levels: LevelIndex;
  private readonly buckets: Int32Array;
  private readonly mask: number;
  private firstFree = 0;
  /** Records from here on were never used. Address 0 is none's. */
  private unused = RECORD_WORDS;

  /** As many orders (1 … 4,194,304) and instruments (numbers 1 … that) as the core may hold. */
  constructor(orders: number, instruments: number) {
    assert(Number.isInteger(orders) && orders > 0 && orders <= ORDERS_MAX, 'orders are in range');
    const memory = new ArrayBuffer((3 * orders + 1) * RECORD_WORDS * 4);
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.buckets = new Int32Array(powerOfTwoAtLeast(orders));
    this.mask = this.buckets.length - 1;
    this.levels = new LevelIndex(this.words, orders, instruments);
  }

  /** A record for a new order or level; its words are not cleared. */
  take(): number {
    const record = this.firstFree;
    if (record !== 0) {
      this.firstFree = this.words[record + B_CHAIN]!;
      return record;
    }
    const fresh = this.unused;
    assert(fresh < this.words.length, 'the core holds no more orders than it may');
    this.unused = fresh + RECORD_WORDS;
    return fresh;
  }

  /** Gives a record back; an order is out of the index before. */
  free(record: number): void {
    assert(record > 0 && record < this.unused, 'a record was taken');
    this.words[record + B_CHAIN] = this.firstFree;
    this.firstFree = record;
  }

  /** The order with this orderId, 0 when there is none. */
  find(idLow: number, idHigh: number): number {
    const words = this.words;
    let order = this.buckets[this.bucketOf(idLow, idHigh)]!;
    while (order !== 0) {
      if (words[order + B_ID_LOW] === idLow && words[order + B_ID_HIGH] === idHigh) return order;
      order = words[order + B_CHAIN]!;
    }
    return 0;
  }

  /** Puts an order, whose orderId is written and not yet there, into the index. */
  enter(order: number): void {
    const words = this.words;
    const idLow = words[order + B_ID_LOW]!;
    const idHigh = words[order + B_ID_HIGH]!;
    assert(this.find(idLow, idHigh) === 0, 'an orderId is used once');
    const bucket = this.bucketOf(idLow, idHigh);
    words[order + B_CHAIN] = this.buckets[bucket]!;
    this.buckets[bucket] = order;
  }

  /** Takes an order out of the index. */
  leave(order: number): void {
    const words = this.words;
    const bucket = this.bucketOf(words[order + B_ID_LOW]!, words[order + B_ID_HIGH]!);
    let before = 0;
    let at = this.buckets[bucket]!;
    while (at !== order) {
      assert(at !== 0, 'an order that leaves was entered');
      before = at;
      at = words[at + B_CHAIN]!;
    }
    if (before === 0) this.buckets[bucket] = words[order + B_CHAIN]!;
    else words[before + B_CHAIN] = words[order + B_CHAIN]!;
  }

  /** OrderIds are counted, so neighbours spread over the buckets as they are. */
  private bucketOf(idLow: number, idHigh: number): number {
    return (idLow ^ Math.imul(idHigh, 0x9e3779b1)) & this.mask;
  }
}
