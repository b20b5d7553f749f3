// What the publisher sends: snapshots, updates in order, the list of instruments, refusals.

import { describe, expect, test } from 'vitest';
import {
  COMMAND_CANCEL,
  COMMAND_MASS_CANCEL,
  PHASE_CONTINUOUS,
  PHASE_HALTED,
  SIDE_BUY,
  SIDE_SELL,
  TIF_IOC,
} from '../src/core/codes.ts';
import { restingOrders } from '../src/core/views.ts';
import { Publisher } from '../src/feed/publisher.ts';
import { encodeSubscribe, FeedDecoder, readLevel, readOrderUpdate } from '../src/wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS } from '../src/wire/feed-layout.ts';
import * as k from '../src/wire/frame-kinds.ts';
import { command, instrument, phase } from './event-words.ts';
import {
  ALL,
  EPOCH,
  expectEqualBook,
  FeedMarket,
  facts,
  framesOf,
  marketOf,
  SMALL_LIMITS,
  TestConsumer,
} from './feed-kit.ts';

describe('snapshots', () => {
  test('should be one frame of an empty book, before any trade', () => {
    const { publisher } = marketOf();
    const consumer = new TestConsumer(publisher);
    consumer.subscribe(2, ALL);
    consumer.deliver();
    const book = consumer.books.get(2)!;
    expect(book).toMatchObject({ state: 'live', epoch: EPOCH, sequence: 0, lastTrade: null });
    expect([...book.bids(), ...book.asks(), ...book.orders(SIDE_BUY)]).toEqual([]);
  });

  test('should need several frames when large, and carry the sequence of the last update', () => {
    const busy = marketOf(1_500);
    const consumer = new TestConsumer(busy.publisher);
    consumer.subscribe(1, ALL);
    expect(framesOf(consumer)).toEqual([k.FEED_INSTRUMENTS, ...new Array(3).fill(k.FEED_SNAPSHOT)]);
    expect(consumer.heads.map(({ isLast }) => isLast)).toEqual([true, false, false, true]);
    expect(consumer.changes).toEqual(['none', 'part', 'part', 'snapshot']);
    expect(consumer.books.get(1)!.sequence).toBe(1_500);
    expectEqualBook(consumer.books.get(1)!, busy.core, 'after the snapshot');
  });

  test('should have bids, then asks, best price first', () => {
    const busy = marketOf(3);
    for (const price of [50, 70, 60]) busy.enter({ side: SIDE_BUY, qty: 1, price });
    busy.flush();
    const consumer = new TestConsumer(busy.publisher);
    consumer.subscribe(1, ALL);
    consumer.deliver();
    const { words, levelsAt, levelCount, ordersAt, orderCount } = consumer.decoder;
    const prices = [70, 60, 50, 100, 101, 102];
    expect([levelCount, orderCount]).toEqual([6, 6]);
    expect(prices.map((_, i) => readLevel(words, levelsAt + i * LEVEL_WORDS).price)).toEqual(
      prices,
    );
    expect(prices.map((_, i) => readOrderUpdate(words, ordersAt + i * ORDER_WORDS).price)).toEqual(
      prices,
    );
  });

  test('should go out as the socket takes them, updates of the book behind them', () => {
    const busy = marketOf(1_500);
    const consumer = new TestConsumer(busy.publisher);
    consumer.subscribe(2, ALL);
    framesOf(consumer);
    consumer.isStuck = true;
    consumer.unsentBytes = k.UNSENT_BYTES_PAUSE;
    consumer.subscribe(1, ALL);
    expect(consumer.inbox).toHaveLength(1);
    busy.enter({ side: SIDE_BUY, qty: 1, price: 99 });
    busy.enter({ instrument: 2, side: SIDE_BUY, qty: 1, price: 7 });
    busy.enter({ side: SIDE_BUY, qty: 15, price: 100 });
    busy.flush();
    // Nothing of instrument 1 may pass its snapshot; instrument 2 is not held up by it.
    expect(framesOf(consumer)).toEqual([k.FEED_SNAPSHOT, k.FEED_UPDATE]);
    expectEqualBook(consumer.books.get(2)!, busy.core, 'the other instrument');
    consumer.drain();
    const { FEED_SNAPSHOT, FEED_UPDATE } = k;
    expect(framesOf(consumer)).toEqual([FEED_SNAPSHOT, FEED_SNAPSHOT, FEED_UPDATE, FEED_UPDATE]);
    expect(consumer.gaps).toBe(0);
    expectEqualBook(consumer.books.get(1)!, busy.core, 'after what was kept');
    expect(consumer.books.get(1)!.trades.map(({ qty }) => qty)).toEqual([10, 5]);
  });

  test('should be sent to their end when the subscription has ended meanwhile', () => {
    const busy = marketOf(1_500);
    const consumer = new TestConsumer(busy.publisher);
    consumer.isStuck = true;
    consumer.unsentBytes = k.UNSENT_BYTES_PAUSE;
    consumer.subscribe(1, ALL);
    busy.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    busy.flush();
    consumer.unsubscribe(1, ALL);
    busy.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    consumer.subscribe(1, k.CHANNEL_L2);
    busy.flush();
    consumer.drain();
    const { FEED_INSTRUMENTS, FEED_SNAPSHOT } = k;
    expect(framesOf(consumer)).toEqual([FEED_INSTRUMENTS, ...new Array(4).fill(FEED_SNAPSHOT)]);
    expectEqualBook(consumer.books.get(1)!, busy.core, 'the second subscription');
    expect(consumer.books.get(1)!.channels).toBe(k.CHANNEL_L2);
  });

  test('should wait for the end of a command under way', () => {
    const busy = marketOf(30);
    const consumer = new TestConsumer(busy.publisher);
    busy.enter({ side: SIDE_BUY, qty: 205, price: 101 });
    // The ring holds 8 events, so the publisher has seen a part of the sweep.
    consumer.subscribe(1, ALL);
    expect(framesOf(consumer)).toEqual([k.FEED_INSTRUMENTS]);
    busy.flush();
    expect(framesOf(consumer)).toEqual([k.FEED_SNAPSHOT]);
    expectEqualBook(consumer.books.get(1)!, busy.core, 'after the sweep');
    expect(consumer.books.get(1)!.orders(SIDE_BUY)).toMatchObject([{ price: 101, qty: 5 }]);
  });

  test('should be made from seeded orders after a recovery', () => {
    const before = marketOf(40);
    const after = new Publisher({ epoch: EPOCH + 1, orders: 100, instruments: 2 });
    after.seedInstrument(facts(1));
    for (const { orderId, price, leaves } of restingOrders(before.core, 1, SIDE_SELL)) {
      after.seedOrder(1, SIDE_SELL, orderId, price, leaves, leaves);
    }
    after.seedCommand(4_711, 5, 6);
    const consumer = new TestConsumer(after);
    consumer.subscribe(1, ALL);
    consumer.deliver();
    const book = consumer.books.get(1)!;
    expectEqualBook(book, before.core, 'seeded');
    expect(book).toMatchObject({ epoch: EPOCH + 1, sequence: 0, commandSequence: 4_711 });
    expect(book).toMatchObject({ timeLow: 5, timeHigh: 6 });
  });
});

describe('updates', () => {
  test('of a sweep larger than a frame should take effect with their last frame', () => {
    const busy = marketOf(1_500);
    const consumers = [ALL, k.CHANNEL_L2, k.CHANNEL_L3].map((channels) => {
      const consumer = new TestConsumer(busy.publisher);
      consumer.subscribe(1, channels);
      consumer.deliver();
      return consumer;
    });
    const before = consumers[0]!.books.get(1)!.asks();
    const orders = restingOrders(busy.core, 1, SIDE_SELL);
    busy.enter({ side: SIDE_BUY, qty: 13_005, price: 102 });
    busy.flush();
    for (const consumer of consumers) {
      const book = consumer.books.get(1)!;
      // 3 levels, 1,301 orders, 1,301 trades, 512 records a frame.
      expect(consumer.inbox).toHaveLength(6);
      const last = consumer.inbox.pop()!;
      consumer.deliver();
      expect(book.sequence).toBe(1_500);
      expect(book.asks()).toEqual(before);
      consumer.show(last);
      expect(book.sequence).toBe(1_506);
      expectEqualBook(book, busy.core, `channels ${book.channels}`);
    }
    const { trades } = consumers[0]!.books.get(1)!;
    expect(trades.map(({ tradeId }) => Number(tradeId))).toEqual(
      Array.from({ length: 1_301 }, (_, i) => i + 1),
    );
    expect(trades.map(({ price }) => price)).toEqual(
      orders.slice(0, 1_301).map(({ price }) => price),
    );
    expect(new Set(trades.map(({ aggressor }) => aggressor))).toEqual(new Set([SIDE_BUY]));
  });

  test('should come once per command and instrument, and not for what nobody can see', () => {
    const busy = marketOf();
    const consumer = new TestConsumer(busy.publisher);
    for (const instrument of [1, 2]) consumer.subscribe(instrument, ALL);
    framesOf(consumer);
    const clOrdId = busy.enter({ side: SIDE_BUY, qty: 3, price: 50 });
    busy.enter({ instrument: 2, side: SIDE_SELL, qty: 3, price: 50 });
    busy.enter({ side: SIDE_SELL, qty: 3, price: 51, tif: TIF_IOC });
    busy.send({ cmd: COMMAND_CANCEL, account: 1, clOrdId: clOrdId + 99 });
    busy.flush();
    expect(framesOf(consumer)).toEqual([k.FEED_UPDATE, k.FEED_UPDATE]);
    busy.send({ cmd: COMMAND_MASS_CANCEL, account: 1 });
    busy.flush();
    expect(framesOf(consumer)).toEqual([k.FEED_UPDATE, k.FEED_UPDATE]);
    const [first, second] = consumer.heads;
    expect(first!.instrument).not.toBe(second!.instrument);
    expect(first!.commandSequence).toBe(second!.commandSequence);
  });

  test('should be encoded once for all subscribers of the same channels', () => {
    const busy = marketOf();
    const sent: Uint8Array[][] = [[], [], []];
    sent.forEach((frames, i) => {
      const connection = busy.publisher.connect({
        send: (bytes) => {
          frames.push(bytes);
          return 0;
        },
        close: () => expect.unreachable(),
      });
      connection.frame(encodeSubscribe(1, i < 2 ? ALL : k.CHANNEL_L2));
      frames.length = 0;
    });
    busy.enter({ side: SIDE_BUY, qty: 1, price: 1 });
    busy.flush();
    expect(sent.map((frames) => frames.length)).toEqual([1, 1, 1]);
    expect(sent[0]![0]).toBe(sent[1]![0]);
    expect(sent[0]![0]!.length).not.toBe(sent[2]![0]!.length);
  });

  test('should go on without a break when a channel ends', () => {
    const busy = marketOf(3);
    const consumer = new TestConsumer(busy.publisher);
    consumer.subscribe(1, ALL);
    consumer.unsubscribe(1, k.CHANNEL_L3);
    busy.enter({ side: SIDE_BUY, qty: 1, price: 100 });
    busy.flush();
    expect(framesOf(consumer)).toEqual([k.FEED_INSTRUMENTS, k.FEED_SNAPSHOT, k.FEED_UPDATE]);
    const book = consumer.books.get(1)!;
    expect(book).toMatchObject({ state: 'live', channels: k.CHANNEL_L2 | k.CHANNEL_TRADES });
    expect(book.orders(SIDE_SELL)).toEqual([]);
    expectEqualBook(book, busy.core, 'without L3');
    consumer.unsubscribe(1, k.CHANNEL_TRADES);
    consumer.unsubscribe(1, k.CHANNEL_L2);
    busy.enter({ side: SIDE_BUY, qty: 1, price: 100 });
    busy.flush();
    expect(consumer.inbox).toEqual([]);
  });
});

describe('the list of instruments', () => {
  test('should come on connect and when it changes, in several frames when long', () => {
    const { publisher } = new FeedMarket({ ...SMALL_LIMITS, instruments: 600 }, [1]);
    const consumer = new TestConsumer(publisher);
    expect(framesOf(consumer)).toEqual([k.FEED_INSTRUMENTS]);
    expect(consumer.decoder.instruments).toEqual([facts(1)]);
    for (let number = 2; number <= 600; number++) {
      publisher.onEvents(command(instrument({ number, symbol: `S${number}` })), 0, 0, 1);
    }
    expect(framesOf(consumer)).toEqual(new Array(599).fill(k.FEED_DEFINED));
    expect(consumer.decoder.instruments).toEqual([facts(600)]);
    consumer.subscribe(600, ALL);
    expect(framesOf(consumer)).toEqual([k.FEED_SNAPSHOT]);
    const late = new TestConsumer(publisher);
    expect(framesOf(late)).toEqual([k.FEED_INSTRUMENTS, k.FEED_INSTRUMENTS]);
    expect(late.heads.map(({ isLast }) => isLast)).toEqual([false, true]);
    expect(late.decoder.instruments.at(-1)).toEqual(facts(600));
  });

  test('should tell what an instrument is, and the phase that it is in by now', () => {
    const { publisher } = new FeedMarket(SMALL_LIMITS, []);
    const early = new TestConsumer(publisher);
    framesOf(early);
    const words = { number: 3, symbol: 'ÉTÉ', tick: [25, 2], lot: [5, 0] } as const;
    const band = { referencePrice: 99, priceBandBps: 500, haltNs: 2 ** 40, auctionNs: 2 ** 53 - 1 };
    publisher.onEvents(
      command(instrument({ ...words, tick: [25, 2], lot: [5, 0], ...band })),
      0,
      0,
      1,
    );
    expect(framesOf(early)).toEqual([k.FEED_DEFINED]);
    const defined = { number: 3, symbol: 'ÉTÉ', tickSize: '0.25', lotSize: '5', ...band };
    const expected = { ...defined, phase: PHASE_CONTINUOUS };
    expect(early.decoder.instruments).toEqual([expected]);
    publisher.onEvents(command(phase(PHASE_HALTED, 5, 3)), 0, 0, 1);
    expect(framesOf(early)).toEqual([]);
    const late = new TestConsumer(publisher);
    expect(framesOf(late)).toEqual([k.FEED_INSTRUMENTS]);
    expect(late.decoder.instruments).toEqual([{ ...expected, phase: PHASE_HALTED }]);
  });

  test.each([
    ['an unknown instrument', 3, ALL, k.REFUSED_UNKNOWN_INSTRUMENT],
    ['instrument 0', 0, ALL, k.REFUSED_UNKNOWN_INSTRUMENT],
    ['no channel', 1, 0, k.REFUSED_UNKNOWN_CHANNEL],
    ['an unknown channel', 1, 9, k.REFUSED_UNKNOWN_CHANNEL],
  ])('should have what is subscribed to: %s is refused', (_, instrument, channels, reason) => {
    const busy = marketOf(3);
    const consumer = new TestConsumer(busy.publisher);
    framesOf(consumer);
    for (const ask of ['subscribe', 'unsubscribe'] as const) {
      consumer[ask](instrument, channels);
      expect(framesOf(consumer)).toEqual([k.FEED_REFUSED]);
      expect(consumer.heads[0]).toMatchObject({ instrument, channels, reason, epoch: EPOCH });
    }
    busy.enter({ side: SIDE_BUY, qty: 1, price: 1 });
    busy.flush();
    expect(consumer.inbox).toEqual([]);
  });
});

test('frames of the publisher should be such that a decoder lets through, each alone', () => {
  const decoder = new FeedDecoder();
  const busy = marketOf(700);
  const consumer = new TestConsumer(busy.publisher);
  consumer.subscribe(1, ALL);
  consumer.subscribe(5, ALL);
  busy.publisher.tick(0);
  busy.publisher.tick(1_000);
  const codes = new Set(consumer.inbox.map((bytes) => decoder.decode(bytes)));
  expect(codes).toEqual(new Set([0]));
});
