// The publisher's books where random markets do not lead.

import { expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as e from '../src/core/event-slot.ts';
import { H_ORDER_HIGH, H_ORDER_LOW } from '../src/core/memory-layout.ts';
import { Books } from '../src/feed/books.ts';
import { WordList } from '../src/feed/word-list.ts';
import { readOrderUpdate } from '../src/wire/feed.ts';
import { ORDER_WORDS } from '../src/wire/feed-layout.ts';
import * as k from '../src/wire/frame-kinds.ts';
import { command, ofOrder, phase, trade, type Words } from './event-words.ts';
import { expectEqualBook, FeedMarket, SMALL_LIMITS, TestConsumer } from './feed-kit.ts';

function order(side: number, id: number, leaves: number, price: number): Words {
  return ofOrder(codes.EVENT_NEW, { side, id, leaves, price });
}

/** Order updates of a command, as [kind, orderId, quantity]. */
function updates(books: Books, slots: Int32Array): number[][] {
  const events = slots.length / e.EVENT_WORDS;
  for (let i = 0; i < events; i++) {
    expect(books.apply(slots, i << e.EVENT_SHIFT)).toBe(i === events - 1);
  }
  const { words, length } = books.view(1).orders;
  const told = Array.from({ length: length / ORDER_WORDS }, (_, i) => {
    const { kind, orderId, qty } = readOrderUpdate(words, i * ORDER_WORDS);
    return [kind, Number(orderId), qty];
  });
  books.forget();
  return told;
}

test('an order should rest when another begins to act in the same command', () => {
  const books = new Books(10, 1);
  const traded = trade({
    restingSide: codes.SIDE_SELL,
    qty: 3,
    resting: [1, 2],
    other: [2, 4],
  });
  const sell = order(codes.SIDE_SELL, 1, 5, 100);
  const buy = order(codes.SIDE_BUY, 2, 7, 100);
  expect(updates(books, command(sell, buy, traded))).toEqual([
    [k.ORDER_ADDED, 1, 5],
    [k.ORDER_REDUCED, 1, 2],
    [k.ORDER_ADDED, 2, 4],
  ]);
});

test.each<[string, Words]>([
  ['an order that is unknown', ofOrder(codes.EVENT_RESTATED, { id: 9, leaves: 1 })],
  ['a cancel of less than is left', ofOrder(codes.EVENT_CANCELED, { id: 1, leaves: 4 })],
  ['more leaves than before', ofOrder(codes.EVENT_RESTATED, { id: 1, leaves: 6 })],
  [
    'a trade of another quantity than the orders lose',
    trade({ qty: 2, resting: [1, 4], other: [2, 4] }),
  ],
  [
    'more shown than is left',
    ofOrder(codes.EVENT_RESTATED, { id: 1, leaves: 4, displayed: 5, displayQty: 5 }),
  ],
  [
    'a new tranche before the last is used up',
    ofOrder(codes.EVENT_REFRESHED, { id: 1, leaves: 5, displayed: 5, displayQty: 5 }),
  ],
  ['a phase that is none', phase(6)],
  ['an unknown code', { [e.E_HEAD]: 99 }],
  ['an instrument beyond the limit', { [e.E_HEAD]: codes.EVENT_NEW, [e.E_INSTRUMENT]: 2 }],
])('events that the core never writes should stop the publisher: %s', (_, event) => {
  const books = new Books(10, 1);
  updates(books, command(order(codes.SIDE_BUY, 1, 5, 100)));
  updates(books, command(order(codes.SIDE_BUY, 2, 5, 100)));
  expect(() => updates(books, command(event))).toThrow('assertion failed');
});

test('orders whose ids differ in the high word only should not be taken for each other', () => {
  const market = new FeedMarket(SMALL_LIMITS, [1]);
  const consumer = new TestConsumer(market.publisher);
  consumer.subscribe(1, k.CHANNEL_L3);
  const ids = [0, 1, 2, 2 ** 20].map((high, i) => {
    market.core.m[H_ORDER_LOW] = 41;
    market.core.m[H_ORDER_HIGH] = high;
    return market.enter({ side: codes.SIDE_BUY, qty: 10 + i, price: 100 });
  });
  for (const clOrdId of [ids[2]!, ids[0]!]) {
    market.send({ cmd: codes.COMMAND_CANCEL, account: 1, clOrdId });
  }
  market.flush();
  consumer.deliver();
  const book = consumer.books.get(1)!;
  expectEqualBook(book, market.core, 'ids of one low word');
  expect(book.orders(codes.SIDE_BUY).map(({ orderId }) => orderId)).toEqual([
    2n ** 32n + 42n,
    2n ** 52n + 42n,
  ]);
});

test('the memory of the books should hold what the core may hold, again and again', () => {
  const limits = { orders: 16, accounts: 4, instruments: 2, pages: 16 };
  const market = new FeedMarket(limits, [1, 2]);
  const consumer = new TestConsumer(market.publisher);
  consumer.subscribe(1, 7);
  for (let round = 0; round < 20; round++) {
    // Each order has a level of its own; all of them are swept in one command.
    for (let i = 0; i < 16; i++) {
      market.enter({ side: codes.SIDE_SELL, qty: 1, price: 100 + i });
    }
    market.enter({ account: 2, side: codes.SIDE_BUY, qty: 17, price: 200 });
    market.send({ cmd: codes.COMMAND_MASS_CANCEL, account: 2 });
  }
  market.flush();
  consumer.deliver();
  expectEqualBook(consumer.books.get(1)!, market.core, 'after twenty rounds');
  expect(consumer.gaps).toBe(0);
});

test('a list of words should keep what is in it when it grows', () => {
  const list = new WordList(1);
  for (let i = 0; i < 1_000; i++) {
    const at = list.extend(3);
    list.words.fill(i, at, at + 3);
  }
  expect([...list.words.subarray(0, list.length)]).toEqual(
    Array.from({ length: 3_000 }, (_, i) => Math.floor(i / 3)),
  );
  list.clear();
  expect(list.length).toBe(0);
});
