// The publisher thread: market data over WebSocket, from the durable events.

import { Publisher } from '../feed/publisher.ts';
import { listen, type SocketServer, type SocketWire } from '../gateway/socket-server.ts';
import type { Config } from '../ops/config.ts';
import * as c from '../ops/counter-layout.ts';
import { CLOSE_NAMES, RETRY_AFTER } from '../wire/codes.ts';
import { CLOSE_SHUTTING_DOWN, HEARTBEAT_MS } from '../wire/frame-kinds.ts';
import { Control } from './control.ts';
import { leaveSockets } from './drain.ts';
import { countEvents } from './event-counts.ts';
import { durableEventReader } from './event-reader.ts';
import { type SocketThread, socketThread } from './socket-thread.ts';
import type { SupervisorMessage, ThreadMessage, ThreadStart } from './thread-start.ts';

const TICK_MS = HEARTBEAT_MS / 4;
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
  const thread = socketThread(start, 'publisher', say);
  const { words } = thread;
  let server: SocketServer | undefined;
  listenTo((message) => {
    if (message.type !== 'open') return;
    openServer(config, message.port, publisher, thread).then(
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
  thread.countEvery(() => {
    words[c.W_SUBSCRIBERS] = publisher.subscriberCount;
    words[c.W_UNSENT_BYTES] = server?.unsentBytes() ?? 0;
  });
  say({ type: 'ready' });
  const reader = durableEventReader(start, new Control(start.control), (slots, mask, from, end) => {
    countEvents(words, slots, mask, from, end);
    publisher.onEvents(slots, mask, from, end);
    tellFeed();
  });
  await reader.run();
  clearInterval(ticking);
  publisher.shutDown();
  thread.end();
  leaveSockets(server);
}

function openServer(
  { host, retryAfterMs }: Config,
  port: number,
  publisher: Publisher,
  { words, log }: SocketThread,
): Promise<SocketServer> {
  const close = (wire: SocketWire, code: number): void => {
    const name = CLOSE_NAMES[code]!;
    const isStopping = code === CLOSE_SHUTTING_DOWN;
    const fields = { code, reason: name };
    if (isStopping) log.info(fields, `subscriber closed: ${name}`);
    else log.warn(fields, `subscriber closed: ${name}`);
    // Who is told to go because the server stops learns when to come back.
    wire.close(code, isStopping ? `${name} ${RETRY_AFTER}${retryAfterMs}` : name);
  };
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
