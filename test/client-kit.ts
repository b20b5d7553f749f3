// A server for clients of the SDK that does what a test tells it, over sockets and timers without a
// network and without time. What it hears is told in words:
//
//   logon alpha from=now · beat · asks r3 · asks to resume
//   commands r1 new 11:1 buy 5@100; r2 replace 11:1>2 6@101; r3 cancel 11:2; r4 mass 11

import { highWord, lowWord } from '../src/base/words.ts';
import {
  type ExecutionReport,
  OrderEntry,
  type OrderEntryOptions,
  type Timers,
} from '../src/client/index.ts';
import type { WebSocketClass, WebSocketLike } from '../src/client/web-socket.ts';
import { EVENT_REASON_SHIFT, EVENT_SIDE_SHIFT } from '../src/core/event-slot.ts';
import * as codes from '../src/wire/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import {
  ClientFrameDecoder,
  encodeHeartbeat,
  encodeInstrumentChanges,
  encodeWelcome,
  type InstrumentFacts,
  ServerFrameEncoder,
  type Welcome,
  WIRE_COMMAND_WORDS,
} from '../src/wire/order-entry.ts';
import * as r from '../src/wire/report-layout.ts';
import { describeCommand } from './client-words.ts';
import { facts } from './feed-kit.ts';

/** Request of the question that a client asks to learn what became of its commands. */
export const RESUME = kinds.REQUEST_MAX;

/** Lets everything happen that waits for a microtask. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class ManualTimers implements Timers {
  nowMs = 0;
  private last = 0;
  private readonly due = new Map<number, { atMs: number; run: () => void }>();

  setTimeout(run: () => void, ms: number): number {
    this.last += 1;
    this.due.set(this.last, { atMs: this.nowMs + ms, run });
    return this.last;
  }

  clearTimeout(timer: unknown): void {
    this.due.delete(timer as number);
  }

  /** How long until the next timer is due; Infinity: there is none. */
  get nextMs(): number {
    return Math.min(Infinity, ...[...this.due.values()].map(({ atMs }) => atMs)) - this.nowMs;
  }

  /** Time passes, timer by timer. */
  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    while (this.nowMs + this.nextMs <= end) {
      this.nowMs += this.nextMs;
      const [timer, { run }] = [...this.due].find(([, { atMs }]) => atMs <= this.nowMs)!;
      this.due.delete(timer);
      run();
      await settle();
    }
    this.nowMs = end;
  }
}

/** The client's end of a socket. What it sends goes to `hear`. */
export class ClientSocket implements WebSocketLike {
  binaryType = 'blob';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** Code that the client closed it with; 0: it did not, -1: without a code. */
  closedWith = 0;
  /** The other side answers no closing frame. */
  isDeaf = false;
  readonly url: string;
  hear: (bytes: Uint8Array) => void = () => {};

  constructor(url: string) {
    this.url = url;
  }

  send(bytes: ArrayBuffer): void {
    if (this.closedWith === 0) this.hear(new Uint8Array(bytes));
  }

  close(code = -1): void {
    if (this.closedWith !== 0) throw new Error('closed twice');
    this.closedWith = code;
    if (!this.isDeaf) queueMicrotask(() => this.closed(code === -1 ? 1005 : code));
  }

  open(): void {
    this.onopen?.({} as never);
  }

  message(bytes: Uint8Array): void {
    // As a browser gives it: a buffer of its own.
    this.onmessage?.({ data: bytes.slice().buffer } as never);
  }

  closed(code: number, reason = ''): void {
    this.onerror?.({} as never);
    this.onclose?.({ code, reason } as never);
  }
}

export interface RecordFields {
  request?: number;
  end?: boolean;
  account?: number;
  clOrdId?: number;
  orderId?: number;
  side?: number;
  leaves?: number;
  price?: number;
  qty?: number;
  id?: number;
  reason?: number;
  command?: number;
  aggressor?: boolean;
  auction?: boolean;
  displayed?: number;
  displayQty?: number;
  stopPrice?: number;
  /** Default: the number after the last one's. */
  sequence?: number;
}

/** Of `FakeServer.welcome`. */
const WELCOME: Welcome = {
  version: 1,
  session: 7,
  credits: 100,
  heartbeatMs: 1_000,
  commandsPerFrameMax: 50,
  nextReport: 1,
  reportsLost: false,
  accounts: [
    { number: 11, name: 'main', highestClOrdId: 0n },
    { number: 12, name: 'hedge', highestClOrdId: 40n },
  ],
  instruments: [
    { ...facts(1), symbol: 'TEST' },
    { ...facts(2), symbol: 'OTHER', tickSize: '1', lotSize: '10' },
  ],
  isOperator: false,
};

export class FakeServer {
  readonly timers = new ManualTimers();
  readonly sockets: ClientSocket[] = [];
  /** What clients said, on whichever socket. */
  heard: string[] = [];
  readonly WebSocket: WebSocketClass;
  /** Reports handed to `onReport` of `options`. */
  readonly reports: ExecutionReport[] = [];
  /** States told to `onState` of `options`, with the code of the error. */
  readonly states: string[] = [];
  /** Number of the last report that was made. */
  lastReport = 0;
  private readonly decoder = new ClientFrameDecoder();
  private readonly encoder = new ServerFrameEncoder();

  constructor() {
    const server = this;
    this.WebSocket = class extends ClientSocket {
      constructor(url: string) {
        super(url);
        server.sockets.push(this);
        this.hear = (bytes) => server.heard.push(server.describe(bytes));
      }
    };
  }

  /** The newest one. */
  get socket(): ClientSocket {
    return this.sockets.at(-1)!;
  }

  options(more: Partial<OrderEntryOptions> = {}): OrderEntryOptions {
    return {
      url: 'ws://exchange/orders',
      token: 'alpha',
      WebSocket: this.WebSocket,
      timers: this.timers,
      random: () => 0,
      onReport: (report) => this.reports.push(report),
      onState: (state, error) => this.states.push(error ? `${state} ${error.code}` : state),
      ...more,
    };
  }

  /** What was heard since the last call. */
  takeHeard(): string[] {
    const { heard } = this;
    this.heard = [];
    return heard;
  }

  /** Opens the newest socket and welcomes the client. */
  async welcome(changes: Partial<Welcome> = {}): Promise<void> {
    this.socket.open();
    await this.send(encodeWelcome({ ...WELCOME, ...changes }));
  }

  /** Lets the connection break, without a closing frame or with one. */
  async cut(code = 1006, reason = ''): Promise<void> {
    this.socket.closed(code, reason);
    await settle();
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.socket.message(bytes);
    await settle();
  }

  /** Reports that were made by `record`, in one frame. */
  sendReports(...records: readonly Int32Array[]): Promise<void> {
    const { words, count } = joined(records, r.REPORT_WORDS);
    return this.send(this.encoder.reports(words, 0, count));
  }

  sendRefusals(...refusals: readonly [request: number, reason: number][]): Promise<void> {
    const words = Int32Array.from(refusals.flat());
    return this.send(this.encoder.refusals(words, 0, refusals.length));
  }

  sendOpenOrders(
    request: number,
    orders: readonly Int32Array[] = [],
    isLast = true,
  ): Promise<void> {
    const { words, count } = joined(orders, r.REPORT_WORDS);
    const { lastReport } = this;
    return this.send(this.encoder.openOrders(words, 0, count, request, lastReport, isLast));
  }

  beat(): Promise<void> {
    return this.send(encodeHeartbeat());
  }

  /** The words of a report about an order of account 11 in TEST. */
  record(event: number, fields: RecordFields = {}): Int32Array {
    const words = new Int32Array(r.REPORT_WORDS);
    const sequence = fields.sequence ?? this.lastReport + 1;
    if (fields.sequence === undefined) this.lastReport = sequence;
    words[r.R_HEAD] =
      event |
      ((fields.reason ?? 0) << EVENT_REASON_SHIFT) |
      ((fields.side ?? 0) << EVENT_SIDE_SHIFT) |
      ((fields.command ?? 0) << 20) |
      (fields.aggressor ? r.REPORT_AGGRESSOR : 0) |
      (fields.auction ? r.REPORT_AUCTION : 0) |
      (fields.end ? r.REPORT_END : 0);
    words[r.R_REQUEST] = fields.request ?? 0;
    words[r.R_REPORT_LOW] = lowWord(sequence);
    words[r.R_REPORT_HIGH] = highWord(sequence);
    words[r.R_COMMAND_LOW] = sequence * 10;
    words[r.R_INSTRUMENT] = 1;
    words[r.R_ACCOUNT] = fields.account ?? 11;
    words[r.R_CLORDID_LOW] = fields.clOrdId ?? 0;
    words[r.R_ORDER_LOW] = fields.orderId ?? 0;
    words[r.R_LEAVES] = fields.leaves ?? 0;
    words[r.R_PRICE] = fields.price ?? 0;
    words[r.R_QTY] = fields.qty ?? 0;
    words[r.R_ID_LOW] = fields.id ?? 0;
    words[r.R_DISPLAYED] = fields.displayed ?? 0;
    words[r.R_DISPLAY_QTY] = fields.displayQty ?? 0;
    words[r.R_STOP_PRICE] = fields.stopPrice ?? 0;
    return words;
  }

  /** An order was accepted and rests: the last report of its request. */
  accepted(request: number, clOrdId: number, leaves = 5, price = 100): Int32Array {
    const order = { clOrdId, orderId: 1_000 + clOrdId, leaves, price };
    return this.record(codes.EVENT_NEW, { request, ...order, end: true });
  }

  rejected(request: number, clOrdId: number, reason: number): Int32Array {
    const command = codes.COMMAND_NEW;
    return this.record(codes.EVENT_REJECTED, { request, clOrdId, reason, command, end: true });
  }

  /** An entry of a list of open orders. */
  openOrder(clOrdId: number, leaves: number, price = 100): Int32Array {
    const order = { clOrdId, orderId: 1_000 + clOrdId, leaves, price };
    return this.record(r.REPORT_OPEN, { ...order, sequence: 0 });
  }

  sendInstruments(...instruments: readonly InstrumentFacts[]): Promise<void> {
    return this.send(encodeInstrumentChanges(instruments));
  }

  private describe(bytes: Uint8Array): string {
    const { decoder } = this;
    const code = decoder.decode(bytes);
    if (code !== 0) throw new Error(`the client sent what the server refuses: ${code}`);
    switch (decoder.kind) {
      case kinds.KIND_LOGON: {
        const { token, nextReport, cancelOnDisconnect } = decoder.logon!;
        const from = nextReport === Number.MAX_SAFE_INTEGER ? 'now' : nextReport;
        return `logon ${token} from=${from}${cancelOnDisconnect ? ' cod' : ''}`;
      }
      case kinds.KIND_COMMANDS: {
        const commands = Array.from({ length: decoder.commandCount }, (_, i) =>
          describeCommand(decoder.words, decoder.commandsAt + i * WIRE_COMMAND_WORDS),
        );
        return `commands ${commands.join('; ')}`;
      }
      case kinds.KIND_DEFINE: {
        const { request, number, symbol, tickSize, lotSize, ...terms } = decoder.definition!;
        const { referencePrice, priceBandBps, haltNs, auctionNs } = terms;
        const band = [referencePrice, priceBandBps, haltNs, auctionNs].join(' ');
        return `define r${request} ${number} ${symbol} ${tickSize} ${lotSize} ${band}`;
      }
      case kinds.KIND_OPEN_ORDERS:
        return decoder.request === RESUME ? 'asks to resume' : `asks r${decoder.request}`;
      default:
        return 'beat';
    }
  }
}

function joined(records: readonly Int32Array[], recordWords: number) {
  const words = new Int32Array(records.length * recordWords);
  records.forEach((record, i) => {
    words.set(record, i * recordWords);
  });
  return { words, count: records.length };
}

/** A client that is logged on; nothing is heard of it so far. */
export async function connected(
  options: Partial<OrderEntryOptions> = {},
  welcome: Partial<Welcome> = {},
): Promise<{ server: FakeServer; entry: OrderEntry }> {
  const server = new FakeServer();
  const connecting = OrderEntry.connect(server.options(options));
  await settle();
  await server.welcome(welcome);
  const entry = await connecting;
  server.heard = [];
  return { server, entry };
}

/** Lets the pause pass; the next socket is dialed then, and welcomed. */
export async function again(
  server: FakeServer,
  nextReport: number,
  reportsLost = false,
): Promise<void> {
  await server.timers.pass(server.timers.nextMs);
  await server.welcome({ nextReport, reportsLost });
}
