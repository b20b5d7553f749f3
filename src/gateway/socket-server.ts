// Binary WebSocket over uWebSockets.js for the protocols that run on it: it knows frames, unsent
// bytes and close codes, and nothing of what the frames mean.
//
// Limits: a frame above FRAME_BYTES_MAX is closed with CLOSE_TOO_LARGE by the protocol above; one
// above twice that never becomes a frame (uWebSockets.js drops the connection). A connection beyond
// `connectionsMax` is closed with CLOSE_TOO_MANY_CONNECTIONS, a text message with CLOSE_BAD_FRAME.
// Unsent bytes are the protocol's to watch: it closes a slow client long before the socket's own
// limit, which drops the connection rather than a message. A request that is no upgrade gets one
// answer, and its connection ends; one that says in two ways how long it is gets none. A connection
// that is closed has 12 s for what waits in its socket, and is dropped soon after.

import uws, {
  type HttpRequest,
  type TemplatedApp,
  type us_listen_socket,
  type WebSocket,
  type WebSocketBehavior,
} from 'uWebSockets.js';
import * as c from '../ops/counter-layout.ts';
import {
  CLOSE_BAD_FRAME,
  CLOSE_TOO_MANY_CONNECTIONS,
  FRAME_BYTES_MAX,
} from '../wire/frame-kinds.ts';

/** The sending half of a connection. Both calls are no-ops once the connection is closed. */
export interface SocketWire {
  /** Sends one binary message (the bytes are copied). Returns the bytes still unsent. */
  send(bytes: Uint8Array): number;
  close(code: number, reason: string): void;
  /** Bytes that wait in the socket. */
  unsentBytes(): number;
}

/** The receiving half. */
export interface SocketHandler {
  /** One message; its memory is reused after the call. */
  frame(bytes: Uint8Array): void;
  /** Some unsent bytes have left. */
  drained(): void;
  /** The connection has ended, from whichever side. Nothing follows. */
  closed(): void;
}

export interface SocketServerOptions {
  host: string;
  /** 0: chosen by the system. */
  port: number;
  /** Path of the upgrade request. */
  path: string;
  connectionsMax: number;
  /** A thread's counters (ops/counter-layout.ts): connections, messages, bytes, closes. */
  words: Float64Array;
  connect(wire: SocketWire): SocketHandler;
}

export interface SocketServer {
  readonly port: number;
  /** Bytes of all connections that wait in their sockets. */
  unsentBytes(): number;
  /** No new connection; those open stay. */
  stopListening(): void;
  /**
   * Ends what is still there in `ms`, without a closing handshake: connections that are closed and
   * whose client has not answered that, and those that never asked for an upgrade. Does not keep
   * the thread alive.
   */
  dropAllIn(ms: number): void;
}

interface Connection {
  wire: Wire;
  handler: SocketHandler | undefined;
}

const UNSENT_BYTES_HARD_MAX = 268_435_456;
/**
 * From this on uWebSockets.js lets a closed connection take 12 to 16 s for its last bytes and its
 * close code, instead of 0 to 4; no protocol lets a connection be silent for so long.
 */
const IDLE_SECONDS_MAX = 64;
const TEXT = new TextEncoder();

class Wire implements SocketWire {
  private socket: WebSocket<Connection> | undefined;
  private readonly words: Float64Array;

  constructor(words: Float64Array) {
    this.words = words;
  }

  open(socket: WebSocket<Connection>): void {
    this.socket = socket;
  }

  /** The socket must not be touched after it closed: uWebSockets.js throws. */
  forget(): void {
    this.socket = undefined;
  }

  send(bytes: Uint8Array): number {
    if (this.socket === undefined) return 0;
    this.words[c.W_MESSAGES_OUT]! += 1;
    this.words[c.W_BYTES_OUT]! += bytes.length;
    this.socket.send(bytes, true);
    return this.socket?.getBufferedAmount() ?? 0;
  }

  close(code: number, reason: string): void {
    if (this.socket === undefined) return;
    this.words[c.W_CLOSES + code - c.CLOSE_CODE_FIRST]! += 1;
    this.socket.end(code, TEXT.encode(reason));
  }

  unsentBytes(): number {
    return this.socket?.getBufferedAmount() ?? 0;
  }
}

/** What uWebSockets.js calls for the connections of one server. */
function behavior(
  options: SocketServerOptions,
  open: Set<Connection>,
): WebSocketBehavior<Connection> {
  const { words } = options;
  return {
    maxPayloadLength: 2 * FRAME_BYTES_MAX,
    maxBackpressure: UNSENT_BYTES_HARD_MAX,
    closeOnBackpressureLimit: 1,
    idleTimeout: IDLE_SECONDS_MAX,
    sendPingsAutomatically: false,
    upgrade(response, request, context) {
      if (isAmbiguous(request)) {
        response.close();
        return;
      }
      response.upgrade<Connection>(
        { wire: new Wire(words), handler: undefined },
        request.getHeader('sec-websocket-key'),
        request.getHeader('sec-websocket-protocol'),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    },
    open(socket) {
      const connection = socket.getUserData();
      connection.wire.open(socket);
      words[c.W_CONNECTIONS_OPENED]! += 1;
      if (open.size >= options.connectionsMax) {
        connection.wire.close(CLOSE_TOO_MANY_CONNECTIONS, 'too many connections');
        return;
      }
      open.add(connection);
      words[c.W_CONNECTIONS] = open.size;
      connection.handler = options.connect(connection.wire);
    },
    message(socket, message, isBinary) {
      words[c.W_MESSAGES_IN]! += 1;
      words[c.W_BYTES_IN]! += message.byteLength;
      const { handler, wire } = socket.getUserData();
      if (isBinary) handler?.frame(new Uint8Array(message));
      else wire.close(CLOSE_BAD_FRAME, 'a text message');
    },
    drain(socket) {
      socket.getUserData().handler?.drained();
    },
    close(socket) {
      const connection = socket.getUserData();
      connection.wire.forget();
      open.delete(connection);
      words[c.W_CONNECTIONS] = open.size;
      connection.handler?.closed();
    },
  };
}

/** Starts listening. Rejects when the address cannot be had. */
export function listen(options: SocketServerOptions): Promise<SocketServer> {
  const open = new Set<Connection>();
  const app = uws.App();
  app.ws<Connection>(options.path, behavior(options, open));
  app.any('/*', (response, request) => {
    if (isAmbiguous(request)) {
      response.close();
      return;
    }
    response.writeStatus('426 Upgrade Required').end(`WebSocket at ${options.path}\n`, true);
  });
  return new Promise((resolve, reject) => {
    app.listen(options.host, options.port, (listening) => {
      if (listening === false) {
        reject(new Error(`cannot listen on ${options.host}:${options.port}`));
        return;
      }
      resolve(serverOf(app, listening, open));
    });
  });
}

/**
 * A body whose length is told twice may be read differently by a proxy in between, so that what
 * follows it would be somebody else's request.
 */
function isAmbiguous(request: HttpRequest): boolean {
  let lengths = 0;
  request.forEach((key) => {
    if (key === 'content-length' || key === 'transfer-encoding') lengths += 1;
  });
  return lengths > 1;
}

function serverOf(
  app: TemplatedApp,
  listening: us_listen_socket,
  open: Set<Connection>,
): SocketServer {
  let isListening = true;
  return {
    port: uws.us_socket_local_port(listening),
    unsentBytes: () => {
      let bytes = 0;
      for (const { wire } of open) bytes += wire.unsentBytes();
      return bytes;
    },
    stopListening: () => {
      if (isListening) uws.us_listen_socket_close(listening);
      isListening = false;
    },
    dropAllIn: (ms) => {
      setTimeout(() => app.close(), ms).unref();
    },
  };
}
