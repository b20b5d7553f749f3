// The publisher thread: market data over WebSocket, from the durable events.

import { Publisher } from '../feed/publisher.ts';
import { listen, type SocketServer, type SocketWire } from '../gateway/socket-server.ts';
import * as c from '../ops/counter-layout.ts';
import { ThreadCounters } from '../ops/counters.ts';
import { CLOSE_NAMES, RETRY_AFTER } from '../wire/codes.ts';
import { CLOSE_SHUTTING_DOWN, HEARTBEAT_MS } from '../wire/frame-kinds.ts';
import { Control } from './control.ts';
import { leaveSockets } from './drain.ts';
import { countEvents } from './event-counts.ts';
import { durableEventReader } from './event-reader.ts';
import {
  type SupervisorMessage,
  type ThreadMessage,
  type ThreadStart,
  threadLog,
} from './thread-start.ts';
import { startVitals } from './thread-vitals.ts';

const TICK_MS = HEARTBEAT_MS / 4;
/** How often numbers that cost a walk are counted anew. */
const COUNT_MS = 1_000;
const SUBSCRIBERS_MAX = 4_096;
const FEED_PATH = '/feed';

/** Serves until the event ring is read to its end. */
export async function runPublisher(
  start: ThreadStart,
  say: (message: ThreadMessage) => void,
  listenTo: (onMessage: (message: SupervisorMessage) => void) => void,
): Promise<void> {
  const { config } = start;
  const publisher = new Publisher({
    epoch: Date.now(),
    orders: config.limits.orders,
    instruments: config.limits.instruments,
  });
  const image = start.recovered?.image;
  if (image !== undefined) {
    const { instruments, orders, trades, sequence, clock } = image;
    publisher.seed(instruments, orders, trades, sequence, clock);
  }
  const counters = new ThreadCounters(start.counters, start.counted);
  const { words } = counters;
  const log = threadLog(start, 'publisher', say);
  startVitals(counters);
  let server: SocketServer | undefined;
  const close = (wire: SocketWire, code: number): void => {
    const fields = { code, reason: CLOSE_NAMES[code] };
    const text = `subscriber closed: ${CLOSE_NAMES[code]}`;
    if (code === CLOSE_SHUTTING_DOWN) log.info(fields, text);
    else log.warn(fields, text);
    wire.close(code, closeReason(code, config.retryAfterMs));
  };
  listenTo((message) => {
    if (message.type !== 'open') return;
    openServer(config.host, message.port, words, publisher, close).then(
      (opened) => {
        server = opened;
        say({ type: 'listening', port: opened.port });
      },
      () => say({ type: 'listening', port: 0 }),
    );
  });
  const ticking = setInterval(() => publisher.tick(performance.now()), TICK_MS);
  const tellFeed = (): void => {
    words[c.W_FEED_UPDATES] = publisher.updates;
    words[c.W_FEED_COMMAND] = publisher.commandSequence;
    words[c.W_INSTRUMENTS] = publisher.instrumentCount;
  };
  tellFeed();
  const counting = setInterval(() => {
    words[c.W_SUBSCRIBERS] = publisher.subscriberCount;
    words[c.W_UNSENT_BYTES] = server?.unsentBytes() ?? 0;
    log.flush();
  }, COUNT_MS);
  say({ type: 'ready' });
  const reader = durableEventReader(start, new Control(start.control), (slots, mask, from, end) => {
    countEvents(words, slots, mask, from, end);
    publisher.onEvents(slots, mask, from, end);
    tellFeed();
  });
  await reader.run();
  clearInterval(ticking);
  clearInterval(counting);
  publisher.shutDown();
  log.tellCounted();
  leaveSockets(server);
}

/** Who is told to go because the server stops learns when to come back. */
function closeReason(code: number, retryAfterMs: number): string {
  const name = CLOSE_NAMES[code]!;
  return code === CLOSE_SHUTTING_DOWN ? `${name} ${RETRY_AFTER}${retryAfterMs}` : name;
}

function openServer(
  host: string,
  port: number,
  words: Float64Array,
  publisher: Publisher,
  close: (wire: SocketWire, code: number) => void,
): Promise<SocketServer> {
  return listen({
    host,
    port,
    path: FEED_PATH,
    connectionsMax: SUBSCRIBERS_MAX,
    words,
    connect: (wire) =>
      publisher.connect({
        send: (bytes) => wire.send(bytes),
        close: (code) => close(wire, code),
      }),
  });
}
