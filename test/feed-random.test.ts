// Books made from messages alone, against the core's, on random markets with consumers that come
// and go at random. A failure's note names the seed.

import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { EVENT_INDICATIVE, EVENT_PHASE, EVENT_TRADE } from '../src/core/codes.ts';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { hasInstrument } from '../src/core/views.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';
import type { Indicative } from '../src/wire/feed.ts';
import { CHANNEL_TRADES } from '../src/wire/frame-kinds.ts';
import { expectEqualBook, FeedMarket, SMALL_LIMITS, TestConsumer } from './feed-kit.ts';

const CONSUMERS = 5;

/** Consumers of one market that subscribe, unsubscribe, stall and drain at random. */
class Audience {
  moments = 0;
  checks = 0;
  private readonly market: FeedMarket;
  private readonly random: Prng;
  private readonly instruments: readonly number[];
  private readonly note: string;
  private readonly consumers: TestConsumer[];
  private readonly lastTrades = new Map<number, bigint>();
  private readonly indicatives = new Map<number, Indicative>();

  constructor(market: FeedMarket, random: Prng, instruments: readonly number[], note: string) {
    this.market = market;
    this.random = random;
    this.instruments = instruments;
    this.note = note;
    this.consumers = Array.from({ length: CONSUMERS }, () => new TestConsumer(market.publisher));
  }

  see(event: CoreEvent): void {
    if (event.evt === EVENT_TRADE) {
      this.lastTrades.set(event.instrument, BigInt(event.tradeId));
    } else if (event.evt === EVENT_PHASE) {
      this.indicatives.delete(event.instrument);
    } else if (event.evt === EVENT_INDICATIVE) {
      const { instrument, price, qty, imbalance } = event;
      if (price === 0) this.indicatives.delete(instrument);
      else this.indicatives.set(instrument, { price, qty, imbalance });
    }
  }

  /** Something happens to one of the consumers. */
  act(): void {
    const { random } = this;
    const index = random.below(CONSUMERS);
    const consumer = this.consumers[index]!;
    const instrument = random.pick(this.instruments);
    const channels = 1 + random.below(7);
    const roll = random.below(100);
    if (roll < 40) {
      this.moments += 1;
      // Now and then a large snapshot cannot go out at once.
      if (random.chance(30)) stall(consumer);
      consumer.subscribe(instrument, channels);
    } else if (roll < 70) {
      this.moments += 1;
      this.unsubscribe(consumer, instrument, channels, index === 0);
    } else if (roll < 80) {
      stall(consumer);
    } else if (roll < 95) {
      consumer.drain();
    } else {
      consumer.deliver();
    }
  }

  /** Everything arrives; every book must be as the core's. */
  check(): void {
    this.market.flush();
    for (const consumer of this.consumers) consumer.drain();
    // A resubscription (after a gap) sends once more.
    for (let i = 0; i < 3; i++) for (const consumer of this.consumers) consumer.deliver();
    const sequences = new Map<number, number>();
    this.consumers.forEach((consumer, index) => {
      const note = `${this.note}, consumer ${index}, after ${this.moments} moments`;
      expect(consumer.closeCode, note).toBe(0);
      // The first one is hasty: it meets frames of a subscription that it has ended.
      if (index > 0) expect(consumer.gaps, note).toBe(0);
      for (const book of consumer.books.values()) {
        if (!hasInstrument(this.market.core, book.instrument)) continue;
        expectEqualBook(book, this.market.core, note);
        expect(consumer.wanted.get(book.instrument)! & ~book.channels, note).toBe(0);
        expect(book.indicative, note).toEqual(this.indicatives.get(book.instrument) ?? null);
        const sequence = sequences.get(book.instrument) ?? book.sequence;
        expect(book.sequence, note).toBe(sequence);
        sequences.set(book.instrument, sequence);
        if ((book.channels & CHANNEL_TRADES) === 0) expect(book.lastTrade, note).toBe(null);
        else expect(book.lastTrade?.tradeId, note).toBe(this.lastTrades.get(book.instrument));
        this.checks += 1;
      }
    });
  }

  private unsubscribe(
    consumer: TestConsumer,
    instrument: number,
    channels: number,
    isHasty: boolean,
  ): void {
    consumer.unsubscribe(instrument, channels);
    if (isHasty) return;
    // What is on its way arrives before anything is asked for again.
    this.market.flush();
    consumer.drain();
    consumer.deliver();
  }
}

/** The socket has more unsent than a snapshot is sent into, and less than what counts as slow. */
function stall(consumer: TestConsumer): void {
  consumer.isStuck = true;
  consumer.unsentBytes = 2_000_000;
}

interface Source {
  next(): Command;
  observe(event: CoreEvent): void;
}

function play(
  market: FeedMarket,
  source: Source,
  seed: number,
  commands: number,
  instruments: readonly number[],
): Audience {
  const random = new Prng(seed + 1_000);
  const audience = new Audience(market, random, instruments, `seed ${seed}`);
  market.listener = (event) => {
    source.observe(event);
    audience.see(event);
  };
  for (let i = 0; i < commands; i++) {
    market.send(source.next());
    if (random.chance(12)) audience.act();
    if (random.chance(20)) market.flush();
    if (random.chance(2)) audience.check();
  }
  audience.check();
  return audience;
}

describe('books rebuilt from messages alone should equal the core at random moments', () => {
  let moments = 0;
  let checks = 0;

  test.each(PROFILES.map(({ name }, seed) => [name, seed] as const))('%s, seed %i', (_, seed) => {
    const commands = new RandomCommands(seed);
    const { limits, instruments } = commands.profile;
    const market = new FeedMarket(limits, []);
    market.begin(commands, instruments);
    const audience = play(market, commands, seed, 1_200, instruments);
    moments += audience.moments;
    checks += audience.checks;
  });

  test('a synthetic order flow with a deep book', () => {
    const seed = 20;
    const flow = new OrderFlow({
      seed,
      instrument: 1,
      accounts: 8,
      firstPrice: 10_000,
      ordersAimedAt: 1_500,
    });
    const source = {
      next: () => flow.next(),
      observe: (event: CoreEvent) => flow.read(event),
    };
    const market = new FeedMarket(SMALL_LIMITS, [1]);
    const audience = play(market, source, seed, 3_000, [1]);
    moments += audience.moments;
    checks += audience.checks;
  });

  test('with a thousand subscribe and unsubscribe moments', () => {
    expect(moments).toBeGreaterThan(1_000);
    expect(checks).toBeGreaterThan(1_000);
  });
});
