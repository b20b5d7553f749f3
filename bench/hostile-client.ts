// Connections that send whatever they are given and know what came back: order entry, and the feed.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { COMMAND_CANCEL } from '../src/core/codes.ts';
import { encodeSubscribe, FeedDecoder } from '../src/wire/feed.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { REFUSAL_WORDS, ServerFrameDecoder } from '../src/wire/order-entry.ts';
import { R_HEAD, R_REQUEST, REPORT_END, REPORT_WORDS } from '../src/wire/report-layout.ts';
import { foretell, foretellFeed, frameOf, logonOf } from './hostile-frames.ts';

const WAIT_MS_MAX = 15_000;

/** A socket that can be waited for. */
export class LeanSocket {
  readonly socket: WebSocket;
  /** 0: not closed. */
  closeCode = 0;
  private isOpen = false;
  private look: () => void = () => {};

  constructor(url: string, onMessage: (bytes: Buffer) => void) {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('open', () => {
      this.isOpen = true;
      this.look();
    });
    this.socket.on('message', (bytes: Buffer) => {
      onMessage(bytes);
      this.look();
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
      this.look();
    });
    // A close event follows each.
    this.socket.on('error', () => {});
  }

  send(bytes: Uint8Array): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  opened(): Promise<void> {
    return this.until('a socket', () => this.isOpen || this.closeCode !== 0);
  }

  closed(): Promise<void> {
    return this.until('the end of a connection', () => this.closeCode !== 0);
  }

  /** Resolves when a frame or the end has made it true; rejects after a while. */
  until(what: string, isTrue: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`waited too long for ${what}`)), WAIT_MS_MAX);
      this.look = () => {
        if (!isTrue()) return;
        clearTimeout(late);
        this.look = () => {};
        resolve();
      };
      this.look();
    });
  }

  async end(): Promise<void> {
    const isGone = this.closeCode !== 0 ? Promise.resolve() : once(this.socket, 'close');
    this.socket.terminate();
    await isGone;
  }
}

/** A client of order entry that counts answers. */
export class LeanClient extends LeanSocket {
  isWelcome = false;
  /** Requests that were answered since they were taken out. */
  answers: number[] = [];
  /** Requests of lists of open orders that came to their end. */
  lists: number[] = [];
  /** Of the answers, those that were refusals. */
  refused = 0;
  private readonly decoder = new ServerFrameDecoder();

  constructor(url: string) {
    super(url, (bytes) => this.take(bytes));
  }

  private take(bytes: Uint8Array): void {
    const { decoder } = this;
    const code = decoder.decode(bytes);
    if (code !== 0) throw new Error(`a frame of the server that cannot be read: ${code}`);
    if (decoder.kind === kinds.KIND_WELCOME) this.isWelcome = true;
    if (decoder.kind === kinds.KIND_OPEN_ORDER_LIST) {
      if (decoder.isLast) this.lists.push(decoder.request);
      return;
    }
    const { words } = decoder;
    for (let i = 0; i < decoder.reportCount; i++) {
      const at = decoder.reportsAt + i * REPORT_WORDS;
      if ((words[at + R_HEAD]! & REPORT_END) !== 0) this.answers.push(words[at + R_REQUEST]! >>> 0);
    }
    for (let i = 0; i < decoder.refusalCount; i++) {
      this.answers.push(words[decoder.refusalsAt + i * REFUSAL_WORDS]! >>> 0);
    }
    this.refused += decoder.refusalCount;
  }
}

/** Differs from every request of a template in more than one byte. */
const FIRST_PROBE = 0x0bad_0000;
const NO_ORDER = 0xfedc_ba98_7654_3210n;

/** Sends forged frames in the name of one session and compares what comes back with what is due. */
export class Forger {
  /** Frames after which the connection was closed. */
  closed = 0;
  private readonly url: string;
  private readonly number: number;
  private client: LeanClient | null = null;
  private probe = FIRST_PROBE;

  /** `number`: session and account. */
  constructor(url: string, number: number) {
    this.url = url;
    this.number = number;
  }

  /** Null: the server did what it owed; else what is wrong. `isFirst`: instead of a logon. */
  async send(frame: Uint8Array, isFirst: boolean): Promise<string | null> {
    const client = await this.connect(isFirst);
    const due = foretell(frame, !isFirst);
    client.send(frame);
    if (due.code !== 0) {
      await client.closed();
      this.client = null;
      this.closed += 1;
      return client.closeCode === due.code ? null : `closed with ${client.closeCode}`;
    }
    if (isFirst) await client.until('a welcome', () => client.isWelcome || client.closeCode !== 0);
    // The answer to this one comes behind all others.
    const probe = ++this.probe;
    const account = this.number;
    client.send(frameOf([{ command: COMMAND_CANCEL, request: probe, account, clOrdId: NO_ORDER }]));
    const isAnswered = () => client.answers.includes(probe) || client.closeCode !== 0;
    await client.until('an answer', isAnswered);
    if (client.closeCode !== 0) return `closed with ${client.closeCode}, not answered`;
    const wanted = [...due.requests, probe].sort((a, b) => a - b).join();
    const got = client.answers.sort((a, b) => a - b).join();
    const lists = client.lists.join();
    client.answers = [];
    client.lists = [];
    if (got !== wanted) return `answered ${got}, not ${wanted}`;
    return lists === (due.question === 0 ? '' : `${due.question}`) ? null : `listed ${lists}`;
  }

  async end(): Promise<void> {
    await this.client?.end();
  }

  /** A connection that is logged on, or a new one that is not. */
  private async connect(isFirst: boolean): Promise<LeanClient> {
    if (isFirst) {
      await this.end();
      this.client = null;
    }
    // One that was silent for too long, while other frames were sent elsewhere, is closed.
    if (this.client !== null && this.client.closeCode === 0) return this.client;
    const client = new LeanClient(this.url);
    this.client = client;
    await client.opened();
    if (isFirst) return client;
    client.send(logonOf(this.number));
    await client.until('a welcome', () => client.isWelcome);
    return client;
  }
}

/** No single changed byte of a template makes this instrument. */
const NO_INSTRUMENT = 0x0bad_0bad;

/** The same for the feed. Instrument 1 is there, no other. */
export class FeedForger {
  closed = 0;
  private readonly url: string;
  private socket: LeanSocket | null = null;
  private readonly decoder = new FeedDecoder();
  private snapshots = 0;
  /** Instruments of refusals. */
  private refused: number[] = [];

  constructor(url: string) {
    this.url = url;
  }

  async send(frame: Uint8Array): Promise<string | null> {
    const isThere = this.socket !== null && this.socket.closeCode === 0;
    const socket = isThere ? this.socket! : new LeanSocket(this.url, (bytes) => this.take(bytes));
    this.socket = socket;
    await socket.opened();
    const due = foretellFeed(frame);
    this.snapshots = 0;
    this.refused = [];
    socket.send(frame);
    if (due.code !== 0) {
      await socket.closed();
      this.socket = null;
      this.closed += 1;
      return socket.closeCode === due.code ? null : `closed with ${socket.closeCode}`;
    }
    // The refusal of this one comes behind that of the other.
    socket.send(encodeSubscribe(NO_INSTRUMENT, kinds.CHANNEL_L2));
    const isAnswered = () =>
      this.refused.includes(NO_INSTRUMENT) && this.snapshots >= (due.isSnapshot ? 1 : 0);
    await socket.until('an answer', () => isAnswered() || socket.closeCode !== 0);
    if (socket.closeCode !== 0) return `closed with ${socket.closeCode}, not answered`;
    const isRefused = this.refused.length > 1;
    return isRefused === due.isRefused ? null : `refused: ${isRefused}`;
  }

  async end(): Promise<void> {
    await this.socket?.end();
  }

  private take(bytes: Uint8Array): void {
    const code = this.decoder.decode(bytes);
    if (code !== 0) throw new Error(`a frame of the feed that cannot be read: ${code}`);
    const { kind, instrument } = this.decoder.head;
    if (kind === kinds.FEED_SNAPSHOT) this.snapshots += 1;
    if (kind === kinds.FEED_REFUSED) this.refused.push(instrument);
  }
}
