// Order entry behind the SDK: one session over one connection after another.
//
//   connecting ─▶ (resuming) ─▶ ready ◀──────────────────────┐
//        │                        │ connection lost          │
//        ▼                        ▼                          │
//      closed ◀── final ── reconnecting ─▶ welcome ─▶ (resuming: what became of the unanswered?)
//
// A welcome says from which report the server goes on. When commands are unanswered, the client
// then asks for the open orders: the answer comes behind the reports of every command that the
// server had taken, so what is unanswered by then never reached its log, and is sent again under
// the same request and clOrdId. schemas/sdk.md has the cases.
//
// Invariants: reports are handed on in their order, each once. Commands go out in state ready
// alone, in the order in which they were issued.

import { REFUSAL_NAMES } from '../wire/codes.ts';
import * as kinds from '../wire/frame-kinds.ts';
import {
  encodeHeartbeat,
  REFUSAL_WORDS,
  readRefusal,
  readReport,
  ServerFrameDecoder,
  type Welcome,
} from '../wire/order-entry.ts';
import { REPORT_WORDS } from '../wire/report-layout.ts';
import { ClientError, errorOfClose } from './client-error.ts';
import { CommandFrames, FROM_NOW, logonFrame, nextAfter } from './client-frames.ts';
import { CommandQueue } from './command-queue.ts';
import { PendingCommand, type Tally } from './command-result.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Directory } from './directory.ts';
import { type OpenOrder, toExecutionReport, toOpenOrder } from './execution-report.ts';
import { OpenOrderQuestions } from './open-orders.ts';
import type { ConnectionState, OrderEntryOptions } from './order-entry-options.ts';
import { ReportReaders } from './report-readers.ts';
import { StaleLogons } from './stale-logons.ts';
import { guarded, type Timers } from './web-socket.ts';

/** Request of the question that parts what was lost from what was not; commands have lower ones. */
const RESUME_REQUEST = kinds.REQUEST_MAX;

/** Close codes after which dialing again would end the same way. */
const FINAL_CODES: ReadonlySet<number> = new Set([
  kinds.CLOSE_BAD_FRAME,
  kinds.CLOSE_UNSUPPORTED_VERSION,
  kinds.CLOSE_BAD_TOKEN,
  kinds.CLOSE_LOGON_FIRST,
  kinds.CLOSE_TAKEN_OVER,
  kinds.CLOSE_TOO_LARGE,
]);

export class OrderSession implements ConnectionOwner {
  readonly directory = new Directory();
  readonly readers = new ReportReaders();
  state: ConnectionState = 'connecting';
  /** Of the last welcome. */
  number = 0;
  isOperator = false;
  /** The report that comes next. */
  nextReport = FROM_NOW;
  private readonly options: OrderEntryOptions;
  private readonly timers: Timers;
  private readonly connection: Connection;
  private readonly decoder = new ServerFrameDecoder();
  private readonly frames = new CommandFrames();
  private readonly queue = new CommandQueue();
  private readonly questions = new OpenOrderQuestions();
  private readonly staleLogons: StaleLogons;
  private readonly ended: Promise<void>;
  private setEnded!: () => void;
  private start: { resolve(): void; reject(error: ClientError): void } | null = null;
  private failure: ClientError | null = null;
  private request: number;
  private commandsPerFrame = 1;
  private isLogonSent = false;
  private isLoggedOn = false;
  private hasBeenReady = false;
  /** The question that parts answered commands from lost ones is in `questions`. */
  private isResuming = false;
  /** Reports from this number on were lost, and nobody was told yet; 0: none were. */
  private lostFrom = 0;
  private isFlushDue = false;
  private isClosing = false;
  private closeTimer: unknown = null;

  /** Throws a ClientError for options that cannot be. */
  constructor(options: OrderEntryOptions) {
    this.options = options;
    this.connection = new Connection(options.url, options, this, encodeHeartbeat());
    const { timers, random } = this.connection.around;
    this.timers = timers;
    this.staleLogons = new StaleLogons(timers);
    // Late answers to commands of a run of the program before must not look like those of this one.
    this.request = Math.floor(random() * RESUME_REQUEST);
    this.ended = new Promise((resolve) => {
      this.setEnded = resolve;
    });
  }

  /** Connects. Resolves in state ready; rejects when the first attempt does not come so far. */
  async connect(): Promise<void> {
    const { store } = this.options;
    if (store !== undefined) this.nextReport = nextAfter(await store.load());
    // Throws now what it would throw with each dialing.
    logonFrame(this.options, this.nextReport);
    await new Promise<void>((resolve, reject) => {
      this.start = { resolve, reject };
      this.connection.dial();
    });
  }

  /** Issues a command; it leaves with all others of the same turn. */
  issue<A>(
    toCommand: (request: number) => PendingCommand<A>['command'],
    toTally: (command: PendingCommand<A>['command']) => Tally<A>,
  ): PendingCommand<A>['promise'] {
    try {
      this.checkOpen();
      if (this.queue.isFull) throw new ClientError('queue_full', 'too many commands wait');
      const command = toCommand(this.nextRequest());
      const pending = new PendingCommand(command, toTally(command));
      this.queue.add(pending);
      this.flushSoon();
      return pending.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async openOrders(): Promise<OpenOrder[]> {
    this.checkOpen();
    const answer = new Promise<OpenOrder[]>((resolve, reject) => {
      this.questions.add({ request: this.nextRequest(), answer: resolve, fail: reject });
    });
    this.ask();
    return answer;
  }

  /** Ends when all is answered, or `waitMs` have passed. */
  close(waitMs: number): Promise<void> {
    this.isClosing = true;
    if (this.isIdle || waitMs <= 0) this.finish(null);
    else this.closeTimer ??= this.timers.setTimeout(() => this.finish(null), waitMs);
    return this.ended;
  }

  opened(): void {
    this.isLogonSent = true;
    this.connection.send(logonFrame(this.options, this.nextReport));
  }

  received(bytes: Uint8Array): void {
    const code = this.decoder.decode(bytes);
    const isInTurn = this.isLoggedOn !== (this.decoder.kind === kinds.KIND_WELCOME);
    if (code !== 0 || !isInTurn || !this.take()) this.failProtocol();
    if (this.isClosing && this.isIdle) this.finish(null);
    else this.flushSoon();
  }

  /** Takes the frame that was decoded in; false: it makes no sense. */
  private take(): boolean {
    switch (this.decoder.kind) {
      case kinds.KIND_WELCOME:
        return this.takeWelcome(this.decoder.welcome!);
      case kinds.KIND_INSTRUMENTS:
        return this.takeInstruments();
      case kinds.KIND_REPORTS:
        return this.takeReports();
      case kinds.KIND_REFUSALS:
        this.takeRefusals();
        return true;
      case kinds.KIND_OPEN_ORDER_LIST:
        return this.takeOpenOrders();
      default:
        return true;
    }
  }

  /** A question that found the server busy is asked again. */
  ticked(): void {
    this.ask();
  }

  lost(closeCode: number, reason: string): void {
    const isLogonStale = this.isLogonSent && !this.isLoggedOn && closeCode < kinds.CLOSE_BAD_FRAME;
    const isByItself = closeCode === kinds.CLOSE_TAKEN_OVER && this.staleLogons.take();
    this.isLogonSent = false;
    this.isLoggedOn = false;
    this.questions.unask();
    const error = errorOfClose(closeCode, reason);
    if ((FINAL_CODES.has(closeCode) && !isByItself) || !this.hasBeenReady) {
      this.finish(error);
      return;
    }
    if (isLogonStale) this.staleLogons.add();
    this.setState('reconnecting', error);
    // The user may have closed it on hearing that.
    if (this.state === 'reconnecting') this.connection.redial(reason);
  }

  private get isIdle(): boolean {
    return this.queue.isEmpty && this.questions.isEmpty;
  }

  private takeWelcome(welcome: Welcome): boolean {
    if (!this.directory.learn(welcome)) return false;
    this.isLoggedOn = true;
    this.number = welcome.session;
    this.isOperator = welcome.isOperator;
    this.queue.setCredits(welcome.credits);
    const perFrame = Math.min(welcome.commandsPerFrameMax, kinds.COMMANDS_PER_FRAME_MAX);
    this.commandsPerFrame = Math.max(1, perFrame);
    const asked = this.nextReport;
    if (asked !== FROM_NOW && asked !== welcome.nextReport && this.lostFrom === 0) {
      this.lostFrom = asked;
    }
    this.nextReport = welcome.nextReport;
    this.connection.welcomed(welcome.heartbeatMs);
    const isFirstOfStore = !this.hasBeenReady && this.options.store !== undefined;
    // A question whose answer was cut off is asked again: what is sent before that comes would be
    // taken for lost, and sent twice.
    const isAsked = this.isResuming || this.queue.hasUnanswered;
    if (isFirstOfStore || isAsked || this.lostFrom !== 0) {
      this.resume();
      this.setState('resuming', null);
    } else {
      this.setReady();
    }
    this.ask();
    return true;
  }

  private takeInstruments(): boolean {
    if (!this.directory.update(this.decoder.instruments)) return false;
    guarded(this.options.onInstruments, this.directory.instruments);
    return true;
  }

  /** Asks the question whose answer comes when every report of before has come. */
  private resume(): void {
    if (this.isResuming) return;
    this.isResuming = true;
    this.questions.addFirst({
      request: RESUME_REQUEST,
      answer: (open) => this.resumed(open),
      fail: () => {},
    });
  }

  private resumed(openOrders: OpenOrder[]): void {
    this.isResuming = false;
    const from = this.lostFrom;
    this.lostFrom = 0;
    if (from === 0) {
      this.queue.takeBack();
    } else {
      this.queue.giveUp(openOrders);
      guarded(this.options.onReportsLost, { from, openOrders });
    }
    this.setReady();
  }

  private setReady(): void {
    // The user may have closed it on hearing what was lost.
    if (this.state === 'closed') return;
    this.hasBeenReady = true;
    this.setState('ready', null);
    this.start?.resolve();
    this.start = null;
  }

  private takeReports(): boolean {
    const { decoder } = this;
    for (let i = 0; i < decoder.reportCount && this.isLoggedOn; i++) {
      const report = readReport(decoder.words, decoder.reportsAt + i * REPORT_WORDS);
      if (report.reportSequence > this.nextReport) {
        this.connection.drop(`report ${this.nextReport} did not come`);
        break;
      }
      if (report.reportSequence < this.nextReport) continue;
      this.nextReport += 1;
      const execution = toExecutionReport(report, this.directory);
      if (execution === null) return false;
      this.questions.follow(execution);
      const pending = this.queue.find(report.request);
      if (pending !== undefined && report.end) this.queue.answered(report.request);
      guarded(this.options.onReport, execution);
      this.readers.add(execution);
      pending?.add(execution);
    }
    const { store } = this.options;
    if (store !== undefined) guarded(() => store.save(this.nextReport - 1));
    return true;
  }

  private takeRefusals(): void {
    const { decoder, queue } = this;
    for (let i = 0; i < decoder.refusalCount; i++) {
      const refusal = readRefusal(decoder.words, decoder.refusalsAt + i * REFUSAL_WORDS);
      if (this.questions.isOut(refusal.request)) this.questions.unask();
      const pending = queue.find(refusal.request);
      // The connection ends next; what became of the command is asked after the reconnect.
      if (pending === undefined || refusal.reason === kinds.REFUSE_NOT_DURABLE) continue;
      queue.answered(refusal.request);
      pending.refuse(REFUSAL_NAMES[refusal.reason] ?? `reason ${refusal.reason}`);
    }
  }

  private takeOpenOrders(): boolean {
    const { decoder } = this;
    if (!this.questions.isOut(decoder.request)) return false;
    for (let i = 0; i < decoder.reportCount; i++) {
      const report = readReport(decoder.words, decoder.reportsAt + i * REPORT_WORDS);
      const order = toOpenOrder(report, this.directory);
      if (order === null) return false;
      this.questions.enter(order);
    }
    if (decoder.isLast) this.questions.end();
    this.ask();
    return true;
  }

  /** Sends the next question, behind the commands that were issued before it. */
  private ask(): void {
    if (!this.isLoggedOn || this.questions.isEmpty) return;
    this.flush();
    this.questions.ask((bytes) => this.connection.send(bytes));
  }

  private flushSoon(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    queueMicrotask(() => {
      this.isFlushDue = false;
      this.flush();
    });
  }

  /** Sends what waits, as far as the credits go. */
  private flush(): void {
    while (this.state === 'ready') {
      const batch = this.queue.take(this.commandsPerFrame);
      if (batch.length === 0) return;
      this.frames.send(batch, (bytes) => this.connection.send(bytes));
    }
  }

  private nextRequest(): number {
    this.request = this.request >= RESUME_REQUEST - 1 ? 1 : this.request + 1;
    return this.request;
  }

  private checkOpen(): void {
    if (this.failure !== null) throw this.failure;
    if (this.isClosing) throw new ClientError('closed', 'the client is closed');
  }

  private setState(state: ConnectionState, error: ClientError | null): void {
    if (this.state === state) return;
    this.state = state;
    guarded(this.options.onState, state, error);
  }

  private failProtocol(): void {
    this.finish(new ClientError('protocol', 'the server sent no message of this protocol'));
  }

  /** The end; `error` null: the user wanted it. */
  private finish(error: ClientError | null): void {
    if (this.state === 'closed') return;
    const reason = error ?? new ClientError('closed', 'the client is closed');
    this.isLoggedOn = false;
    this.failure = reason;
    if (this.closeTimer !== null) this.timers.clearTimeout(this.closeTimer);
    this.staleLogons.clear();
    this.connection.end().then(this.setEnded);
    this.queue.fail(reason);
    this.questions.fail(reason);
    this.readers.end(error);
    this.start?.reject(reason);
    this.start = null;
    this.setState('closed', error);
  }
}
