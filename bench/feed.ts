// npm run bench -- feed [--subscribers N] [--events N] [--orders N] [--passes N] [--large N]
// Times the publisher: events of a seeded order flow, recorded first, go through it in batches as
// the event ring gives them, for different audiences whose sockets take everything. Also the
// copying of a large book for a snapshot, and the consumer's book.

import { FeedBook } from '../src/client/feed-book.ts';
import {
  COMMAND_INSTRUMENT,
  COMMAND_NEW,
  PHASE_CONTINUOUS,
  SIDE_BUY,
  SIDE_SELL,
  STP_NONE,
  TIF_GTC,
  TYPE_LIMIT,
} from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { type Command, writeCommand } from '../src/core/plain.ts';
import { readEvent } from '../src/core/plain-events.ts';
import { depth } from '../src/core/views.ts';
import { Publisher } from '../src/feed/publisher.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';
import {
  encodeConsumerHeartbeat,
  encodeSubscribe,
  FeedDecoder,
  type InstrumentFacts,
} from '../src/wire/feed.ts';
import {
  CHANNEL_L2,
  CHANNEL_L3,
  CHANNEL_TRADES,
  RECORDS_PER_FRAME_MAX,
} from '../src/wire/frame-kinds.ts';
import { grouped, type Outcome, rounded, runBench, wholeNumber } from './bench-run.ts';
import './inline-more.ts';

const ALL = CHANNEL_L2 | CHANNEL_L3 | CHANNEL_TRADES;
const BATCH = 256;
const INSTRUMENT = 1;
const SEED = 1;
/** Events that one command may cause, at most, in this flow. */
const TAIL = 1_000;
const LARGE_LEVELS = 2_000;

type Level = readonly [price: number, qty: number, orders: number];

interface Recorded {
  readonly slots: Int32Array;
  /** Slots less one: a power of two of them. */
  readonly mask: number;
  readonly count: number;
  /** Events that fill the book. */
  readonly ramp: number;
  /** The book at the end, best first, bids and asks. */
  readonly levels: readonly [bids: Level[], asks: Level[]];
}

/** Events of the flow as the ring would hold them, if it held them all. */
function record(wanted: number, orders: number): Recorded {
  const slots = new Int32Array(wanted * EVENT_WORDS);
  const flow = new OrderFlow({
    seed: SEED,
    instrument: INSTRUMENT,
    accounts: 8,
    firstPrice: 10_000,
    ordersAimedAt: orders,
  });
  let count = 0;
  const events = new EventBuffer((from, at) => {
    flow.read(readEvent(from, at));
    slots.set(from.subarray(at, at + EVENT_WORDS), count * EVENT_WORDS);
    count += 1;
  });
  const core = createCore(DEFAULT_LIMITS, events);
  const slot = new Int32Array(COMMAND_WORDS);
  const send = (command: Command): void => {
    writeCommand(slot, 0, command);
    apply(core, slot, 0);
    events.drain();
  };
  send({ cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT });
  for (let i = 0; i < orders; i++) {
    const side = i % 2 === 0 ? SIDE_BUY : SIDE_SELL;
    const away = 30 + (i % 500);
    send({
      cmd: COMMAND_NEW,
      instrument: INSTRUMENT,
      account: 100,
      clOrdId: i + 1,
      side,
      type: TYPE_LIMIT,
      tif: TIF_GTC,
      postOnly: false,
      stp: STP_NONE,
      price: side === SIDE_BUY ? 10_000 - away : 10_000 + away,
      qty: 1 + (i % 100),
    });
  }
  const ramp = count;
  while (count < wanted - TAIL) send(flow.next());
  const [bids, asks] = [SIDE_BUY, SIDE_SELL].map((side) =>
    depth(core, INSTRUMENT, side, Number.POSITIVE_INFINITY),
  );
  return { slots, mask: wanted - 1, count, ramp, levels: [bids!, asks!] };
}

interface Audience {
  name: string;
  subscribers: number;
  channels: number;
  /** Every frame goes through a decoder into a book. */
  keepsBook: boolean;
}

const FACTS: InstrumentFacts = {
  number: INSTRUMENT,
  symbol: 'S',
  tickSize: '1',
  lotSize: '1',
  phase: PHASE_CONTINUOUS,
  referencePrice: 0,
  priceBandBps: 0,
  haltNs: 0,
  auctionNs: 0,
};

interface Pass {
  readonly eventsPerSecond: number;
  readonly framesPerEvent: number;
  readonly bytesPerEvent: number;
  /** The consumer's book at the end is the core's; true where nobody keeps one. */
  readonly isRight: boolean;
}

/** All events once for an audience. */
function pass(recorded: Recorded, { subscribers, channels, keepsBook }: Audience): Pass {
  const publisher = new Publisher({ epoch: 1, orders: DEFAULT_LIMITS.orders, instruments: 1 });
  const { slots, mask, count, ramp } = recorded;
  publisher.onEvents(slots, mask, 0, ramp);
  let frames = 0;
  let bytes = 0;
  const decoder = new FeedDecoder();
  const book = new FeedBook(INSTRUMENT);
  const send = (frame: Uint8Array): number => {
    frames += 1;
    bytes += frame.length;
    if (keepsBook && decoder.decode(frame) === 0) book.apply(decoder);
    return 0;
  };
  for (let i = 0; i < subscribers; i++) {
    const connection = publisher.connect({ send, close: () => {} });
    connection.frame(encodeConsumerHeartbeat());
    connection.frame(encodeSubscribe(INSTRUMENT, channels));
  }
  frames = 0;
  bytes = 0;
  const startMs = performance.now();
  for (let from = ramp; from < count; from += BATCH) {
    publisher.onEvents(slots, mask, from, Math.min(from + BATCH, count));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const events = count - ramp;
  return {
    eventsPerSecond: Math.round(events / seconds),
    framesPerEvent: rounded(frames / events, 2),
    bytesPerEvent: Math.round(bytes / events),
    isRight: !keepsBook || isSame(book, recorded.levels),
  };
}

function isSame(book: FeedBook, levels: Recorded['levels']): boolean {
  const seen = [book.bids(), book.asks()].map((side) =>
    side.map(({ price, qty, orders }): Level => [price, qty, orders]),
  );
  return JSON.stringify(seen) === JSON.stringify(levels);
}

function audiencesOf(subscribers: number): Audience[] {
  return [
    { name: 'nobody', subscribers: 0, channels: ALL, keepsBook: false },
    { name: 'one, L2 and trades', subscribers: 1, channels: 5, keepsBook: false },
    { name: 'one, all channels', subscribers: 1, channels: ALL, keepsBook: false },
    { name: `${subscribers}, all channels`, subscribers, channels: ALL, keepsBook: false },
    { name: 'one, all channels, with its book', subscribers: 1, channels: ALL, keepsBook: true },
  ];
}

/** The pass in the middle, of those that an audience got. */
function middle(recorded: Recorded, audience: Audience, passes: number): Pass & { name: string } {
  const all = Array.from({ length: passes }, () => pass(recorded, audience));
  const sorted = all.toSorted((a, b) => a.eventsPerSecond - b.eventsPerSecond);
  const isRight = all.every((one) => one.isRight);
  return { name: audience.name, ...sorted[passes >> 1]!, isRight };
}

/** A book of many orders on many levels, then its first snapshot. */
function largeSnapshot(orders: number) {
  const publisher = new Publisher({ epoch: 1, orders: DEFAULT_LIMITS.orders, instruments: 1 });
  publisher.seedInstrument(FACTS);
  for (let i = 0; i < orders; i++) {
    publisher.seedOrder(INSTRUMENT, SIDE_BUY, i + 1, 1 + (i % LARGE_LEVELS), 1, 1);
  }
  let frames = 0;
  const wire = { send: () => (++frames > 1 ? 2 ** 21 : 0), close: () => {} };
  const connection = publisher.connect(wire);
  const startMs = performance.now();
  connection.frame(encodeSubscribe(INSTRUMENT, ALL));
  const copyMs = rounded(performance.now() - startMs, 1);
  let longestMs = 0;
  while (
    frames <
    1 + Math.ceil((orders + Math.min(orders, LARGE_LEVELS) + 1) / RECORDS_PER_FRAME_MAX)
  ) {
    const frameMs = performance.now();
    connection.drained();
    longestMs = Math.max(longestMs, performance.now() - frameMs);
  }
  const tookMs = rounded(performance.now() - startMs, 1);
  return { orders, copyMs, frames: frames - 1, tookMs, longestMs };
}

await runBench({
  name: 'feed',
  coresNeeded: 1,
  options: {
    subscribers: { type: 'string', default: '100' },
    events: { type: 'string', default: '1048576' },
    orders: { type: 'string', default: '5000' },
    passes: { type: 'string', default: '5' },
    large: { type: 'string', default: '1000000' },
  },
  run(values): Outcome {
    const orders = wholeNumber('orders', values.orders, 1);
    const events = wholeNumber('events', values.events, 2 * orders + 2 * TAIL);
    const passes = wholeNumber('passes', values.passes, 1);
    const large = wholeNumber('large', values.large, 1);
    const subscribers = wholeNumber('subscribers', values.subscribers, 1);
    const recorded = record(2 ** Math.ceil(Math.log2(events)), orders);
    const audiences = audiencesOf(subscribers).map((one) => middle(recorded, one, passes));
    const snapshot = largeSnapshot(large);
    const lines = audiences.map(
      ({ name, eventsPerSecond, framesPerEvent, bytesPerEvent }) =>
        `${name}: ${grouped(eventsPerSecond)} events/s, ` +
        `${framesPerEvent} frames and ${bytesPerEvent} bytes an event`,
    );
    const { copyMs, frames, tookMs, longestMs } = snapshot;
    lines.push(
      `${grouped(large)} orders: copied in ${copyMs} ms, ${frames} frames in ${tookMs} ms,` +
        ` the longest ${rounded(longestMs, 2)} ms`,
    );
    const wrong = audiences
      .filter(({ isRight }) => !isRight)
      .map(({ name }) => `${name}: the consumer's book is not the core's`);
    const results = { events: recorded.count, levels: recorded.levels };
    const told = { subscribers, events: recorded.count - recorded.ramp, audiences, snapshot };
    return { told, lines, results, wrong, seed: SEED, wait: 'none' };
  },
});
