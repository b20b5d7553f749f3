// Finds the levels of all books by book and price, and goes through those of one book.
//
// A book here is one side of an instrument: instrument × 2 + side. The links of a level lie beside
// the pool's records (book-layout.ts), in an array of their own that has four words a record.
// Prices that are neighbours lie in neighbouring buckets, so that what is busy stays in few cache
// lines.
//
// Ownership: the publisher's thread alone.
// Limits: a bucket for each order there may be, so that chains stay short. Nothing is allocated as
// levels come and go, as a Map would.

import { assert } from '../base/assert.ts';
import { powerOfTwoAtLeast } from '../base/bits.ts';
import { B_BOOK, B_PRICE, RECORD_SHIFT } from './book-layout.ts';

const LINK_SHIFT = 2;
/** Next in the bucket, next and previous of the book. */
const L_CHAIN = 0;
const L_NEXT = 1;
const L_PREVIOUS = 2;

export class LevelIndex {
  private readonly words: Int32Array;
  private readonly links: Int32Array;
  private readonly buckets: Int32Array;
  private readonly mask: number;
  /** One level of each book, 0: it has none. */
  private readonly firsts: Int32Array;

  /** Over the records of `words`, for so many orders and for instruments 1 … `instruments`. */
  constructor(words: Int32Array, orders: number, instruments: number) {
    this.words = words;
    this.links = new Int32Array((words.length >> RECORD_SHIFT) << LINK_SHIFT);
    this.buckets = new Int32Array(powerOfTwoAtLeast(orders));
    this.mask = this.buckets.length - 1;
    this.firsts = new Int32Array(2 * (instruments + 1));
  }

  /** The level of a book at a price, 0 when there is none. */
  find(book: number, price: number): number {
    const { words, links } = this;
    let level = this.buckets[this.bucketOf(book, price)]!;
    while (level !== 0) {
      if (words[level + B_PRICE] === price && words[level + B_BOOK] === book) return level;
      level = links[linksOf(level) + L_CHAIN]!;
    }
    return 0;
  }

  /** Puts a level, whose book and price are written and not yet there, into the index. */
  enter(level: number): void {
    const { words, links, firsts } = this;
    const book = words[level + B_BOOK]!;
    const price = words[level + B_PRICE]!;
    assert(this.find(book, price) === 0, 'a book has one level at a price');
    const at = linksOf(level);
    const bucket = this.bucketOf(book, price);
    links[at + L_CHAIN] = this.buckets[bucket]!;
    this.buckets[bucket] = level;
    const next = firsts[book]!;
    links[at + L_NEXT] = next;
    links[at + L_PREVIOUS] = 0;
    if (next !== 0) links[linksOf(next) + L_PREVIOUS] = level;
    firsts[book] = level;
  }

  /** Takes a level out of the index. */
  leave(level: number): void {
    const { words, links } = this;
    const book = words[level + B_BOOK]!;
    this.unchain(level, this.bucketOf(book, words[level + B_PRICE]!));
    const at = linksOf(level);
    const next = links[at + L_NEXT]!;
    const previous = links[at + L_PREVIOUS]!;
    if (next !== 0) links[linksOf(next) + L_PREVIOUS] = previous;
    if (previous !== 0) links[linksOf(previous) + L_NEXT] = next;
    else this.firsts[book] = next;
  }

  /** One level of a book, 0 when it has none; the others by `nextOf`, in no order. */
  firstOf(book: number): number {
    return this.firsts[book]!;
  }

  nextOf(level: number): number {
    return this.links[linksOf(level) + L_NEXT]!;
  }

  private unchain(level: number, bucket: number): void {
    const { links, buckets } = this;
    const behind = links[linksOf(level) + L_CHAIN]!;
    let at = buckets[bucket]!;
    if (at === level) {
      buckets[bucket] = behind;
      return;
    }
    let before = at;
    while (at !== level) {
      assert(at !== 0, 'a level that leaves was entered');
      before = at;
      at = links[linksOf(at) + L_CHAIN]!;
    }
    links[linksOf(before) + L_CHAIN] = behind;
  }

  private bucketOf(book: number, price: number): number {
    return (price ^ Math.imul(book, 0x9e3779b1)) & this.mask;
  }
}

function linksOf(level: number): number {
  return (level >> RECORD_SHIFT) << LINK_SHIFT;
}
