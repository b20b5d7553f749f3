// What the publisher says of each command, against an oracle that works it out the slow way.

import { describe, expect, test } from 'vitest';
import { H_CLOCK_HIGH, H_CLOCK_LOW } from '../src/core/memory-layout.ts';
import { RandomCommands } from '../src/sim/random-commands.ts';
import { PROFILES } from '../src/sim/random-profiles.ts';
import {
  FeedDecoder,
  type FeedHead,
  type Indicative,
  type Level,
  type OrderUpdate,
  type PhaseChange,
  readIndicative,
  readLevel,
  readOrderUpdate,
  readPhaseChange,
  readTrade,
  type Trade,
} from '../src/wire/feed.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from '../src/wire/feed-layout.ts';
import { FEED_UPDATE, RECORDS_PER_FRAME_MAX } from '../src/wire/frame-kinds.ts';
import { EPOCH, FeedMarket, TestConsumer } from './feed-kit.ts';
import { FeedOracle, type OracleUpdate, sortLevels } from './feed-oracle.ts';

interface Told {
  head: FeedHead;
  levels: Level[];
  orders: OrderUpdate[];
  trades: Trade[];
  phases: PhaseChange[];
  indicatives: Indicative[];
}

const decoder = new FeedDecoder();

function read(bytes: Uint8Array): Told {
  expect(decoder.decode(bytes)).toBe(0);
  const { head, words } = decoder;
  const list = <T>(
    at: number,
    count: number,
    size: number,
    one: (w: Int32Array, at: number) => T,
  ): T[] => Array.from({ length: count }, (_, i) => one(words, at + i * size));
  return {
    head: { ...head },
    levels: list(decoder.levelsAt, decoder.levelCount, LEVEL_WORDS, readLevel),
    orders: list(decoder.ordersAt, decoder.orderCount, ORDER_WORDS, readOrderUpdate),
    trades: list(decoder.tradesAt, decoder.tradeCount, TRADE_WORDS, readTrade),
    phases: list(decoder.phasesAt, decoder.phaseCount, PHASE_WORDS, readPhaseChange),
    indicatives: list(
      decoder.indicativesAt,
      decoder.indicativeCount,
      INDICATIVE_WORDS,
      readIndicative,
    ),
  };
}

function updatesIn(consumer: TestConsumer): Told[] {
  const frames = consumer.inbox.map(read);
  consumer.inbox = [];
  return frames.filter(({ head }) => head.kind === FEED_UPDATE);
}

/** The frames of one command put together, by instrument. Sequences are checked on the way. */
function joined(frames: readonly Told[], sequences: Map<number, number>): OracleUpdate[] {
  const updates: OracleUpdate[] = [];
  let isOpen = false;
  for (const { head, levels, orders, trades, phases, indicatives } of frames) {
    const { instrument, sequence } = head;
    expect(sequence).toBe((sequences.get(instrument) ?? 0) + 1);
    sequences.set(instrument, sequence);
    const records = [levels, orders, trades, phases, indicatives].flat();
    expect(records.length).toBeLessThanOrEqual(RECORDS_PER_FRAME_MAX);
    const lists = { levels: [], orders: [], trades: [], phases: [], indicatives: [] };
    if (!isOpen) updates.push({ instrument, ...lists });
    const update = updates.at(-1)!;
    expect(instrument).toBe(update.instrument);
    update.levels.push(...levels);
    update.orders.push(...orders);
    update.trades.push(...trades);
    update.phases.push(...phases);
    update.indicatives.push(...indicatives);
    isOpen = !head.isLast;
  }
  expect(isOpen).toBe(false);
  for (const { levels } of updates) sortLevels(levels);
  return updates.sort((a, b) => a.instrument - b.instrument);
}

/** The same updates as seen with some channels only. */
function narrowed(updates: readonly OracleUpdate[], channels: number): OracleUpdate[] {
  return updates.map(({ levels, orders, trades, ...rest }) => ({
    ...rest,
    levels: (channels & 1) !== 0 ? levels : [],
    orders: (channels & 2) !== 0 ? orders : [],
    trades: (channels & 4) !== 0 ? trades : [],
  }));
}

describe('each command should be told as the oracle has it, once, whatever the channels', () => {
  test.each(PROFILES.map(({ name }, seed) => [name, seed] as const))('%s, seed %i', (_, seed) => {
    const commands = new RandomCommands(seed);
    const { limits, instruments } = commands.profile;
    const market = new FeedMarket(limits, []);
    market.begin(commands, instruments);
    const oracle = new FeedOracle();
    let expected: OracleUpdate[] = [];
    let commandSequence = 0;
    market.listener = (event) => {
      commands.observe(event);
      expected = oracle.take(event) ?? expected;
      commandSequence = event.sequence;
    };
    const consumers = [1, 2, 4, 7].map((channels) => {
      const consumer = new TestConsumer(market.publisher);
      for (const instrument of instruments) consumer.subscribe(instrument, channels);
      return { consumer, channels, sequences: new Map<number, number>() };
    });
    for (let i = 0; i < 300; i++) {
      market.send(commands.next());
      market.flush();
      // Instruments that only the stream defines have no subscribers.
      const known = expected.filter(({ instrument }) => instruments.includes(instrument));
      for (const { consumer, channels, sequences } of consumers) {
        const note = `seed ${seed}, command ${i}, channels ${channels}`;
        const frames = updatesIn(consumer);
        for (const { head } of frames) {
          expect(head, note).toMatchObject({
            epoch: EPOCH,
            commandSequence,
            timeLow: market.core.m[H_CLOCK_LOW],
            timeHigh: market.core.m[H_CLOCK_HIGH],
            channels,
          });
        }
        expect(joined(frames, sequences), note).toEqual(narrowed(known, channels));
      }
    }
  });
});
