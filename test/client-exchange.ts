// A whole exchange in one thread behind real sockets of this machine, with the names that the
// server has by default: sessions, core, publisher. Order entry is at /orders, the feed at /feed.

import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { COMMAND_INSTRUMENT, COMMAND_SYMBOL } from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, createCore } from '../src/core/engine.ts';
import type { EventOut } from '../src/core/event-buffer.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import { writeCommand } from '../src/core/plain.ts';
import { Publisher } from '../src/feed/publisher.ts';
import { CountedOwnership } from '../src/session/ports.ts';
import { Sessions } from '../src/session/sessions.ts';
import { QueuePort } from './session-fakes.ts';

const LIMITS = { orders: 4_096, accounts: 16, instruments: 4, pages: 64 };
const EVENT_SLOTS = 64;
const TICK_MS = 50;

export class Exchange implements EventOut {
  readonly slots = new Int32Array(EVENT_SLOTS * EVENT_WORDS);
  readonly mask = EVENT_SLOTS - 1;
  cursor = 0;
  limit = EVENT_SLOTS;
  /** Sockets of clients that are open. */
  readonly sockets = new Set<WebSocket>();
  private read = 0;
  private readonly server: WebSocketServer;
  private readonly port = new QueuePort(4_096);
  private readonly core = createCore(LIMITS, this);
  private readonly publisher = new Publisher({ epoch: 1, orders: 4_096, instruments: 4 });
  private readonly sessions: Sessions;
  private readonly timer: ReturnType<typeof setInterval>;

  private constructor(server: WebSocketServer) {
    this.server = server;
    const accounts = [1, 2, 3].map((number) => ({ number, name: `demo${number}` }));
    this.sessions = new Sessions({
      sessions: [
        { number: 1, token: 'demo', accounts },
        { number: 3, token: 'operator', accounts: [], isOperator: true },
      ],
      port: this.port,
      stamp: { low: 1, high: 0 },
      ownership: new CountedOwnership(new Int32Array(2)),
    });
    const slot = new Int32Array(COMMAND_WORDS);
    const symbol = new TextEncoder().encode('DEMO');
    writeCommand(slot, 0, { cmd: COMMAND_SYMBOL, instrument: 1, symbol });
    apply(this.core, slot, 0);
    writeCommand(slot, 0, { cmd: COMMAND_INSTRUMENT, instrument: 1 });
    apply(this.core, slot, 0);
    this.makeRoom();
    server.on('connection', (socket, request) => this.connect(socket, request.url ?? ''));
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  static async start(): Promise<Exchange> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => server.on('listening', resolve));
    return new Exchange(server);
  }

  /** `ws://…` of both. */
  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }

  makeRoom(): void {
    this.sessions.onEvents(this.slots, this.mask, this.read, this.cursor);
    this.publisher.onEvents(this.slots, this.mask, this.read, this.cursor);
    this.read = this.cursor;
    this.limit = (this.cursor + EVENT_SLOTS) | 0;
  }

  private connect(socket: WebSocket, path: string): void {
    this.sockets.add(socket);
    const send = (bytes: Uint8Array) => {
      socket.send(bytes.slice());
      return socket.bufferedAmount;
    };
    const close = (code: number) => socket.close(code);
    const isFeed = path === '/feed';
    const orders = isFeed ? null : this.sessions.open({ send, close }, performance.now());
    const feed = isFeed ? this.publisher.connect({ send, close }) : null;
    socket.on('message', (bytes: Buffer) => {
      orders?.frame(bytes, performance.now());
      feed?.frame(bytes);
      this.run();
    });
    socket.on('close', () => {
      this.sockets.delete(socket);
      orders?.closed(performance.now());
      feed?.closed();
      this.run();
    });
  }

  private run(): void {
    while (this.port.waiting > 0) apply(this.core, this.port.shift(), 0);
    this.makeRoom();
    this.sessions.flush(performance.now());
  }

  private tick(): void {
    this.sessions.tick(performance.now());
    this.publisher.tick(performance.now());
    this.run();
  }
}
