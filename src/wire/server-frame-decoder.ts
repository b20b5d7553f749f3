// How the SDK reads what the server of order entry sends.

import { ByteBuffer, Encoding } from 'flatbuffers';
import { wordsToBigint, wordsToNumber } from '../base/words.ts';
import { areExact, isExact } from './exact.ts';
import {
  CLOSE_BAD_FRAME,
  CLOSE_UNSUPPORTED_VERSION,
  KIND_HEARTBEAT,
  KIND_INSTRUMENTS,
  KIND_OPEN_ORDER_LIST,
  KIND_REFUSALS,
  KIND_REPORTS,
  KIND_WELCOME,
  SERVER_FRAME_BYTES_MAX,
  WIRE_VERSION,
} from './frame-kinds.ts';
import { Account } from './generated/ringside/order-entry/account.ts';
import { Frame } from './generated/ringside/order-entry/frame.ts';
import { Instrument } from './generated/ringside/order-entry/instrument.ts';
import type { Welcome as WelcomeTable } from './generated/ringside/order-entry/welcome.ts';
import type { InstrumentFacts } from './instrument-facts.ts';
import { readInstruments } from './instrument-table.ts';
import { Message } from './message.ts';
import { R_COMMAND_HIGH, R_REPORT_HIGH, REPORT_WORDS } from './report-layout.ts';
import type { Welcome, WelcomeAccount } from './server-frames.ts';
import * as s from './shapes.ts';
import { readText } from './text.ts';

/** Slots that every frame has. */
const HEAD = (1 << s.SLOT_VERSION) | (1 << s.SLOT_KIND);
const REPORTS = 1 << s.OE_SLOT_REPORTS;
/** Of a list of open orders; numbers that are 0 may be left out. */
const LIST =
  (1 << s.OE_SLOT_REQUEST) |
  (1 << s.OE_SLOT_REPORT_LOW) |
  (1 << s.OE_SLOT_REPORT_HIGH) |
  (1 << s.OE_SLOT_IS_LAST);

/** Reads frames that the server sends. Fields tell of the last frame. */
export class ServerFrameDecoder {
  /** KIND_WELCOME, _REPORTS, _REFUSALS, _OPEN_ORDER_LIST, _INSTRUMENTS or _HEARTBEAT. */
  kind = 0;
  /** Reports and list of open orders: word at which the first begins; each has REPORT_WORDS. */
  reportsAt = 0;
  reportCount = 0;
  /** Refusals: word at which the first begins; each has REFUSAL_WORDS. */
  refusalsAt = 0;
  refusalCount = 0;
  /** List of open orders: as `ServerFrameEncoder.openOrders` has it. */
  request = 0;
  reportSequence = 0;
  isLast = false;
  /** KIND_WELCOME; else null. */
  welcome: Welcome | null = null;
  /** KIND_INSTRUMENTS; else empty. */
  instruments: readonly InstrumentFacts[] = [];
  private readonly message: Message;

  constructor() {
    this.message = new Message(
      SERVER_FRAME_BYTES_MAX,
      s.ORDER_ENTRY_IDENTIFIER,
      s.ORDER_ENTRY_FRAME,
    );
  }

  /** The last frame, aligned. Another array after a frame that was too large for this one. */
  get words(): Int32Array {
    return this.message.words;
  }

  /** As `ClientFrameDecoder.decode`. */
  decode(message: Uint8Array): number {
    const code = this.message.receive(message);
    if (code !== 0) return code;
    if (this.message.version !== WIRE_VERSION) return CLOSE_UNSUPPORTED_VERSION;
    this.kind = this.message.kind;
    this.welcome = null;
    this.instruments = [];
    this.reportCount = 0;
    this.refusalCount = 0;
    return this.decodeKind() ? 0 : CLOSE_BAD_FRAME;
  }

  private decodeKind(): boolean {
    switch (this.kind) {
      case KIND_REPORTS:
        return this.message.hasJust(HEAD | REPORTS, 0) && this.areReports(1);
      case KIND_REFUSALS:
        return this.areRefusals();
      case KIND_OPEN_ORDER_LIST:
        return this.isOpenOrderList();
      case KIND_HEARTBEAT:
        return this.message.hasJust(HEAD, 0);
      case KIND_WELCOME:
        return this.isWelcome();
      case KIND_INSTRUMENTS:
        return this.areInstruments();
      default:
        return false;
    }
  }

  private areReports(countMin: number): boolean {
    const { message } = this;
    this.reportsAt = message.vectorAt(s.OE_SLOT_REPORTS);
    this.reportCount = message.count(s.OE_SLOT_REPORTS);
    const { reportsAt: at, reportCount: count } = this;
    if (count < countMin) return false;
    return (
      areExact(message.words, at + R_REPORT_HIGH, count, REPORT_WORDS) &&
      areExact(message.words, at + R_COMMAND_HIGH, count, REPORT_WORDS)
    );
  }

  private areRefusals(): boolean {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_REFUSALS), 0)) return false;
    this.refusalsAt = this.message.vectorAt(s.OE_SLOT_REFUSALS);
    this.refusalCount = this.message.count(s.OE_SLOT_REFUSALS);
    return this.refusalCount > 0;
  }

  private isOpenOrderList(): boolean {
    const { message } = this;
    if (!message.hasJust(HEAD, LIST | REPORTS) || !this.areReports(0)) return false;
    const low = message.word(s.OE_SLOT_REPORT_LOW);
    const high = message.word(s.OE_SLOT_REPORT_HIGH);
    if (!isExact(high)) return false;
    this.request = message.word(s.OE_SLOT_REQUEST) >>> 0;
    this.reportSequence = wordsToNumber(low, high);
    this.isLast = message.isTrue(s.OE_SLOT_IS_LAST);
    return true;
  }

  private areInstruments(): boolean {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_INSTRUMENTS), 0)) return false;
    const frame = Frame.getRootAsFrame(new ByteBuffer(this.message.bytes));
    const scratch = new Instrument();
    const count = frame.instrumentsLength();
    const instruments = readInstruments(count, (i) => frame.instruments(i, scratch));
    this.instruments = instruments ?? [];
    return instruments !== null && count > 0;
  }

  private isWelcome(): boolean {
    if (!this.message.hasJust(HEAD | (1 << s.OE_SLOT_WELCOME), 0)) return false;
    const table = Frame.getRootAsFrame(new ByteBuffer(this.message.bytes)).welcome()!;
    const low = table.nextReportLow();
    const high = table.nextReportHigh();
    const scratch = new Instrument();
    const count = table.instrumentsLength();
    const instruments = readInstruments(count, (i) => table.instruments(i, scratch));
    if (!isExact(high) || instruments === null) return false;
    this.welcome = {
      version: table.version(),
      session: table.session(),
      credits: table.credits(),
      heartbeatMs: table.heartbeatMs(),
      commandsPerFrameMax: table.commandsPerFrameMax(),
      nextReport: wordsToNumber(low, high),
      reportsLost: table.reportsLost(),
      accounts: readAccounts(table),
      instruments,
      isOperator: table.isOperator(),
    };
    return true;
  }
}

function readAccounts(welcome: WelcomeTable): WelcomeAccount[] {
  const accounts: WelcomeAccount[] = [];
  const account = new Account();
  for (let i = 0; i < welcome.accountsLength(); i++) {
    welcome.accounts(i, account);
    accounts.push({
      number: account.number(),
      name: readText(account.name(Encoding.UTF8_BYTES)),
      highestClOrdId: wordsToBigint(account.highestClOrdIdLow(), account.highestClOrdIdHigh()),
    });
  }
  return accounts;
}
