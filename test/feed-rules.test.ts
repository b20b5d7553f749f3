// What the feed makes of every event of the rulebook, from the event ring alone: icebergs, stops,
// auctions, phases. Events by hand, so that each case is there whatever the core does.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import { Publisher } from '../src/feed/publisher.ts';
import { type OrderUpdate, readOrderUpdate } from '../src/wire/feed.ts';
import { ORDER_WORDS } from '../src/wire/feed-layout.ts';
import * as k from '../src/wire/frame-kinds.ts';
import {
  command,
  indicative,
  instrument,
  type OrderWords,
  ofOrder,
  phase,
  trade,
  type Words,
} from './event-words.ts';
import { ALL, EPOCH, TestConsumer } from './feed-kit.ts';

const { SIDE_BUY, SIDE_SELL } = codes;
const sell = (id: number, leaves: number, more: Partial<OrderWords> = {}) =>
  ofOrder(codes.EVENT_NEW, { id, leaves, side: SIDE_SELL, ...more });
const buy = (id: number, leaves: number, more: Partial<OrderWords> = {}) =>
  ofOrder(codes.EVENT_NEW, { id, leaves, side: SIDE_BUY, ...more });

/** A publisher with instrument 1 and a consumer of all its channels. */
class Feed {
  readonly publisher = new Publisher({ epoch: EPOCH, orders: 64, instruments: 4 });
  readonly consumer: TestConsumer;

  constructor(channels = ALL) {
    this.take(instrument({ number: 1, symbol: 'ONE' }));
    this.consumer = new TestConsumer(this.publisher);
    this.consumer.subscribe(1, channels);
    this.consumer.deliver();
  }

  get book() {
    return this.consumer.books.get(1)!;
  }

  /** One command with these events. */
  take(...events: readonly Words[]): void {
    const slots = command(...events);
    // As one ring that is read whole.
    const ring = new Int32Array(64 * EVENT_WORDS);
    ring.set(slots);
    this.publisher.onEvents(ring, 63, 0, events.length);
  }

  /** The same, delivered: the order updates of its last frame as [kind, orderId, shown]. */
  told(...events: readonly Words[]): number[][] {
    this.take(...events);
    this.consumer.deliver();
    const { words, ordersAt, orderCount } = this.consumer.decoder;
    return Array.from(
      { length: orderCount },
      (_, i): OrderUpdate => readOrderUpdate(words, ordersAt + i * ORDER_WORDS),
    ).map(({ kind, orderId, qty }) => [kind, Number(orderId), qty]);
  }

  /** Sequence of the last update: whether a command told anything. */
  get sequence(): number {
    return this.book.sequence;
  }

  asks(): number[][] {
    return this.book.asks().map(({ price, qty, orders }) => [price, qty, orders]);
  }

  queue(side = SIDE_SELL): number[][] {
    return this.book.orders(side).map(({ orderId, qty }) => [Number(orderId), qty]);
  }
}

describe('icebergs (R3.7)', () => {
  const iceberg = { displayed: 5, displayQty: 5 };

  test('should show their tranche in L2 and L3, never what they hide', () => {
    const feed = new Feed();
    expect(feed.told(sell(1, 20, iceberg))).toEqual([[k.ORDER_ADDED, 1, 5]]);
    feed.told(sell(2, 3));
    expect(feed.asks()).toEqual([[100, 8, 2]]);
    const late = new TestConsumer(feed.publisher);
    late.subscribe(1, ALL);
    late.deliver();
    expect(late.books.get(1)!.asks()).toEqual([{ price: 100, qty: 8, orders: 2 }]);
    expect(
      late.books
        .get(1)!
        .orders(SIDE_SELL)
        .map(({ qty }) => qty),
    ).toEqual([5, 3]);
  });

  test('should show a new tranche at the back of their level', () => {
    const feed = new Feed();
    feed.told(sell(1, 20, iceberg), sell(2, 3));
    const restingSide = SIDE_SELL;
    const updates = feed.told(
      buy(3, 6),
      trade({ restingSide, qty: 5, resting: [1, 15, 0], other: [3, 1] }),
      ofOrder(codes.EVENT_REFRESHED, { id: 1, side: SIDE_SELL, leaves: 15, ...iceberg }),
      trade({ restingSide, qty: 1, resting: [2, 2], other: [3, 0] }),
    );
    expect(updates).toEqual([
      [k.ORDER_REFRESHED, 1, 5],
      [k.ORDER_REDUCED, 2, 2],
    ]);
    expect(feed.queue()).toEqual([
      [2, 2],
      [1, 5],
    ]);
    expect(feed.asks()).toEqual([[100, 7, 2]]);
  });

  test('should keep their place while their tranche lasts, and their last one may be short', () => {
    const feed = new Feed();
    feed.told(sell(1, 7, iceberg), sell(2, 3));
    const restingSide = SIDE_SELL;
    expect(
      feed.told(buy(3, 2), trade({ restingSide, qty: 2, resting: [1, 5, 3], other: [3, 0] })),
    ).toEqual([[k.ORDER_REDUCED, 1, 3]]);
    feed.told(
      buy(4, 3),
      trade({ restingSide, qty: 3, resting: [1, 2, 0], other: [4, 0] }),
      ofOrder(codes.EVENT_REFRESHED, {
        id: 1,
        side: SIDE_SELL,
        leaves: 2,
        displayed: 2,
        displayQty: 5,
      }),
    );
    expect(feed.queue()).toEqual([
      [2, 3],
      [1, 2],
    ]);
    expect(
      feed.told(
        buy(5, 5),
        trade({ restingSide, qty: 3, resting: [2, 0], other: [5, 2] }),
        trade({ restingSide, qty: 2, resting: [1, 0, 0], other: [5, 0] }),
      ),
    ).toEqual([
      [k.ORDER_DELETED, 2, 0],
      [k.ORDER_DELETED, 1, 0],
    ]);
  });

  test('should act with all they have, and then show a tranche of the rest', () => {
    const feed = new Feed();
    feed.told(buy(1, 12));
    const updates = feed.told(
      sell(2, 20, iceberg),
      trade({ restingSide: SIDE_BUY, qty: 12, resting: [1, 0], other: [2, 8, 5] }),
    );
    expect(updates).toEqual([
      [k.ORDER_DELETED, 1, 0],
      [k.ORDER_ADDED, 2, 5],
    ]);
  });

  test('should say nothing when only what they hide changes', () => {
    const feed = new Feed();
    feed.told(sell(1, 20, iceberg));
    const { sequence } = feed;
    const kept = { id: 1, side: SIDE_SELL, keptPlace: true };
    feed.told(ofOrder(codes.EVENT_REPLACED, { ...kept, leaves: 9, ...iceberg }));
    expect(feed.sequence).toBe(sequence);
    const shrunk = { ...kept, leaves: 4, displayed: 4, displayQty: 5 };
    expect(feed.told(ofOrder(codes.EVENT_REPLACED, shrunk))).toEqual([[k.ORDER_REDUCED, 1, 4]]);
    // The whole of it is canceled, also what nobody saw.
    expect(
      feed.told(ofOrder(codes.EVENT_CANCELED, { id: 1, leaves: 4, displayed: 0, displayQty: 5 })),
    ).toEqual([[k.ORDER_DELETED, 1, 0]]);
  });

  test('should lose a tranche to self-trade prevention and show another one (R3.9)', () => {
    const feed = new Feed();
    feed.told(sell(1, 20, iceberg), sell(2, 1));
    const updates = feed.told(
      buy(3, 7),
      ofOrder(codes.EVENT_RESTATED, {
        id: 1,
        side: SIDE_SELL,
        leaves: 13,
        displayed: 0,
        displayQty: 5,
      }),
      ofOrder(codes.EVENT_CANCELED, { id: 3, leaves: 7, reason: codes.CANCEL_STP }),
      ofOrder(codes.EVENT_REFRESHED, { id: 1, side: SIDE_SELL, leaves: 13, ...iceberg }),
    );
    expect(updates).toEqual([[k.ORDER_REFRESHED, 1, 5]]);
    expect(feed.queue()).toEqual([
      [2, 1],
      [1, 5],
    ]);
  });
});

describe('stops (R5.5)', () => {
  const stop = { price: 0, stopPrice: 110 };

  test('should not show while they wait, whatever becomes of them', () => {
    const feed = new Feed();
    feed.told(sell(1, 5));
    const { sequence } = feed;
    feed.told(buy(2, 10, stop));
    feed.told(ofOrder(codes.EVENT_REPLACED, { id: 2, leaves: 20, keptPlace: true, ...stop }));
    feed.told(ofOrder(codes.EVENT_REPLACED, { id: 2, leaves: 25, ...stop }));
    feed.told(ofOrder(codes.EVENT_CANCELED, { id: 2, leaves: 25, ...stop }));
    expect(feed.sequence).toBe(sequence);
    expect(feed.queue(SIDE_BUY)).toEqual([]);
  });

  test('should act when they are triggered, after what triggered them', () => {
    const feed = new Feed();
    feed.told(sell(1, 5), sell(2, 5, { price: 101 }));
    feed.told(buy(3, 7, { price: 0, stopPrice: 100 }), buy(4, 4, { price: 102, stopPrice: 100 }));
    const restingSide = SIDE_SELL;
    const updates = feed.told(
      buy(5, 8, { price: 100 }),
      trade({ restingSide, qty: 5, resting: [1, 0], other: [5, 3] }),
      // A stop that became a market order: its rest is canceled.
      ofOrder(codes.EVENT_TRIGGERED, { id: 3, price: 0, leaves: 7 }),
      trade({ restingSide, price: 101, qty: 5, resting: [2, 0], other: [3, 2] }),
      ofOrder(codes.EVENT_CANCELED, { id: 3, price: 0, leaves: 2 }),
      ofOrder(codes.EVENT_TRIGGERED, { id: 4, price: 102, leaves: 4, displayed: 3, displayQty: 3 }),
    );
    expect(updates).toEqual([
      [k.ORDER_DELETED, 1, 0],
      [k.ORDER_ADDED, 5, 3],
      [k.ORDER_DELETED, 2, 0],
      [k.ORDER_ADDED, 4, 3],
    ]);
    expect(feed.book.trades.map(({ aggressor }) => aggressor)).toEqual([SIDE_BUY, SIDE_BUY]);
  });
});

describe('phases and auctions (R6)', () => {
  test('should be in the snapshot, whatever the channels', () => {
    for (const channels of [k.CHANNEL_L2, k.CHANNEL_L3, k.CHANNEL_TRADES]) {
      const feed = new Feed(channels);
      expect(feed.book).toMatchObject({ phase: 'continuous', nextPhaseDue: 0n, indicative: null });
      feed.told(phase(codes.PHASE_AUCTION, 2 ** 40 + 7));
      feed.told(buy(1, 5), sell(2, 3), indicative(100, 3, 2));
      const told = { price: 100, qty: 3, imbalance: 2 };
      expect(feed.book).toMatchObject({ phase: 'auction', indicative: told });
      const late = new TestConsumer(feed.publisher);
      late.subscribe(1, channels);
      late.deliver();
      const { phase: now, nextPhaseDue, indicative: also } = late.books.get(1)!;
      expect([now, nextPhaseDue, also]).toEqual(['auction', 2n ** 40n + 7n, told]);
      expect(late.books.get(1)!.phases).toEqual([]);
    }
  });

  test('should be told to a subscriber of any one channel', () => {
    for (const channels of [k.CHANNEL_L2, k.CHANNEL_L3, k.CHANNEL_TRADES]) {
      const feed = new Feed(channels);
      feed.told(phase(codes.PHASE_HALTED));
      expect(feed.book.phases).toEqual([{ phase: 'halted', due: 0n }]);
      feed.told(phase(codes.PHASE_CLOSED));
      expect(feed.book.phase).toBe('closed');
    }
  });

  test('should keep a crossed book, and uncross it without an aggressor', () => {
    const feed = new Feed();
    feed.told(phase(codes.PHASE_PRE_OPEN));
    feed.told(buy(1, 10, { price: 105 }), sell(2, 4, { price: 95 }), indicative(105, 4, 6));
    feed.told(sell(3, 9, { price: 96, displayed: 2, displayQty: 2 }), indicative(95, 10, -3));
    expect(feed.book.indicative).toEqual({ price: 95, qty: 10, imbalance: -3 });
    expect([feed.book.bids(1)[0]?.price, feed.book.asks(1)[0]?.price]).toEqual([105, 95]);
    const auction = { price: 95, isAuction: true } as const;
    const updates = feed.told(
      phase(codes.PHASE_CONTINUOUS),
      trade({ ...auction, id: 1, qty: 4, resting: [1, 6], other: [2, 0] }),
      trade({ ...auction, id: 2, qty: 6, resting: [1, 0], other: [3, 3, 0] }),
      ofOrder(codes.EVENT_REFRESHED, {
        id: 3,
        side: SIDE_SELL,
        leaves: 3,
        displayed: 2,
        displayQty: 2,
      }),
    );
    expect(updates).toEqual([
      [k.ORDER_REDUCED, 1, 6],
      [k.ORDER_DELETED, 2, 0],
      [k.ORDER_DELETED, 1, 0],
      [k.ORDER_REFRESHED, 3, 2],
    ]);
    expect(feed.book.trades.map(({ qty, aggressor }) => [qty, aggressor])).toEqual([
      [4, 2],
      [6, 2],
    ]);
    expect(feed.book).toMatchObject({ phase: 'continuous', indicative: null });
    expect(feed.asks()).toEqual([[96, 2, 1]]);
  });

  test('should forget the indicative of an auction that is over or trades nothing', () => {
    const feed = new Feed();
    feed.told(phase(codes.PHASE_AUCTION));
    feed.told(indicative(100, 3, -(2 ** 40)));
    expect(feed.book.indicative?.imbalance).toBe(-(2 ** 40));
    feed.told(indicative(0, 0, 0));
    expect(feed.book.indicative).toBe(null);
    feed.told(indicative(101, 2, 0));
    feed.told(phase(codes.PHASE_AUCTION));
    expect(feed.book.indicative).toBe(null);
    const late = new TestConsumer(feed.publisher);
    late.subscribe(1, ALL);
    late.deliver();
    expect(late.books.get(1)!.indicative).toBe(null);
  });

  test('should tell every phase of one command in its order, however many', () => {
    const feed = new Feed();
    const cycle = [codes.PHASE_HALTED, codes.PHASE_AUCTION, codes.PHASE_CONTINUOUS];
    const events = Array.from({ length: 60 }, (_, i) => phase(cycle[i % 3]!, i));
    feed.told(...events, indicative(0, 0, 0));
    expect(feed.book.phases).toHaveLength(60);
    expect(feed.book.phases.slice(0, 4).map((one) => one.phase)).toEqual([
      'halted',
      'auction',
      'continuous',
      'halted',
    ]);
    expect(feed.book.nextPhaseDue).toBe(59n);
  });

  test('should let what acted before rest before what the phase brings', () => {
    const feed = new Feed();
    feed.told(sell(1, 5, { price: 100 }));
    const updates = feed.told(
      ofOrder(codes.EVENT_TRIGGERED, { id: 2, leaves: 9, price: 100 }),
      trade({ restingSide: SIDE_SELL, qty: 5, resting: [1, 0], other: [2, 4] }),
      phase(codes.PHASE_AUCTION),
      phase(codes.PHASE_CONTINUOUS),
      buy(3, 1, { price: 100 }),
    );
    expect(updates).toEqual([
      [k.ORDER_DELETED, 1, 0],
      [k.ORDER_ADDED, 2, 4],
      [k.ORDER_ADDED, 3, 1],
    ]);
  });
});
