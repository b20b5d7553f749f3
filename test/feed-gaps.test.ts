// A consumer's book when frames are lost, repeated, out of order, of another epoch, or wrong.

import { beforeAll, describe, expect, test } from 'vitest';
import { FeedBook, type FeedBookChange } from '../src/client/feed-book.ts';
import { PHASE_CONTINUOUS, SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import {
  createFeedHead,
  FeedDecoder,
  FeedEncoder,
  type FeedHead,
  type Level,
  type OrderUpdate,
  type Records,
  writeLevel,
  writeOrderUpdate,
} from '../src/wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS } from '../src/wire/feed-layout.ts';
import * as k from '../src/wire/frame-kinds.ts';
import { expectEqualBook, FeedMarket, SMALL_LIMITS, TestConsumer } from './feed-kit.ts';

const SETS = [
  ['L2', k.CHANNEL_L2],
  ['L3', k.CHANNEL_L3],
  ['trades', k.CHANNEL_TRADES],
  ['all', k.CHANNEL_L2 | k.CHANNEL_L3 | k.CHANNEL_TRADES],
] as const;
const decoder = new FeedDecoder();
const market = new FeedMarket(SMALL_LIMITS, [1]);
const recorded = new Map<number, Uint8Array[]>();

/**
 * For each set of channels the frames of one subscription: a snapshot (of several frames, but for
 * trades), updates of one frame, an update of several, one more.
 */
beforeAll(() => {
  for (let i = 0; i < 1_400; i++) {
    market.enter({ side: SIDE_SELL, qty: 10, price: 1_000 + (i % 1_200) });
  }
  market.enter({ side: SIDE_BUY, qty: 10, price: 1_000 });
  market.flush();
  const consumers = SETS.map(([, channels]) => {
    const consumer = new TestConsumer(market.publisher);
    consumer.inbox = [];
    consumer.subscribe(1, channels);
    return consumer;
  });
  for (let i = 0; i < 5; i++) market.enter({ side: SIDE_BUY, qty: 1, price: 500 - i });
  market.enter({ side: SIDE_BUY, qty: 8_000, price: 2_199 });
  market.enter({ side: SIDE_BUY, qty: 10, price: 2_190 });
  market.flush();
  for (const [i, [, channels]] of SETS.entries()) recorded.set(channels, consumers[i]!.inbox);
});

function play(frames: readonly Uint8Array[], book = new FeedBook(1)): FeedBookChange[] {
  return frames.map((bytes) => {
    expect(decoder.decode(bytes)).toBe(0);
    return book.apply(decoder);
  });
}

describe.each(SETS)('a subscription to %s', (name, channels) => {
  test('should be followed from the snapshot to the last update', () => {
    const frames = recorded.get(channels)!;
    const book = new FeedBook(1);
    const changes = play(frames, book);
    expectEqualBook(book, market.core, name);
    const snapshotFrames = changes.indexOf('snapshot') + 1;
    if (name === 'trades') expect(snapshotFrames).toBe(1);
    else expect(snapshotFrames).toBeGreaterThan(2);
    expect(changes.slice(snapshotFrames)).toContain('part');
    expect(changes.filter((change) => change === 'update')).toHaveLength(7);
    expect(changes).not.toContain('gap');
  });

  test('should notice each lost frame, and stay lost until a whole snapshot comes', () => {
    const frames = recorded.get(channels)!;
    for (let lost = 0; lost < frames.length - 1; lost++) {
      const book = new FeedBook(1);
      const changes = play(frames.toSpliced(lost, 1), book);
      const noticed = changes.indexOf('gap');
      expect(noticed, `frame ${lost}`).toBeGreaterThanOrEqual(lost);
      expect(new Set(changes.slice(noticed + 1)), `frame ${lost}`).not.toContain('update');
      expect(book.state, `frame ${lost}`).toBe('gap');
      play(frames, book);
      expectEqualBook(book, market.core, `mended after frame ${lost}`);
    }
  });

  test('should notice each repeated frame that could do harm', () => {
    const frames = recorded.get(channels)!;
    for (let again = 0; again < frames.length; again++) {
      const book = new FeedBook(1);
      const changes = play(frames.toSpliced(again, 0, frames[again]!), book);
      // The first of a snapshot begins it anew, which changes nothing.
      if (again === 0) expectEqualBook(book, market.core, `${name} again`);
      else expect(changes.indexOf('gap'), `frame ${again}`).toBe(again + 1);
    }
  });

  test('should notice two frames that come in each other’s place', () => {
    const frames = recorded.get(channels)!;
    for (let i = 0; i < frames.length - 1; i++) {
      const book = new FeedBook(1);
      const changes = play(frames.toSpliced(i, 2, frames[i + 1]!, frames[i]!), book);
      expect(changes.indexOf('gap'), `frame ${i}`).toBe(i);
      expect(book.state, `frame ${i}`).toBe('gap');
    }
  });

  test('should notice when an old snapshot comes back', () => {
    const frames = recorded.get(channels)!;
    const book = new FeedBook(1);
    play(frames, book);
    expect(play(frames.slice(0, 1), book)).toEqual(['gap']);
  });
});

describe('a book', () => {
  const encoder = new FeedEncoder();
  const PHASES = { words: Int32Array.of(PHASE_CONTINUOUS, 0, 0), at: 0, count: 1 };

  function frame(
    changes: Partial<FeedHead>,
    levels: Level[] = [],
    orders: OrderUpdate[] = [],
  ): Uint8Array {
    const head = { ...createFeedHead(k.FEED_UPDATE), epoch: 5, instrument: 1, channels: 3 };
    const sent = { ...head, ...changes };
    // A snapshot says the phase, in its last frame.
    const hasPhase = sent.kind === k.FEED_SNAPSHOT && sent.isLast;
    return encoder
      .encode(sent, levelRecords(levels), orderRecords(orders), null, hasPhase ? PHASES : null)
      .slice();
  }

  function levelRecords(levels: Level[]): Records {
    const words = new Int32Array(levels.length * LEVEL_WORDS);
    levels.forEach((level, i) => {
      writeLevel(words, i * LEVEL_WORDS, level);
    });
    return { words, at: 0, count: levels.length };
  }

  function orderRecords(orders: OrderUpdate[]): Records {
    const words = new Int32Array(orders.length * ORDER_WORDS);
    orders.forEach((order, i) => {
      writeOrderUpdate(words, i * ORDER_WORDS, order);
    });
    return { words, at: 0, count: orders.length };
  }

  const bid: Level = { side: SIDE_BUY, price: 100, qty: 5, orders: 1 };
  const order = { kind: k.ORDER_ADDED, side: SIDE_BUY, orderId: 9n, price: 100, qty: 5 };
  const snapshot = frame({ kind: k.FEED_SNAPSHOT, sequence: 8 }, [bid], [order]);

  test('should say gap to an update before its snapshot, once', () => {
    const book = new FeedBook(1);
    expect(play([frame({ sequence: 1 }), frame({ sequence: 2 })], book)).toEqual(['gap', 'none']);
    expect(play([snapshot, frame({ sequence: 9 })], book)).toEqual(['snapshot', 'update']);
    book.disconnected();
    expect(book.state).toBe('waiting');
    expect(play([frame({ sequence: 10 })], book)).toEqual(['gap']);
  });

  test('should notice another epoch, in frames about anything', () => {
    const others: Partial<FeedHead>[] = [
      { kind: k.FEED_HEARTBEAT, instrument: 0, channels: 0 },
      { kind: k.FEED_UPDATE, instrument: 2, sequence: 9 },
      { kind: k.FEED_UPDATE, sequence: 9 },
    ];
    for (const other of others) {
      const book = new FeedBook(1);
      play([snapshot], book);
      expect(play([frame({ ...other, epoch: 5 })], book)).not.toContain('gap');
      expect(play([frame({ ...other, epoch: 6 })], book)).toEqual(['gap']);
    }
    const book = new FeedBook(1);
    const fresh = frame({ kind: k.FEED_SNAPSHOT, epoch: 6, sequence: 0 });
    expect(play([snapshot, fresh, frame({ epoch: 6, sequence: 1 })], book)).toEqual([
      'snapshot',
      'snapshot',
      'update',
    ]);
    expect(book).toMatchObject({ epoch: 6, sequence: 1 });
  });

  test('should leave frames of other instruments and kinds alone', () => {
    const book = new FeedBook(1);
    play([snapshot], book);
    const others: Partial<FeedHead>[] = [
      { instrument: 2, sequence: 100 },
      { kind: k.FEED_SNAPSHOT, instrument: 2, sequence: 100 },
      { kind: k.FEED_REFUSED, reason: 1 },
      { kind: k.FEED_HEARTBEAT, instrument: 0, channels: 0 },
    ];
    for (const other of others) expect(play([frame(other)], book)).toEqual(['none']);
    expect(book).toMatchObject({ state: 'live', sequence: 8 });
  });

  test.each<[string, Level[], OrderUpdate[]]>([
    ['an order that is there already', [], [order]],
    ['an order of nobody reduced', [], [{ ...order, orderId: 10n, kind: k.ORDER_REDUCED, qty: 1 }]],
    ['an order of nobody deleted', [], [{ ...order, orderId: 10n, kind: k.ORDER_DELETED, qty: 0 }]],
    ['an order reduced to more', [], [{ ...order, kind: k.ORDER_REDUCED, qty: 6 }]],
    ['an order reduced to nothing', [], [{ ...order, kind: k.ORDER_REDUCED, qty: 0 }]],
    ['an order at another price', [], [{ ...order, kind: k.ORDER_REDUCED, qty: 4, price: 99 }]],
    ['an order of the other side', [], [{ ...order, kind: k.ORDER_DELETED, side: SIDE_SELL }]],
    ['an unknown kind', [], [{ ...order, kind: 5 }]],
    ['a new tranche of nothing', [], [{ ...order, kind: k.ORDER_REFRESHED, qty: 0 }]],
    ['a new tranche of an unknown order', [], [{ ...order, kind: k.ORDER_REFRESHED, orderId: 7n }]],
    ['an unknown side', [], [{ ...order, orderId: 10n, side: 2 }]],
    ['no price', [], [{ ...order, orderId: 10n, price: 0 }]],
    ['no quantity', [], [{ ...order, orderId: 10n, qty: 0 }]],
    ['an id beyond 2^53-1', [], [{ ...order, orderId: 2n ** 53n }]],
    ['a level of an unknown side', [{ ...bid, side: 2 }], []],
    ['a level without a price', [{ ...bid, price: 0 }], []],
    ['a level with quantity but no orders', [{ ...bid, orders: 0 }], []],
    ['a level with orders but no quantity', [{ ...bid, qty: 0 }], []],
  ])('should say gap to an update with %s', (_, levels, orders) => {
    const book = new FeedBook(1);
    expect(play([snapshot, frame({ sequence: 9 }, levels, orders)], book)).toEqual([
      'snapshot',
      'gap',
    ]);
    expect(play([snapshot], book)).toEqual(['snapshot']);
    expect([book.bids(), book.orders(SIDE_BUY)]).toEqual([
      [{ price: 100, qty: 5, orders: 1 }],
      [{ orderId: 9n, price: 100, qty: 5 }],
    ]);
  });

  test.each<[string, Level[], OrderUpdate[]]>([
    ['a level twice', [bid, bid], []],
    ['a level that is gone', [{ ...bid, qty: 0, orders: 0 }], []],
    ['an order twice', [], [order, order]],
    ['an order that was reduced', [], [{ ...order, kind: k.ORDER_REDUCED, qty: 4 }]],
  ])('should say gap to a snapshot with %s', (_, levels, orders) => {
    const wrong = frame({ kind: k.FEED_SNAPSHOT, sequence: 8 }, levels, orders);
    expect(play([wrong, snapshot])).toEqual(['gap', 'snapshot']);
  });

  test('should say gap to phases that are none, and to a snapshot without one', () => {
    const head = { ...createFeedHead(k.FEED_UPDATE), epoch: 5, instrument: 1, channels: 3 };
    for (const phase of [0, 6, 2 ** 31]) {
      const phases = { words: Int32Array.of(phase, 0, 0), at: 0, count: 1 };
      const update = encoder.encode({ ...head, sequence: 9 }, null, null, null, phases).slice();
      expect(play([snapshot, update])).toEqual(['snapshot', 'gap']);
    }
    const bare = { ...head, kind: k.FEED_SNAPSHOT, sequence: 8 };
    expect(play([encoder.encode(bare, null, null, null).slice(), snapshot])).toEqual([
      'gap',
      'snapshot',
    ]);
  });

  test('should say gap to an update with channels that it has no snapshot of', () => {
    expect(play([snapshot, frame({ sequence: 9, channels: 7 })])).toEqual(['snapshot', 'gap']);
  });

  test('should give levels and orders best first, as many as asked for', () => {
    const book = new FeedBook(1);
    const orders = [101, 99, 103, 99, 101].map((price, i) => ({
      ...order,
      side: SIDE_SELL,
      orderId: BigInt(i + 1),
      price,
      qty: i + 1,
    }));
    play([frame({ kind: k.FEED_SNAPSHOT, channels: k.CHANNEL_L3 }, [], orders)], book);
    expect(book.asks()).toEqual([
      { price: 99, qty: 6, orders: 2 },
      { price: 101, qty: 6, orders: 2 },
      { price: 103, qty: 3, orders: 1 },
    ]);
    expect(book.asks(1)).toEqual([{ price: 99, qty: 6, orders: 2 }]);
    expect(book.bids()).toEqual([]);
    const ids = (max?: number): number[] =>
      book.orders(SIDE_SELL, max).map(({ orderId }) => Number(orderId));
    expect(ids()).toEqual([2, 4, 1, 5, 3]);
    expect(ids(3)).toEqual([2, 4, 1]);
    expect(ids(0)).toEqual([]);
  });
});
