// A client whose server is killed again and again. It is one session over many connections: it has
// every report that it ever got, resumes behind the last one, learns what became of the commands
// that were under way, and sends them all again, those that had been taken too.
//
// Not the client SDK, which never sends again what was taken: here the exchange has to see to it
// that nothing acts twice.

import { WebSocket } from 'ws';
import { COMMAND_MASS_CANCEL, EVENT_REJECTED } from '../../src/core/codes.ts';
import { EVENT_TYPE_MASK } from '../../src/core/event-slot.ts';
import * as kinds from '../../src/wire/frame-kinds.ts';
import {
  type ClientCommand,
  CommandsEncoder,
  encodeHeartbeat,
  encodeLogon,
  encodeOpenOrders,
  type Report,
  readRefusal,
  readReport,
  ServerFrameDecoder,
  WIRE_COMMAND_WORDS,
  writeCommand,
} from '../../src/wire/order-entry.ts';
import {
  R_HEAD,
  R_REPORT_LOW,
  R_REQUEST,
  REPORT_END,
  REPORT_WORDS,
} from '../../src/wire/report-layout.ts';
import { tokenOf } from './child-server.ts';
import { CommandSource } from './command-source.ts';

const FRAME_COMMANDS = 16;
/** Commands that are under way at a time, far from what the server may refuse as too many. */
const WINDOW = 256;
const WAIT_MS_MAX = 30_000;
const FIRST_WORDS = 1 << 16;

export class Trader {
  readonly session: number;
  /** Sent and unanswered, by request, in the order of sending. */
  readonly inFlight = new Map<number, ClientCommand>();
  /** What the exchange must not have done. */
  readonly faults: string[] = [];
  /** Words of every report, the first one first. */
  reports = new Int32Array(FIRST_WORDS);
  reportCount = 0;
  /** Orders that rest or wait, as they were when the session resumed. */
  openOrders: Report[] = [];
  /** Commands that were under way when the connection was lost, and those of them not taken. */
  inDoubt: ClientCommand[] = [];
  notTaken = new Set<number>();
  /** Commands that acted a second time. */
  doubled = 0;
  isClosed = true;
  readonly source: CommandSource;
  private readonly decoder = new ServerFrameDecoder();
  private readonly encoder = new CommandsEncoder();
  /** Requests of commands that are sent though they had been taken. */
  private readonly again = new Set<number>();
  private socket: WebSocket | null = null;
  private isWelcome = false;
  private isListed = false;
  private isLoading = false;
  private look: () => void = () => {};

  constructor(session: number, seed: number) {
    this.session = session;
    this.source = new CommandSource(session, seed);
  }

  /**
   * Connects, resumes behind the last report and asks for the open orders, behind which nothing can
   * come of what was sent before. False: the server ended meanwhile.
   */
  async logOn(url: string): Promise<boolean> {
    this.inDoubt = [...this.inFlight.values()];
    this.openOrders = [];
    this.isWelcome = false;
    this.isListed = false;
    this.connect(url);
    await this.until('a welcome', () => this.isWelcome);
    this.send(encodeOpenOrders(kinds.REQUEST_MAX));
    await this.until('the open orders', () => this.isListed);
    this.notTaken = new Set(this.inFlight.keys());
    return !this.isClosed;
  }

  /**
   * Sends all again that was under way, and waits for the answers. A mass cancel has no id by which
   * the exchange could know it again, so that one only if it was not taken.
   */
  async resend(): Promise<boolean> {
    const isSent = (one: ClientCommand) =>
      one.command !== COMMAND_MASS_CANCEL || this.notTaken.has(one.request);
    const commands = this.inDoubt.filter(isSent);
    this.inFlight.clear();
    for (const { request } of commands) if (!this.notTaken.has(request)) this.again.add(request);
    return this.ask(commands);
  }

  /** Sends commands and waits for the answers. False: the server ended meanwhile. */
  async ask(commands: readonly ClientCommand[]): Promise<boolean> {
    for (let i = 0; i < commands.length; i += WINDOW) {
      this.sendCommands(commands.slice(i, i + WINDOW));
      await this.until('answers', () => this.inFlight.size === 0);
    }
    return !this.isClosed;
  }

  /** Sends as fast as answers come, until the connection ends. */
  load(): void {
    this.isLoading = true;
    this.fill();
  }

  /** Resolves when it has so many reports, or the connection has ended. */
  has(reports: number): Promise<void> {
    return this.until(`${reports} reports`, () => this.reportCount >= reports);
  }

  /** Resolves when the connection has ended: what the server had sent by then was read. */
  async ended(): Promise<void> {
    await this.until('the end of a connection', () => false);
    this.isLoading = false;
  }

  close(): void {
    this.isLoading = false;
    this.socket?.terminate();
  }

  private connect(url: string): void {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket = socket;
    this.isClosed = false;
    const beating = setInterval(() => this.send(encodeHeartbeat()), kinds.HEARTBEAT_MS);
    socket.on('open', () => this.logOnNow());
    socket.on('message', (bytes: Buffer) => {
      this.take(bytes);
      this.look();
    });
    socket.on('close', () => {
      clearInterval(beating);
      this.isClosed = true;
      this.look();
    });
    // A close event follows each.
    socket.on('error', () => {});
  }

  private logOnNow(): void {
    const { WIRE_VERSION: version } = kinds;
    const nextReport = this.reportCount + 1;
    const token = tokenOf(this.session);
    const versions = { versionMin: version, versionMax: version };
    this.send(encodeLogon({ ...versions, token, nextReport, cancelOnDisconnect: false }));
  }

  private send(bytes: Uint8Array): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  private sendCommands(commands: readonly ClientCommand[]): void {
    const words = new Int32Array(commands.length * WIRE_COMMAND_WORDS);
    commands.forEach((command, i) => {
      writeCommand(words, i * WIRE_COMMAND_WORDS, command);
      this.inFlight.set(command.request, command);
    });
    if (commands.length > 0) this.send(this.encoder.encode(words, 0, commands.length).slice());
  }

  private fill(): void {
    while (this.isLoading && !this.isClosed && this.inFlight.size + FRAME_COMMANDS <= WINDOW) {
      this.sendCommands(Array.from({ length: FRAME_COMMANDS }, () => this.source.next()));
    }
  }

  private take(bytes: Uint8Array): void {
    const { decoder } = this;
    const code = decoder.decode(bytes);
    if (code !== 0)
      throw new Error(`session ${this.session}: a frame that cannot be read: ${code}`);
    const { kind } = decoder;
    if (kind === kinds.KIND_WELCOME) this.takeWelcome();
    else if (kind === kinds.KIND_REPORTS) this.takeReports();
    else if (kind === kinds.KIND_OPEN_ORDER_LIST) this.takeList();
    for (let i = 0; i < decoder.refusalCount; i++) {
      const { request, reason } = readRefusal(decoder.words, decoder.refusalsAt + i * 2);
      this.fault(`request ${request} was refused with ${reason}`);
      this.inFlight.delete(request);
    }
    this.fill();
  }

  private takeWelcome(): void {
    const { nextReport, reportsLost } = this.decoder.welcome!;
    this.isWelcome = true;
    if (!reportsLost && nextReport === this.reportCount + 1) return;
    this.fault(`resumed at report ${nextReport}, not ${this.reportCount + 1}`);
  }

  private takeReports(): void {
    const { words, reportsAt, reportCount } = this.decoder;
    for (let i = 0; i < reportCount; i++) {
      const at = reportsAt + i * REPORT_WORDS;
      const to = this.reportCount * REPORT_WORDS;
      if (words[at + R_REPORT_LOW] !== this.reportCount + 1) {
        this.fault(`report ${words[at + R_REPORT_LOW]} followed ${this.reportCount}`);
      }
      if (to + REPORT_WORDS > this.reports.length) this.grow();
      this.reports.set(words.subarray(at, at + REPORT_WORDS), to);
      this.reportCount += 1;
      if ((words[at + R_HEAD]! & REPORT_END) === 0) continue;
      const request = words[at + R_REQUEST]! >>> 0;
      if (!this.inFlight.delete(request)) this.fault(`request ${request} was answered twice`);
      if (this.again.delete(request)) this.expectNothing(words[at + R_HEAD]!, request);
    }
  }

  /** A command that had been taken was sent again. */
  private expectNothing(head: number, request: number): void {
    if ((head & EVENT_TYPE_MASK) === EVENT_REJECTED) return;
    this.doubled += 1;
    this.fault(`request ${request} acted twice`);
  }

  private takeList(): void {
    const { words, reportsAt, reportCount, isLast } = this.decoder;
    for (let i = 0; i < reportCount; i++) {
      this.openOrders.push(readReport(words, reportsAt + i * REPORT_WORDS));
    }
    if (isLast) this.isListed = true;
  }

  private grow(): void {
    const grown = new Int32Array(this.reports.length * 2);
    grown.set(this.reports);
    this.reports = grown;
  }

  private fault(text: string): void {
    this.faults.push(`session ${this.session}: ${text}`);
  }

  /** Resolves when a frame has made it true, or the connection has ended. */
  private until(what: string, isTrue: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`session ${this.session} waited too long for ${what}`));
      }, WAIT_MS_MAX);
      this.look = () => {
        if (!isTrue() && !this.isClosed) return;
        clearTimeout(late);
        this.look = () => {};
        resolve();
      };
      this.look();
    });
  }
}
