// An I/O thread: order entry over WebSocket. Frames in through the session machine to the command
// ring; durable events out as execution reports.

import { listen, type SocketServer } from '../gateway/socket-server.ts';
import type { Config } from '../ops/config.ts';
import { W_SESSIONS, W_UNSENT_BYTES } from '../ops/counter-layout.ts';
import type { GatedLog } from '../ops/gated-log.ts';
import { Ring } from '../ring/ring.ts';
import { CountedOwnership } from '../session/ports.ts';
import type { SessionConfig } from '../session/session-config.ts';
import { Sessions, type SessionsOptions } from '../session/sessions.ts';
import { HEARTBEAT_MS } from '../wire/frame-kinds.ts';
import { ClientWatch } from './client-watch.ts';
import { StampClock } from './clock.ts';
import { RingCommandPort } from './command-port.ts';
import { Control } from './control.ts';
import { leaveSockets, until } from './drain.ts';
import { type DurableEvents, durableEventReader } from './event-reader.ts';
import { HostedMatching, type MatchingHost } from './hosted-matching.ts';
import { socketThread } from './socket-thread.ts';
import { IoStamps } from './stage-stamps.ts';
import type { SupervisorMessage, ThreadMessage, ThreadStart } from './thread-start.ts';
import { undurableCommands } from './undurable.ts';

const TICK_MS = HEARTBEAT_MS / 4;
/** Connections of one thread, logged on or not. */
const CONNECTIONS_MAX = 4_096;
const ORDERS_PATH = '/orders';

/** Serves until it was drained and the event ring is read to its end. */
export async function runIo(
  start: ThreadStart,
  say: (message: ThreadMessage) => void,
  listenTo: (onMessage: (message: SupervisorMessage) => void) => void,
): Promise<void> {
  const control = new Control(start.control);
  const clock = new StampClock();
  const commandRing = new Ring(start.commandRing);
  const thread = socketThread(start, 'io', say);
  const host: MatchingHost = { reader: () => reader, diskFailed: () => diskFailed() };
  const matching = hostMatching(start, thread.log, host);
  const stamps = start.stamps && new IoStamps(start.stamps, commandRing, start.consumer, matching);
  const sessions: Sessions = createSessions(start, control, {
    port: stamps?.port ?? new RingCommandPort(commandRing, matching),
    stamp: clock,
    catchUp: () => reader.catchUp(),
    observer: new ClientWatch(thread.words, thread.log),
  });
  const now = inputClock(clock, stamps);
  const onEvents: DurableEvents = (slots, mask, from, end) => {
    sessions.onEvents(slots, mask, from, end);
    sessions.flush(now());
  };
  const reader = durableEventReader(start, control, stamps?.counting(onEvents) ?? onEvents);
  let server: SocketServer | undefined;
  const diskFailed = once(() => {
    reader.catchUp();
    sessions.fail(undurableCommands(commandRing, control.durable), now());
    server?.stopListening();
    control.tellFailed();
  });
  control.failed().then(diskFailed);
  const ticking = setInterval(() => sessions.tick(now()), TICK_MS);
  thread.countEvery(() => countClients(thread.words, sessions, server));
  listenTo((message) => {
    if (message.type === 'open') {
      openServer(start.config.host, message.port, thread.words, sessions, now).then(
        (opened) => {
          server = opened;
          // A session's grace counts once, in the first of the I/O threads.
          if (start.consumer === 0) sessions.awaitReturns(now());
          say({ type: 'listening', port: opened.port });
        },
        () => say({ type: 'listening', port: 0 }),
      );
    } else if (message.type === 'stopIntake') {
      server?.stopListening();
      sessions.stopIntake();
      say({ type: 'stopped' });
    } else {
      drain(sessions, server, now).then(() => say({ type: 'quiet' }));
    }
  });
  say({ type: 'ready' });
  await Promise.all([matching?.run(), reader.run()]);
  clearInterval(ticking);
  thread.end();
  leaveSockets(server);
}

/** Undefined: matching has a thread of its own. */
function hostMatching(
  start: ThreadStart,
  log: GatedLog,
  host: MatchingHost,
): HostedMatching | undefined {
  if (!start.hostsMatching) return undefined;
  log.info({}, 'matching runs within this thread');
  return new HostedMatching(start, host);
}

function countClients(
  words: Float64Array,
  sessions: Sessions,
  server: SocketServer | undefined,
): void {
  words[W_SESSIONS] = sessions.liveCount;
  words[W_UNSENT_BYTES] = server?.unsentBytes() ?? 0;
}

/** `call`, which is made at the first time only. */
function once(call: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    call();
  };
}

/** The sessions of the configuration, where an earlier process left them. */
function createSessions(
  { config, recovered }: ThreadStart,
  control: Control,
  owner: Omit<SessionsOptions, 'sessions' | 'accounts' | 'limits' | 'ownership'>,
): Sessions {
  const sessions = new Sessions({
    ...owner,
    ownership: new CountedOwnership(control.sessionOwners),
    sessions: sessionsOf(config),
    accounts: config.accounts,
    limits: { graceMs: config.resumeGraceMs, retryAfterMs: config.retryAfterMs },
  });
  if (recovered !== undefined) sessions.restore(recovered.image);
  return sessions;
}

/** What is read before each input: moves the stamp of commands, gives ms for the sessions. */
function inputClock(clock: StampClock, stamps: IoStamps | undefined): () => number {
  return () => {
    stamps?.arrived();
    clock.advance();
    return performance.now();
  };
}

function sessionsOf({ sessions, accounts: all }: Config): SessionConfig[] {
  return sessions.map(({ number, token, accounts, operator }) => ({
    number,
    token,
    isOperator: operator,
    accounts: accounts.map((one) => all.find(({ number: n }) => n === one)!),
  }));
}

function openServer(
  host: string,
  port: number,
  words: Float64Array,
  sessions: Sessions,
  now: () => number,
): Promise<SocketServer> {
  return listen({
    host,
    port,
    path: ORDERS_PATH,
    connectionsMax: CONNECTIONS_MAX,
    words,
    connect: (wire) => {
      const connection = sessions.open(wire, now());
      return {
        frame: (bytes) => connection.frame(bytes, now()),
        drained: () => connection.drained(wire.unsentBytes(), now()),
        closed: () => connection.closed(now()),
      };
    },
  });
}

/** How long a drain waits for clients that do not read, ms. */
const SEND_MS_MAX = 2_000;

/**
 * What was taken is answered, the answers leave through the sockets, these are closed, and the
 * cancels which that causes are done.
 */
async function drain(
  sessions: Sessions,
  server: SocketServer | undefined,
  now: () => number,
): Promise<void> {
  await until(() => sessions.isSettled && (server?.unsentBytes() ?? 0) === 0, SEND_MS_MAX);
  sessions.closeAll(now());
  await until(() => {
    sessions.tick(now());
    return sessions.isSettled;
  }, SEND_MS_MAX);
}
