// Frames of order entry that the server sends: how the I/O thread writes them, how the SDK reads
// them.

import { Builder } from 'flatbuffers';
import { assert } from '../base/assert.ts';
import { highWord, highWordOfBigint, lowWord, lowWordOfBigint } from '../base/words.ts';
import { BlockFrame } from './block-frame.ts';
import {
  KIND_INSTRUMENTS,
  KIND_OPEN_ORDER_LIST,
  KIND_REFUSALS,
  KIND_REPORTS,
  KIND_WELCOME,
  NAME_BYTES_MAX,
  RECORDS_PER_FRAME_MAX,
  WIRE_VERSION,
} from './frame-kinds.ts';
import { Account } from './generated/ringside/order-entry/account.ts';
import { Frame } from './generated/ringside/order-entry/frame.ts';
import { Instrument } from './generated/ringside/order-entry/instrument.ts';
import { Welcome as WelcomeTable } from './generated/ringside/order-entry/welcome.ts';
import type { InstrumentFacts } from './instrument-facts.ts';
import { addInstrument } from './instrument-table.ts';
import { REPORT_WORDS } from './report-layout.ts';
import { REFUSAL_WORDS } from './reports.ts';
import * as s from './shapes.ts';
import { addText } from './text.ts';

export interface WelcomeAccount {
  /** uint32 from 1. */
  number: number;
  /** At most NAME_BYTES_MAX bytes of UTF-8. */
  name: string;
  /** The account's next clOrdId must be above this; 0: it has used none. */
  highestClOrdId: bigint;
}

export interface Welcome {
  /** Version of every frame from here on. */
  version: number;
  session: number;
  /** Commands that may be unanswered; beyond them they are refused with busy. */
  credits: number;
  heartbeatMs: number;
  commandsPerFrameMax: number;
  /** Number of the next report that will be sent. */
  nextReport: number;
  /** nextReport is not the number asked for: the open orders have to be asked for. */
  reportsLost: boolean;
  /** That the session may act for; to an operator: all. At most WELCOME_ACCOUNTS_MAX. */
  accounts: readonly WelcomeAccount[];
  /** At most INSTRUMENTS_MAX. */
  instruments: readonly InstrumentFacts[];
  isOperator: boolean;
}

/** A welcome frame, a copy of its own. RangeError when a text is too long or no text. */
export function encodeWelcome(welcome: Welcome): Uint8Array {
  const builder = new Builder(4_096);
  const accounts = welcome.accounts.map((account) =>
    Account.createAccount(
      builder,
      account.number,
      addText(builder, account.name, NAME_BYTES_MAX),
      lowWordOfBigint(account.highestClOrdId),
      highWordOfBigint(account.highestClOrdId),
    ),
  );
  const instruments = welcome.instruments.map((facts) =>
    addInstrument(builder, Instrument.createInstrument, facts),
  );
  const table = WelcomeTable.createWelcome(
    builder,
    welcome.version,
    welcome.session,
    welcome.credits,
    welcome.heartbeatMs,
    welcome.commandsPerFrameMax,
    lowWord(welcome.nextReport),
    highWord(welcome.nextReport),
    welcome.reportsLost,
    WelcomeTable.createAccountsVector(builder, accounts),
    WelcomeTable.createInstrumentsVector(builder, instruments),
    welcome.isOperator,
  );
  Frame.startFrame(builder);
  Frame.addVersion(builder, welcome.version);
  Frame.addKind(builder, KIND_WELCOME);
  Frame.addWelcome(builder, table);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

/**
 * A frame of the 1 … RECORDS_PER_FRAME_MAX instruments that are new or have entered another phase,
 * a copy of its own. RangeError when a text is too long or no text.
 */
export function encodeInstrumentChanges(instruments: readonly InstrumentFacts[]): Uint8Array {
  const count = instruments.length;
  assert(count >= 1 && count <= RECORDS_PER_FRAME_MAX, 'as many instruments as a frame may have');
  const builder = new Builder(1_024);
  const tables = instruments.map((facts) =>
    addInstrument(builder, Instrument.createInstrument, facts),
  );
  const vector = Frame.createInstrumentsVector(builder, tables);
  Frame.startFrame(builder);
  Frame.addVersion(builder, WIRE_VERSION);
  Frame.addKind(builder, KIND_INSTRUMENTS);
  Frame.addInstruments(builder, vector);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

/** Encodes the server's frames into one buffer that it uses again. */
export class ServerFrameEncoder {
  private readonly frame = new BlockFrame(
    s.ORDER_ENTRY_IDENTIFIER,
    s.ORDER_ENTRY_FRAME.length,
    RECORDS_PER_FRAME_MAX * REPORT_WORDS,
  );

  /**
   * A frame of the `count` (1 … RECORDS_PER_FRAME_MAX) reports from word `at` of `reports`, each of
   * REPORT_WORDS words (report-layout.ts). The view is good until the next call.
   */
  reports(reports: Int32Array, at: number, count: number): Uint8Array {
    assert(count >= 1 && count <= RECORDS_PER_FRAME_MAX, 'as many reports as a frame may have');
    this.frame.begin(WIRE_VERSION, KIND_REPORTS);
    this.frame.setRecords(s.OE_SLOT_REPORTS, reports, at, count, REPORT_WORDS);
    return this.frame.finish();
  }

  /** The same for refusals of REFUSAL_WORDS words: request, reason. */
  refusals(refusals: Int32Array, at: number, count: number): Uint8Array {
    assert(count >= 1 && count <= RECORDS_PER_FRAME_MAX, 'as many refusals as a frame may have');
    this.frame.begin(WIRE_VERSION, KIND_REFUSALS);
    this.frame.setRecords(s.OE_SLOT_REFUSALS, refusals, at, count, REFUSAL_WORDS);
    return this.frame.finish();
  }

  /**
   * A frame of the list of open orders: `count` (0 … RECORDS_PER_FRAME_MAX) reports whose event is
   * REPORT_OPEN. `request` is that of the question, `reportSequence` the number of the last report
   * whose effect the list already has (0: before the first).
   */
  openOrders(
    reports: Int32Array,
    at: number,
    count: number,
    request: number,
    reportSequence: number,
    isLast: boolean,
  ): Uint8Array {
    assert(count >= 0 && count <= RECORDS_PER_FRAME_MAX, 'as many orders as a frame may have');
    this.frame.begin(WIRE_VERSION, KIND_OPEN_ORDER_LIST);
    this.frame.setWord(s.OE_SLOT_REQUEST, request);
    this.frame.setWord(s.OE_SLOT_REPORT_LOW, lowWord(reportSequence));
    this.frame.setWord(s.OE_SLOT_REPORT_HIGH, highWord(reportSequence));
    this.frame.setWord(s.OE_SLOT_IS_LAST, isLast ? 1 : 0);
    this.frame.setRecords(s.OE_SLOT_REPORTS, reports, at, count, REPORT_WORDS);
    return this.frame.finish();
  }
}
