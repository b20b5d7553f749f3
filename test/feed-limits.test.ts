// Snapshots under way are bounded: here the bound is so low that two books reach it.

import { expect, test, vi } from 'vitest';
import { SIDE_SELL } from '../src/core/codes.ts';
import * as k from '../src/wire/frame-kinds.ts';
import { expectEqualBook, FeedMarket, SMALL_LIMITS, TestConsumer } from './feed-kit.ts';

vi.mock('../src/feed/feed-limits.ts', async (original) => ({
  ...(await original<object>()),
  SNAPSHOT_RECORDS_MAX: 1_000,
  SNAPSHOT_RECORDS_PER_TURN: 500,
}));

function market(orders: number): FeedMarket {
  const made = new FeedMarket(SMALL_LIMITS, [1, 2]);
  for (const instrument of [1, 2]) {
    for (let i = 0; i < orders; i++) {
      made.enter({ instrument, side: SIDE_SELL, qty: 1, price: 100 + (i % 7) });
    }
  }
  made.flush();
  return made;
}

test('a snapshot should wait while too many records are under way, unless it is alone', () => {
  const busy = market(1_200);
  const [first, second, third] = [0, 1, 2].map(() => {
    const consumer = new TestConsumer(busy.publisher);
    consumer.deliver();
    consumer.isStuck = true;
    consumer.unsentBytes = k.UNSENT_BYTES_PAUSE;
    consumer.subscribe(1, k.CHANNEL_L3);
    return consumer;
  });
  const sent = (): number[] => [first!, second!, third!].map(({ inbox }) => inbox.length);
  expect(sent()).toEqual([1, 0, 0]);
  busy.publisher.tick(0);
  expect(sent()).toEqual([1, 0, 0]);
  second!.isStuck = false;
  second!.unsentBytes = 0;
  // The first is gone before it has taken its snapshot, so it is the next one's turn.
  first!.close(k.CLOSE_SLOW);
  expect(sent()).toEqual([1, 0, 0]);
  busy.publisher.tick(0);
  expect(sent()).toEqual([1, 3, 0]);
  second!.deliver();
  expectEqualBook(second!.books.get(1)!, busy.core, 'the second');
  busy.publisher.tick(0);
  third!.drain();
  third!.deliver();
  expectEqualBook(third!.books.get(1)!, busy.core, 'the third');
});

test('no more should be copied in one turn than its bound, but for the first', () => {
  const busy = market(300);
  const consumers = [0, 1, 2].map(() => new TestConsumer(busy.publisher));
  for (const consumer of consumers) {
    consumer.deliver();
    consumer.subscribe(1, k.CHANNEL_L3);
    consumer.subscribe(2, k.CHANNEL_L2);
  }
  const sent = (): number[] => consumers.map(({ inbox }) => inbox.length);
  // 300 orders and 7 levels; another 300 orders would be too much, but not another's 7 levels.
  expect(sent()).toEqual([2, 0, 0]);
  busy.flush();
  expect(sent()).toEqual([2, 2, 0]);
  busy.flush();
  expect(sent()).toEqual([2, 2, 2]);
  for (const consumer of consumers) {
    consumer.deliver();
    for (const book of consumer.books.values()) expectEqualBook(book, busy.core, 'at last');
  }
});
