// A client of order entry that knows every frame it got, for tests of a running server: frames are
// sent as a test wants them, and waited for by what they say.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { COMMAND_CANCEL, COMMAND_NEW, SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import {
  type ClientCommand,
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
  type Logon,
  type NewOrder,
  REFUSAL_WORDS,
  type Refusal,
  type Report,
  readRefusal,
  readReport,
  ServerFrameDecoder,
  type Welcome,
} from '../src/wire/order-entry.ts';
import { REPORT_WORDS } from '../src/wire/report-layout.ts';
import { within } from './server-kit.ts';
import { commandWords } from './wire-kit.ts';

/** What has not come by then never will. */
const WAIT_MS_MAX = 60_000;

export class RawClient {
  readonly socket: WebSocket;
  welcome: Welcome | null = null;
  readonly reports: Report[] = [];
  readonly refusals: Refusal[] = [];
  /** Entries of lists of open orders. */
  readonly openOrders: Report[] = [];
  /** Lists that came to their end. */
  lists = 0;
  heartbeats = 0;
  /** 0: not closed. */
  closeCode = 0;
  closeReason = '';
  /** Requests with an answer: a report that ends it, or a refusal. */
  readonly answered = new Set<number>();
  private readonly decoder = new ServerFrameDecoder();
  private readonly encoder = new CommandsEncoder();
  private readonly beating: NodeJS.Timeout;
  private wakeUp: () => void = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('message', (bytes: Buffer) => {
      this.take(bytes);
      this.wakeUp();
    });
    this.socket.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = String(reason);
      clearInterval(this.beating);
      this.wakeUp();
    });
    // A close event follows each.
    this.socket.on('error', () => {});
    this.beating = setInterval(() => this.sendBytes(encodeHeartbeat()), kinds.HEARTBEAT_MS);
  }

  /** Connects, without logging on. */
  static async open(url: string): Promise<RawClient> {
    const client = new RawClient(url);
    await within(WAIT_MS_MAX, 'a socket', once(client.socket, 'open'));
    return client;
  }

  /** Connects and logs on as session `number`. */
  static async logOn(url: string, number: number, more: Partial<Logon> = {}): Promise<RawClient> {
    const client = await RawClient.open(url);
    client.sendBytes(logonFrame(number, more));
    await client.until('a welcome', () => client.welcome !== null);
    return client;
  }

  get isClosed(): boolean {
    return this.closeCode !== 0;
  }

  /** Sends frames of at most COMMANDS_PER_FRAME_MAX commands. */
  send(...commands: readonly ClientCommand[]): void {
    for (let i = 0; i < commands.length; i += kinds.COMMANDS_PER_FRAME_MAX) {
      const some = commands.slice(i, i + kinds.COMMANDS_PER_FRAME_MAX);
      this.sendBytes(this.encoder.encode(commandWords(some), 0, some.length).slice());
    }
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  /** Sends commands and waits until each has its answer. */
  async ask(...commands: readonly ClientCommand[]): Promise<void> {
    this.send(...commands);
    await this.until('answers', () => commands.every((one) => this.answered.has(one.request)));
  }

  /** The open orders, by a question of this request. */
  async askOpenOrders(request: number): Promise<Report[]> {
    const before = this.lists;
    this.sendBytes(encodeOpenOrders(request));
    await this.until('the open orders', () => this.lists > before);
    return this.openOrders.filter((order) => order.request === request);
  }

  /** Waits until frames have made it true; an error when the connection ends before. */
  until(what: string, isTrue: () => boolean, msMax = WAIT_MS_MAX): Promise<void> {
    return this.watch(what, msMax, () => {
      if (isTrue()) return true;
      if (this.isClosed) throw new Error(`closed (${this.closeCode}) while waiting for ${what}`);
      return false;
    });
  }

  /** Waits for the end of the connection; gives its code. */
  async untilClosed(msMax = WAIT_MS_MAX): Promise<number> {
    await this.watch('the end of the connection', msMax, () => this.isClosed);
    return this.closeCode;
  }

  /** No more heartbeats. */
  fallSilent(): void {
    clearInterval(this.beating);
  }

  /** Stops reading from the socket; what the server sends piles up there. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.untilClosed();
  }

  /** Ends without a closing frame. */
  cut(): void {
    this.socket.terminate();
  }

  private async watch(what: string, msMax: number, isTrue: () => boolean): Promise<void> {
    const watching = async () => {
      while (!isTrue()) {
        const before = this.wakeUp;
        await new Promise<void>((resolve) => {
          this.wakeUp = () => {
            before();
            resolve();
          };
        });
      }
    };
    await within(msMax, what, watching());
  }

  private take(bytes: Uint8Array): void {
    const { decoder } = this;
    const code = decoder.decode(bytes);
    if (code !== 0) throw new Error(`the server sent a frame that cannot be read: ${code}`);
    if (decoder.kind === kinds.KIND_WELCOME) this.welcome = decoder.welcome;
    if (decoder.kind === kinds.KIND_HEARTBEAT) this.heartbeats += 1;
    const isList = decoder.kind === kinds.KIND_OPEN_ORDER_LIST;
    for (let i = 0; i < decoder.reportCount; i++) {
      const report = readReport(decoder.words, decoder.reportsAt + i * REPORT_WORDS);
      (isList ? this.openOrders : this.reports).push(report);
      if (!isList && report.end) this.answered.add(report.request);
    }
    if (isList && decoder.isLast) this.lists += 1;
    for (let i = 0; i < decoder.refusalCount; i++) {
      const refusal = readRefusal(decoder.words, decoder.refusalsAt + i * REFUSAL_WORDS);
      this.refusals.push(refusal);
      this.answered.add(refusal.request);
    }
  }
}

export function logonFrame(number: number, more: Partial<Logon> = {}): Uint8Array {
  return encodeLogon({
    versionMin: kinds.WIRE_VERSION,
    versionMax: kinds.WIRE_VERSION,
    token: `token${number}`,
    nextReport: 1,
    cancelOnDisconnect: false,
    ...more,
  });
}

/** Each report as a line, quick to compare. */
export function linesOf(reports: readonly Report[]): string[] {
  return reports.map((report) => Object.values(report).join(' '));
}

/** An order of 1 lot at 100 of account `account`, whose clOrdId is its request. */
export function buy(account: number, request: number, price = 100, qty = 1): NewOrder {
  return order(SIDE_BUY, account, request, price, qty);
}

export function sell(account: number, request: number, price = 100, qty = 1): NewOrder {
  return order(SIDE_SELL, account, request, price, qty);
}

function order(
  side: number,
  account: number,
  request: number,
  price: number,
  qty: number,
): NewOrder {
  const clOrdId = BigInt(request);
  return { command: COMMAND_NEW, request, account, instrument: 1, clOrdId, side, price, qty };
}

export function cancel(account: number, request: number, clOrdId: number): ClientCommand {
  return { command: COMMAND_CANCEL, request, account, clOrdId: BigInt(clOrdId) };
}
