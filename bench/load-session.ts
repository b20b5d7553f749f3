// One client of the wire bench: a session in a closed loop, with a window of unanswered commands.
// It checks that every command is answered once and that reports come without a gap.

import { WIRE_VERSION } from '../src/wire/frame-kinds.ts';
import { encodeHeartbeat, encodeLogon, ServerFrameDecoder } from '../src/wire/order-entry.ts';
import { R_HEAD, R_REPORT_LOW, REPORT_END, REPORT_WORDS } from '../src/wire/report-layout.ts';
import { FrameSocket } from './frame-socket.ts';
import { OrderFrames } from './order-frames.ts';

const LOGON = { versionMin: WIRE_VERSION, versionMax: WIRE_VERSION, nextReport: 1 };

export interface LoadOptions {
  readonly url: string;
  readonly account: number;
  readonly batch: number;
  /** Commands that may be unanswered. */
  readonly window: number;
  /** The server sends frames back as they are (the bare echo). */
  readonly isEcho: boolean;
}

export class LoadSession {
  acknowledged = 0;
  refused = 0;
  /** What was wrong first; empty: nothing. */
  wrong = '';
  private readonly options: LoadOptions;
  private readonly frames: OrderFrames;
  private readonly decoder = new ServerFrameDecoder();
  private socket: FrameSocket | undefined;
  private unanswered = 0;
  private reports = 0;
  private isSending = true;

  private constructor(options: LoadOptions) {
    this.options = options;
    this.frames = new OrderFrames(options.account, options.batch);
  }

  /** Connects, logs on and begins. */
  static async start(options: LoadOptions): Promise<LoadSession> {
    const session = new LoadSession(options);
    session.socket = await FrameSocket.connect({
      url: options.url,
      onFrame: (payload) => session.onFrame(payload),
      onEnd: (code) => session.fault(`the server closed the connection: ${code}`),
    });
    if (options.isEcho) {
      session.fill();
    } else {
      const token = `token${options.account}`;
      session.socket.send(encodeLogon({ ...LOGON, token, cancelOnDisconnect: false }));
    }
    return session;
  }

  /** Bytes of both directions so far. */
  get bytes(): number {
    return this.socket!.bytesIn + this.socket!.bytesOut;
  }

  get isAnswered(): boolean {
    return this.unanswered === 0 || this.wrong !== '';
  }

  /** To be called about every second. */
  beat(): void {
    if (!this.options.isEcho) this.socket!.send(encodeHeartbeat());
  }

  /** No more commands. */
  stopSending(): void {
    this.isSending = false;
  }

  /** Closes; says what is wrong, if anything. */
  close(): string {
    this.socket!.close();
    if (this.unanswered !== 0) this.fault(`${this.unanswered} commands have no answer`);
    return this.wrong;
  }

  private onFrame(payload: Uint8Array): void {
    if (this.options.isEcho) this.answered(this.options.batch);
    else this.read(payload);
    this.fill();
  }

  private read(payload: Uint8Array): void {
    const { decoder } = this;
    const code = decoder.decode(payload);
    if (code !== 0) this.fault(`a frame that cannot be read: ${code}`);
    const { words, reportsAt, reportCount, refusalCount } = decoder;
    let ends = 0;
    for (let i = 0; i < reportCount; i++) {
      const at = reportsAt + i * REPORT_WORDS;
      this.reports += 1;
      if (words[at + R_REPORT_LOW] !== (this.reports | 0)) this.fault('a report is missing');
      if ((words[at + R_HEAD]! & REPORT_END) !== 0) ends += 1;
    }
    this.answered(ends);
    this.refused += refusalCount;
    this.unanswered -= refusalCount;
  }

  private answered(count: number): void {
    this.acknowledged += count;
    this.unanswered -= count;
    if (this.unanswered < 0) this.fault('more answers than commands');
  }

  private fill(): void {
    const { batch, window } = this.options;
    while (this.isSending && this.unanswered + batch <= window) {
      this.socket!.queue(this.frames.next());
      this.unanswered += batch;
    }
    this.socket!.flush();
  }

  private fault(what: string): void {
    if (this.wrong === '') this.wrong = `session ${this.options.account}: ${what}`;
    this.isSending = false;
  }
}
