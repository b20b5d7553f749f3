// The crowd of the hostile run: sessions that trade and count what they are answered, and sessions
// that do what they can to be in their way.
//
//   mutating   frames with a changed byte, cut off, or of random bytes; comes back when closed
//   flooding   commands for an account that is not its own, by the thousand, or nothing but
//              heartbeats
//   stalling   orders without end and nothing read · half a frame · no logon · half a request · a
//              subscriber of the feed that does not read

import net from 'node:net';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_CANCEL, COMMAND_NEW, SIDE_BUY, SIDE_SELL, TIF_IOC } from '../src/core/codes.ts';
import { encodeConsumerHeartbeat, encodeSubscribe } from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { type ClientCommand, encodeHeartbeat } from '../src/wire/order-entry.ts';
import { LeanClient, LeanSocket } from './hostile-client.ts';
import { frameOf, logonOf, mutate, orderEntryTemplates, randomFrame } from './hostile-frames.ts';

const MID = 10_000;
const COMMANDS_PER_FRAME = 6;

export interface Urls {
  orders: string;
  feed: string;
}

/** Trades until `stop`: a frame, all its answers, the next frame. */
export class HonestSession {
  sent = 0;
  answered = 0;
  /** Answers that nothing was asked for. */
  surplus = 0;
  /** Of the answers, refusals: busy. */
  refused = 0;
  readonly client: LeanClient;
  private readonly number: number;
  private readonly prng: Prng;
  private readonly unanswered = new Set<number>();
  private isRunning = true;

  /** `number`: session and account. */
  constructor(urls: Urls, number: number) {
    this.number = number;
    this.prng = new Prng(number);
    this.client = new LeanClient(urls.orders);
  }

  get missing(): number {
    return this.unanswered.size;
  }

  /** Says that it lives; also while it waits for answers. */
  beat(): void {
    this.client.send(encodeHeartbeat());
  }

  stop(): void {
    this.isRunning = false;
  }

  /** Resolves when it was stopped and has every answer, or the connection is closed. */
  async run(): Promise<void> {
    const { client } = this;
    await client.opened();
    client.send(logonOf(this.number));
    await client.until('a welcome', () => client.isWelcome || client.closeCode !== 0);
    while (this.isRunning && client.closeCode === 0) {
      client.send(frameOf(this.nextCommands()));
      await client.until('answers', () => this.settle() || client.closeCode !== 0);
    }
    this.refused = client.refused;
  }

  /** Takes the answers that came in; true when none is missing. */
  private settle(): boolean {
    for (const request of this.client.answers) {
      if (this.unanswered.delete(request)) this.answered += 1;
      // A trade of a resting order that another's command caused names no request.
      else if (request !== 0) this.surplus += 1;
    }
    this.client.answers = [];
    return this.unanswered.size === 0;
  }

  /** Quotes around the middle that sometimes trade, and the cancel of each. */
  private nextCommands(): ClientCommand[] {
    const account = this.number;
    return Array.from({ length: COMMANDS_PER_FRAME }, (_, i) => {
      const request = ++this.sent;
      this.unanswered.add(request);
      if (i % 2 === 1) {
        return { command: COMMAND_CANCEL, request, account, clOrdId: BigInt(request - 1) };
      }
      const side = this.prng.below(2);
      const away = this.prng.between(-1, 15);
      const price = side === SIDE_BUY ? MID - away : MID + away;
      const terms = { side, price, qty: this.prng.between(1, 9), clOrdId: BigInt(request) };
      return { command: COMMAND_NEW, request, account, instrument: 1, ...terms };
    });
  }
}

/** Sessions of this one's kind: whatever a connection's end, another one follows. */
export class HostileSession {
  private readonly urls: Urls;
  private readonly number: number;
  private readonly prng: Prng;
  private readonly templates: readonly Uint8Array[];
  private readonly onClosed: () => void;
  private isRunning = true;

  /** `onClosed`: the server ended a connection of it. */
  constructor(urls: Urls, number: number, onClosed: () => void) {
    this.urls = urls;
    this.number = number;
    this.onClosed = onClosed;
    this.prng = new Prng(number);
    this.templates = Object.values(orderEntryTemplates(number));
  }

  stop(): void {
    this.isRunning = false;
  }

  async run(): Promise<void> {
    const acts = [
      () => this.sendForged(),
      () => this.floodRefused(),
      () => this.readNothing(),
      () => this.sendForged(),
      () => this.floodHeartbeats(),
      () => this.sayHalf(),
      () => this.sendForged(),
      () => this.floodRefused(),
      () => this.subscribeAndReadNothing(),
    ];
    while (this.isRunning) await acts[this.number % acts.length]!();
  }

  private async logOn(): Promise<LeanClient> {
    const client = new LeanClient(this.urls.orders);
    await client.opened();
    client.send(logonOf(this.number));
    return client;
  }

  private async end(socket: LeanSocket): Promise<void> {
    if (socket.closeCode !== 0) this.onClosed();
    await socket.end();
  }

  private async sendForged(): Promise<void> {
    const client = await this.logOn();
    while (this.isRunning && client.closeCode === 0) {
      for (let i = 0; i < 4; i++) {
        const template = this.prng.pick(this.templates);
        client.send(
          this.prng.chance(70)
            ? mutate(template, this.prng)
            : randomFrame(this.templates, this.prng),
        );
      }
      await turn();
    }
    await this.end(client);
  }

  private async floodRefused(): Promise<void> {
    const client = await this.logOn();
    const command = COMMAND_CANCEL;
    // Of an account that it may not act for.
    const refused = Array.from({ length: kinds.COMMANDS_PER_FRAME_MAX }, (_, i) => {
      return { command, request: i + 1, account: this.number + 1, clOrdId: 1n } as const;
    });
    await this.flood(client, frameOf(refused), 16);
  }

  private async floodHeartbeats(): Promise<void> {
    await this.flood(await this.logOn(), encodeHeartbeat(), 2_000);
  }

  private async flood(client: LeanClient, frame: Uint8Array, count: number): Promise<void> {
    while (this.isRunning && client.closeCode === 0) {
      if (client.socket.bufferedAmount < 1_000_000) {
        for (let i = 0; i < count; i++) client.send(frame);
      }
      client.answers = [];
      await turn();
    }
    await this.end(client);
  }

  /** Orders as fast as they are taken, and nothing read, until it is too much. */
  private async readNothing(): Promise<void> {
    const client = await this.logOn();
    client.socket.pause();
    const account = this.number;
    let request = 1;
    for (let frames = 0; this.isRunning && client.closeCode === 0; frames++) {
      const orders = Array.from({ length: 256 }, (): ClientCommand => {
        const terms = { side: SIDE_SELL, price: 2 * MID, qty: 1, tif: TIF_IOC };
        const clOrdId = BigInt(request);
        return {
          command: COMMAND_NEW,
          request: request++,
          account,
          instrument: 1,
          clOrdId,
          ...terms,
        };
      });
      if (client.socket.bufferedAmount < 1_000_000) client.send(frameOf(orders));
      // What a paused socket was told it only hears when it reads again.
      if (frames % 2_000 === 1_999) client.socket.resume();
      await turn();
    }
    await this.end(client);
  }

  /** Half a request, half a frame, or a connection without a logon. */
  private async sayHalf(): Promise<void> {
    const { port, hostname } = new URL(this.urls.orders);
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => {}).write('GET /orders HTTP/1.1\r\nHost: ');
    const silent = new LeanClient(this.urls.orders);
    const client = await this.logOn();
    await silent.opened();
    // The frame says that it is longer than what comes of it.
    const raw = client.socket as unknown as { _socket?: net.Socket };
    raw._socket?.write(Buffer.from([0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]));
    while (this.isRunning && client.closeCode === 0) await turn(50);
    socket.destroy();
    await this.end(silent);
    await this.end(client);
  }

  private async subscribeAndReadNothing(): Promise<void> {
    const socket = new LeanSocket(this.urls.feed, () => {});
    await socket.opened();
    socket.send(encodeSubscribe(1, kinds.CHANNEL_L2 | kinds.CHANNEL_L3 | kinds.CHANNEL_TRADES));
    socket.socket.pause();
    for (let beats = 0; this.isRunning && socket.closeCode === 0; beats++) {
      socket.send(encodeConsumerHeartbeat());
      if (beats % 40 === 39) socket.socket.resume();
      await turn(500);
    }
    await this.end(socket);
  }
}

/** Lets everybody else have a turn, or `ms` of them. */
function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}
