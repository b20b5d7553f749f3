// Times the publisher: events of a seeded order flow, recorded first, go through it in batches as
// the event ring gives them, for different audiences whose sockets take everything. Also the
// copying of a large book for a snapshot, and the consumer's book.

import { parseArgs } from 'node:util';
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
import { Publisher } from '../src/feed/publisher.ts';
import { OrderFlow } from '../src/sim/order-flow.ts';
import {
  encodeConsumerHeartbeat,
  encodeSubscribe,
  FeedDecoder,
  type InstrumentFacts,
} from '../src/wire/feed.ts';
import { CHANNEL_L2, CHANNEL_L3, CHANNEL_TRADES } from '../src/wire/frame-kinds.ts';
import './inline-more.ts';

const ALL = CHANNEL_L2 | CHANNEL_L3 | CHANNEL_TRADES;
const BATCH = 256;
const INSTRUMENT = 1;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1048576' },
    orders: { type: 'string', default: '5000' },
    passes: { type: 'string', default: '5' },
  },
});
const wanted = 2 ** Math.ceil(Math.log2(Number(values.events)));
const orders = Number(values.orders);

/** Events of the flow as the ring would hold them, if it held them all. */
function record(): { slots: Int32Array; count: number; ramp: number } {
  const slots = new Int32Array(wanted * EVENT_WORDS);
  const flow = new OrderFlow({
    seed: 1,
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
  while (count < wanted - 1_000) send(flow.next());
  return { slots, count, ramp };
}

interface Audience {
  name: string;
  subscribers: number;
  channels: number;
  /** Every frame goes through a decoder into a book. */
  keepsBook: boolean;
}

const recorded = record();
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

/** Events per second, frames and bytes an event of one pass. */
function pass({ subscribers, channels, keepsBook }: Audience): number[] {
  const publisher = new Publisher({ epoch: 1, orders: DEFAULT_LIMITS.orders, instruments: 1 });
  const { slots, count, ramp } = recorded;
  publisher.onEvents(slots, wanted - 1, 0, ramp);
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
    publisher.onEvents(slots, wanted - 1, from, Math.min(from + BATCH, count));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const events = count - ramp;
  return [events / seconds, frames / events, bytes / events];
}

const audiences: Audience[] = [
  { name: 'nobody', subscribers: 0, channels: ALL, keepsBook: false },
  { name: 'one, L2 and trades', subscribers: 1, channels: 5, keepsBook: false },
  { name: 'one, all channels', subscribers: 1, channels: ALL, keepsBook: false },
  { name: 'one hundred, all channels', subscribers: 100, channels: ALL, keepsBook: false },
  { name: 'one, all channels, with its book', subscribers: 1, channels: ALL, keepsBook: true },
];
for (const audience of audiences) {
  const passes = Array.from({ length: Number(values.passes) }, () => pass(audience));
  const [rate, frames, bytes] = passes.sort((a, b) => a[0]! - b[0]!)[passes.length >> 1]!;
  process.stdout.write(
    `${audience.name}: ${(rate! / 1e6).toFixed(2)} M events/s, ` +
      `${frames!.toFixed(2)} frames and ${bytes!.toFixed(0)} bytes an event\n`,
  );
}

/** A book of a million orders on 2,000 levels, then its first snapshot. */
function largeSnapshot(): void {
  const publisher = new Publisher({ epoch: 1, orders: DEFAULT_LIMITS.orders, instruments: 1 });
  publisher.seedInstrument(FACTS);
  for (let i = 0; i < 1_000_000; i++) {
    publisher.seedOrder(INSTRUMENT, SIDE_BUY, i + 1, 1 + (i % 2_000), 1, 1);
  }
  let frames = 0;
  const wire = { send: () => (++frames > 1 ? 2 ** 21 : 0), close: () => {} };
  const connection = publisher.connect(wire);
  const startMs = performance.now();
  connection.frame(encodeSubscribe(INSTRUMENT, ALL));
  const copiedMs = performance.now() - startMs;
  let longestMs = 0;
  while (frames < 1 + Math.ceil(1_002_001 / 512)) {
    const frameMs = performance.now();
    connection.drained();
    longestMs = Math.max(longestMs, performance.now() - frameMs);
  }
  process.stdout.write(
    `a million orders: copied in ${copiedMs.toFixed(0)} ms, ` +
      `${frames - 1} frames in ${(performance.now() - startMs).toFixed(0)} ms, ` +
      `the longest ${longestMs.toFixed(2)} ms\n`,
  );
}

largeSnapshot();
