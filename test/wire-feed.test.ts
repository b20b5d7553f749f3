// What one side of the feed writes, the other reads: for every message, with numbers at both ends
// of their ranges.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as feed from '../src/wire/feed.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from '../src/wire/feed-layout.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { exact, int32, name, records, side, uint32, uint64 } from './wire-arbitraries.ts';
import { INSTRUMENTS } from './wire-kit.ts';

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
    const phases = records(PHASE_WORDS, [], 0);
    const indicatives = records(INDICATIVE_WORDS, [2, 4], 0);
    fc.assert(
      fc.property(
        head(kind),
        levels,
        orders,
        trades,
        phases,
        indicatives,
        (sent, l, o, t, p, i) => {
          const book = [run(l, LEVEL_WORDS), run(o, ORDER_WORDS), run(t, TRADE_WORDS)] as const;
          const sorts = [...book, run(p, PHASE_WORDS), run(i, INDICATIVE_WORDS)] as const;
          expect(decoder.decode(encoder.encode(sent, ...sorts))).toBe(0);
          expect(decoder.head).toEqual(sent);
          const { words, levelsAt, ordersAt, tradesAt, phasesAt, indicativesAt } = decoder;
          expect([...words.subarray(phasesAt, phasesAt + decoder.phaseCount * 3)]).toEqual(p);
          const { indicativeCount } = decoder;
          expect([...words.subarray(indicativesAt, indicativesAt + indicativeCount * 5)]).toEqual(
            i,
          );
          expect([...words.subarray(levelsAt, levelsAt + decoder.levelCount * 5)]).toEqual(l);
          expect([...words.subarray(ordersAt, ordersAt + decoder.orderCount * 6)]).toEqual(o);
          expect([...words.subarray(tradesAt, tradesAt + decoder.tradeCount * 5)]).toEqual(t);
        },
      ),
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

  test('should arrive: instruments, and one of them', () => {
    const texts = { symbol: name, tickSize: name, lotSize: name };
    const instrument = fc.record({
      number: uint32,
      ...texts,
      phase: uint32,
      referencePrice: int32,
      priceBandBps: int32,
      haltNs: exact,
      auctionNs: exact,
    });
    const list = fc.array(instrument);
    const one = fc.tuple(instrument);
    fc.assert(
      fc.property(head(kinds.FEED_INSTRUMENTS), list, one, (sent, instruments, defined) => {
        expect(decoder.decode(feed.encodeInstruments(sent, instruments))).toBe(0);
        expect(decoder.head).toEqual(sent);
        expect(decoder.instruments).toEqual(instruments);
        const head = { ...sent, kind: kinds.FEED_DEFINED };
        expect(decoder.decode(feed.encodeInstruments(head, defined))).toBe(0);
        expect(decoder.instruments).toEqual(defined);
      }),
    );
  });

  test('should be refused: a definition of none or two, times beyond 2^53-1', () => {
    const head = { ...feed.createFeedHead(kinds.FEED_DEFINED) };
    for (const some of [[], INSTRUMENTS]) {
      expect(decoder.decode(feed.encodeInstruments(head, some))).toBe(kinds.CLOSE_BAD_FRAME);
    }
    for (const time of ['haltNs', 'auctionNs']) {
      const facts = { ...INSTRUMENTS[0]!, [time]: 2 ** 53 };
      expect(decoder.decode(feed.encodeInstruments(head, [facts]))).toBe(kinds.CLOSE_BAD_FRAME);
    }
  });

  test('should be refused: an indicative beyond ±(2^53-1)', () => {
    const sent = (words: Int32Array) => {
      const indicatives = { words, at: 0, count: 1 };
      const head = feed.createFeedHead(kinds.FEED_UPDATE);
      return decoder.decode(encoder.encode(head, null, null, null, null, indicatives));
    };
    const words = new Int32Array(INDICATIVE_WORDS);
    for (const imbalance of [2 ** 53 - 1, 1 - 2 ** 53, -1, 0]) {
      feed.writeIndicative(words, 0, { price: 1, qty: 2 ** 53 - 1, imbalance });
      expect(sent(words)).toBe(0);
      expect(feed.readIndicative(words, 0).imbalance).toBe(imbalance);
    }
    for (const imbalance of [2 ** 53, -(2 ** 53), -(2 ** 60)]) {
      feed.writeIndicative(words, 0, { price: 1, qty: 1, imbalance });
      expect(sent(words)).toBe(kinds.CLOSE_BAD_FRAME);
    }
    feed.writeIndicative(words, 0, { price: 1, qty: 2 ** 53, imbalance: 0 });
    expect(sent(words)).toBe(kinds.CLOSE_BAD_FRAME);
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
    const phase = fc.record({ phase: uint32, due: uint64 });
    const signed = fc.maxSafeInteger();
    const indicative = fc.record({ price: int32, qty: exact, imbalance: signed });
    const all = fc.tuple(level, update, trade, phase, indicative);
    fc.assert(
      fc.property(all, fc.nat({ max: 9 }), ([l, u, t, p, i], at) => {
        const words = new Int32Array(16).fill(-1);
        feed.writeLevel(words, at, l);
        expect(feed.readLevel(words, at)).toEqual(l);
        feed.writeOrderUpdate(words, at, u);
        expect(feed.readOrderUpdate(words, at)).toEqual(u);
        feed.writeTrade(words, at, t);
        expect(feed.readTrade(words, at)).toEqual(t);
        feed.writePhaseChange(words, at, p);
        expect(feed.readPhaseChange(words, at)).toEqual(p);
        feed.writeIndicative(words, at, i);
        expect(feed.readIndicative(words, at)).toEqual(i);
      }),
    );
  });
});
