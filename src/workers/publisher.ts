// The publisher thread: market data over WebSocket, from the durable events.

import { Publisher } from '../feed/publisher.ts';
import { listen, type SocketServer } from '../gateway/socket-server.ts';
import { CLOSE_NAMES } from '../wire/codes.ts';
import { HEARTBEAT_MS } from '../wire/frame-kinds.ts';
import { Control } from './control.ts';
import { leaveSockets } from './drain.ts';
import { durableEventReader } from './event-reader.ts';
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
  let server: SocketServer | undefined;
  listenTo((message) => {
    if (message.type !== 'open') return;
    openServer(config.host, message.port, publisher).then(
      (opened) => {
        server = opened;
        say({ type: 'listening', port: opened.port });
      },
      () => say({ type: 'listening', port: 0 }),
    );
  });
  const ticking = setInterval(() => publisher.tick(performance.now()), TICK_MS);
  say({ type: 'ready' });
  const reader = durableEventReader(start, new Control(start.control), (slots, mask, from, end) => {
    publisher.onEvents(slots, mask, from, end);
  });
  await reader.run();
  clearInterval(ticking);
  publisher.shutDown();
  leaveSockets(server);
}

function openServer(host: string, port: number, publisher: Publisher): Promise<SocketServer> {
  return listen({
    host,
    port,
    path: FEED_PATH,
    connectionsMax: SUBSCRIBERS_MAX,
    connect: (wire) =>
      publisher.connect({
        send: (bytes) => wire.send(bytes),
        close: (code) => wire.close(code, CLOSE_NAMES[code]!),
      }),
  });
}
