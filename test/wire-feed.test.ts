// What one side of the feed writes, the other reads: for every message, with numbers at both ends
// of their ranges.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as feed from '../src/wire/feed.ts';
import { LEVEL_WORDS, ORDER_WORDS, TRADE_WORDS } from '../src/wire/feed-layout.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { exact, int32, name, records, side, uint32, uint64 } from './wire-arbitraries.ts';

const head = (kind: number): fc.Arbitrary<feed.FeedHead> =>
  fc.record({
    kind: fc.constant(kind),
    epoch: exact,
    sequence: exact,
    commandSequence: exact,
    timeLow: int32,
    timeHigh: int32,
    instrument: kind === kinds.FEED_INSTRUMENTS ? fc.constant(0) : uint32,
    channels: kind === kinds.FEED_INSTRUMENTS ? fc.constant(0) : uint32,
    isLast: fc.boolean(),
    reason: kind === kinds.FEED_REFUSED ? fc.integer({ min: 1, max: 0xffff_ffff }) : fc.constant(0),
  });

describe('the feed', () => {
  const encoder = new feed.FeedEncoder();
  const decoder = new feed.FeedDecoder();
  const run = (words: number[], recordWords: number): feed.Records => ({
    words: Int32Array.from(words),
    at: 0,
    count: words.length / recordWords,
  });

  test.each([kinds.FEED_SNAPSHOT, kinds.FEED_UPDATE])('should arrive: kind %i', (kind) => {
    const levels = records(LEVEL_WORDS, [3], 0);
    const orders = records(ORDER_WORDS, [], 0);
    const trades = records(TRADE_WORDS, [], 0);
    fc.assert(
      fc.property(head(kind), levels, orders, trades, (sent, l, o, t) => {
        const sorts = [run(l, LEVEL_WORDS), run(o, ORDER_WORDS), run(t, TRADE_WORDS)] as const;
        expect(decoder.decode(encoder.encode(sent, ...sorts))).toBe(0);
        expect(decoder.head).toEqual(sent);
        const { words, levelsAt, ordersAt, tradesAt } = decoder;
        expect([...words.subarray(levelsAt, levelsAt + decoder.levelCount * 5)]).toEqual(l);
        expect([...words.subarray(ordersAt, ordersAt + decoder.orderCount * 6)]).toEqual(o);
        expect([...words.subarray(tradesAt, tradesAt + decoder.tradeCount * 5)]).toEqual(t);
      }),
    );
  });

  test.each([kinds.FEED_HEARTBEAT, kinds.FEED_REFUSED])('should arrive: kind %i', (kind) => {
    fc.assert(
      fc.property(head(kind), (sent) => {
        expect(decoder.decode(encoder.encode(sent, null, null, null))).toBe(0);
        expect(decoder.head).toEqual(sent);
        const counts = [decoder.levelCount, decoder.orderCount, decoder.tradeCount];
        expect([...counts, decoder.instruments.length]).toEqual([0, 0, 0, 0]);
      }),
    );
  });

  test('should arrive: instruments', () => {
    const texts = { symbol: name, tickSize: name, lotSize: name };
    const instrument = fc.record({
      number: uint32,
      ...texts,
      status: uint32,
      referencePrice: int32,
    });
    fc.assert(
      fc.property(head(kinds.FEED_INSTRUMENTS), fc.array(instrument), (sent, instruments) => {
        expect(decoder.decode(feed.encodeInstruments(sent, instruments))).toBe(0);
        expect(decoder.head).toEqual(sent);
        expect(decoder.instruments).toEqual(instruments);
      }),
    );
  });

  test('should arrive: what consumers send', () => {
    const consumer = new feed.ConsumerFrameDecoder();
    const got = (frame: Uint8Array): number[] => [
      consumer.decode(frame),
      consumer.kind,
      consumer.instrument,
      consumer.channels,
    ];
    expect(got(feed.encodeConsumerHeartbeat())).toEqual([0, kinds.FEED_HEARTBEAT, 0, 0]);
    fc.assert(
      fc.property(uint32, uint32, (instrument, channels) => {
        const asked = [instrument, channels];
        expect(got(feed.encodeSubscribe(instrument, channels))).toEqual([
          0,
          kinds.FEED_SUBSCRIBE,
          ...asked,
        ]);
        expect(got(feed.encodeUnsubscribe(instrument, channels))).toEqual([
          0,
          kinds.FEED_UNSUBSCRIBE,
          ...asked,
        ]);
      }),
    );
  });

  test('should have records that read as they were written', () => {
    const level = fc.record({ side, price: int32, qty: exact, orders: uint32 });
    const update = fc.record({ kind: uint32, side, orderId: uint64, price: int32, qty: int32 });
    const trade = fc.record({ tradeId: uint64, price: int32, qty: int32, aggressor: uint32 });
    fc.assert(
      fc.property(level, update, trade, fc.nat({ max: 9 }), (l, u, t, at) => {
        const words = new Int32Array(16).fill(-1);
        feed.writeLevel(words, at, l);
        expect(feed.readLevel(words, at)).toEqual(l);
        feed.writeOrderUpdate(words, at, u);
        expect(feed.readOrderUpdate(words, at)).toEqual(u);
        feed.writeTrade(words, at, t);
        expect(feed.readTrade(words, at)).toEqual(t);
      }),
    );
  });
});
