// What one side of order entry writes, the other reads: for every message, with numbers at both
// ends of their ranges.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SYMBOL_BYTES_MAX } from '../src/base/symbol.ts';
import * as codes from '../src/core/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import * as oe from '../src/wire/order-entry.ts';
import * as r from '../src/wire/report-layout.ts';
import { anyText } from './any-text.ts';
import {
  exact,
  int32,
  maybe,
  name,
  records,
  request,
  side,
  uint16,
  uint32,
  uint64,
} from './wire-arbitraries.ts';
import { commandWords, DEFINITION, INSTRUMENTS } from './wire-kit.ts';

const terms = { price: maybe(int32), qty: maybe(int32), displayQty: maybe(int32) };
const command = fc.oneof(
  fc.record({
    command: fc.constant(codes.COMMAND_NEW),
    request,
    account: uint32,
    instrument: uint32,
    clOrdId: uint64,
    side,
    type: fc.nat({ max: 3 }),
    tif: fc.nat({ max: 3 }),
    postOnly: fc.boolean(),
    stp: fc.nat({ max: 4 }),
    stopPrice: maybe(int32),
    ...terms,
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_CANCEL),
    request,
    account: uint32,
    clOrdId: uint64,
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_REPLACE),
    request,
    account: uint32,
    origClOrdId: uint64,
    clOrdId: uint64,
    stopPrice: maybe(int32),
    ...terms,
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_MASS_CANCEL),
    request,
    account: uint32,
    instrument: maybe(uint32),
    side: maybe(side),
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_PHASE),
    request,
    instrument: uint32,
    phase: fc.integer({ min: codes.PHASE_PRE_OPEN, max: codes.PHASE_CLOSED }),
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_KILL),
    request,
    account: uint32.filter((account) => account > 0),
    lift: fc.boolean(),
  }),
  fc.record({
    command: fc.constant(codes.COMMAND_KILL),
    request,
    session: uint32.filter((session) => session > 0),
    lift: fc.boolean(),
  }),
) as unknown as fc.Arbitrary<oe.ClientCommand>;

describe('what a client sends', () => {
  const decoder = new oe.ClientFrameDecoder();

  test('should arrive: logon', () => {
    const logon = fc.record({
      versionMin: fc.constantFrom(0, 1),
      versionMax: uint16.filter((version) => version > 0),
      token: anyText({ maxLength: kinds.TOKEN_BYTES_MAX / 4 }),
      nextReport: exact.filter((report) => report > 0),
      cancelOnDisconnect: fc.boolean(),
    });
    fc.assert(
      fc.property(logon, (sent) => {
        expect(decoder.decode(oe.encodeLogon(sent))).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_LOGON);
        expect(decoder.logon).toEqual(sent);
      }),
    );
  });

  test('should arrive: commands', () => {
    const encoder = new oe.CommandsEncoder();
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 20 }), (sent) => {
        const words = commandWords(sent);
        expect(decoder.decode(encoder.encode(words, 0, sent.length))).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_COMMANDS);
        expect(decoder.commandCount).toBe(sent.length);
        expect(decoder.logon).toBe(null);
        const from = decoder.commandsAt;
        expect(decoder.words.slice(from, from + words.length)).toEqual(words);
        const slot = new Int32Array(oe.WIRE_COMMAND_WORDS);
        for (let at = 0; at < words.length; at += oe.WIRE_COMMAND_WORDS) {
          expect(oe.judgeCommand(decoder.words, from + at)).toBe(0);
          oe.copyCommand(decoder.words, from + at, slot, 0);
          expect(slot).toEqual(words.slice(at, at + oe.WIRE_COMMAND_WORDS));
        }
      }),
    );
  });

  test('should arrive: a full frame of commands, and a part of an array', () => {
    const encoder = new oe.CommandsEncoder();
    const words = Int32Array.from({ length: 1030 * oe.WIRE_COMMAND_WORDS }, (_, i) => i);
    const from = 5 * oe.WIRE_COMMAND_WORDS;
    const frame = encoder.encode(words, from, kinds.COMMANDS_PER_FRAME_MAX);
    expect(frame.length).toBeLessThanOrEqual(kinds.FRAME_BYTES_MAX);
    expect(decoder.decode(frame)).toBe(0);
    const length = kinds.COMMANDS_PER_FRAME_MAX * oe.WIRE_COMMAND_WORDS;
    const got = decoder.words.slice(decoder.commandsAt, decoder.commandsAt + length);
    expect(got).toEqual(words.slice(from, from + length));
  });

  test('should arrive: an operator’s definition of an instrument', () => {
    const definition = fc.record({
      request,
      number: uint32,
      symbol: name,
      tickSize: name,
      lotSize: name,
      referencePrice: int32,
      priceBandBps: int32,
      haltNs: exact,
      auctionNs: exact,
    });
    fc.assert(
      fc.property(definition, (sent) => {
        expect(decoder.decode(oe.encodeDefinition(sent))).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_DEFINE);
        expect(decoder.definition).toEqual(sent);
        expect([decoder.logon, decoder.commandCount]).toEqual([null, 0]);
      }),
    );
    expect(decoder.decode(oe.encodeHeartbeat())).toBe(0);
    expect(decoder.definition).toBe(null);
  });

  test.each([
    { request: 0 },
    { request: kinds.REQUEST_MAX + 1 },
    { haltNs: 2 ** 53 },
    { auctionNs: 2 ** 53 },
  ])('should be refused: a definition with %o', (wrong) => {
    const frame = oe.encodeDefinition({ ...DEFINITION, ...wrong });
    expect(decoder.decode(frame)).toBe(kinds.CLOSE_BAD_FRAME);
  });

  test('should arrive: heartbeat and question for open orders', () => {
    expect(decoder.decode(oe.encodeHeartbeat())).toBe(0);
    expect(decoder.kind).toBe(kinds.KIND_HEARTBEAT);
    fc.assert(
      fc.property(request, (number) => {
        expect(decoder.decode(oe.encodeOpenOrders(number))).toBe(0);
        expect([decoder.kind, decoder.request]).toEqual([kinds.KIND_OPEN_ORDERS, number]);
      }),
    );
  });
});

describe('what the server sends', () => {
  const encoder = new oe.ServerFrameEncoder();
  const decoder = new oe.ServerFrameDecoder();
  const reportWords = (countMin: number): fc.Arbitrary<number[]> =>
    records(r.REPORT_WORDS, [r.R_REPORT_HIGH, r.R_COMMAND_HIGH], countMin);

  const facts = fc.record({
    number: uint32,
    symbol: name,
    tickSize: name,
    lotSize: name,
    phase: uint32,
    referencePrice: int32,
    priceBandBps: int32,
    haltNs: exact,
    auctionNs: exact,
  });

  test('should arrive: instruments that have changed', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1 }), (sent) => {
        expect(decoder.decode(oe.encodeInstrumentChanges(sent))).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_INSTRUMENTS);
        expect(decoder.instruments).toEqual(sent);
      }),
    );
    const [one] = INSTRUMENTS;
    for (const time of ['haltNs', 'auctionNs']) {
      const late = oe.encodeInstrumentChanges([{ ...one!, [time]: 2 ** 53 }]);
      expect(decoder.decode(late)).toBe(kinds.CLOSE_BAD_FRAME);
    }
  });

  test('should arrive: welcome', () => {
    const welcome = fc.record({
      version: fc.constant(kinds.WIRE_VERSION),
      session: uint32,
      credits: uint32,
      heartbeatMs: uint32,
      commandsPerFrameMax: uint32,
      nextReport: exact,
      reportsLost: fc.boolean(),
      accounts: fc.array(fc.record({ number: uint32, name, highestClOrdId: uint64 })),
      instruments: fc.array(facts),
      isOperator: fc.boolean(),
    });
    fc.assert(
      fc.property(welcome, (sent) => {
        expect(decoder.decode(oe.encodeWelcome(sent))).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_WELCOME);
        expect(decoder.welcome).toEqual(sent);
      }),
    );
  });

  test('should arrive: the largest welcome', () => {
    const text = 'x'.repeat(kinds.NAME_BYTES_MAX);
    const accounts = Array.from({ length: kinds.WELCOME_ACCOUNTS_MAX }, (_, i) => ({
      number: i,
      name: text,
      highestClOrdId: 2n ** 64n - 1n,
    }));
    const instruments = Array.from({ length: kinds.INSTRUMENTS_MAX }, (_, i) => ({
      ...INSTRUMENTS[0]!,
      number: i,
      symbol: 'x'.repeat(SYMBOL_BYTES_MAX),
      tickSize: `0.${'9'.repeat(31)}`,
      lotSize: `0.${'9'.repeat(31)}`,
    }));
    const numbers = { version: 1, session: 1, credits: 1, heartbeatMs: 1, commandsPerFrameMax: 1 };
    const lists = { accounts, instruments, isOperator: true };
    const welcome = { ...numbers, nextReport: 1, reportsLost: false, ...lists };
    const frame = oe.encodeWelcome(welcome);
    expect(frame.length).toBeLessThanOrEqual(kinds.SERVER_FRAME_BYTES_MAX);
    expect(decoder.decode(frame)).toBe(0);
    expect(decoder.welcome!.instruments).toHaveLength(kinds.INSTRUMENTS_MAX);
    expect(decoder.welcome!.accounts.at(-1)).toEqual(accounts.at(-1));
    expect(decoder.decode(oe.encodeHeartbeat())).toBe(0);
  });

  test('should arrive: reports', () => {
    fc.assert(
      fc.property(reportWords(1), (sent) => {
        const count = sent.length / r.REPORT_WORDS;
        expect(decoder.decode(encoder.reports(Int32Array.from(sent), 0, count))).toBe(0);
        expect([decoder.kind, decoder.reportCount]).toEqual([kinds.KIND_REPORTS, count]);
        const from = decoder.reportsAt;
        expect([...decoder.words.subarray(from, from + sent.length)]).toEqual(sent);
        for (let i = 0; i < count; i++) oe.readReport(decoder.words, from + i * r.REPORT_WORDS);
      }),
    );
  });

  test('should arrive: a full frame of reports', () => {
    const count = kinds.RECORDS_PER_FRAME_MAX;
    const words = Int32Array.from({ length: count * r.REPORT_WORDS }, (_, i) => i);
    expect(decoder.decode(encoder.reports(words, 0, count))).toBe(0);
    const from = decoder.reportsAt;
    expect(decoder.words.slice(from, from + words.length)).toEqual(words);
  });

  test('should arrive: refusals', () => {
    fc.assert(
      fc.property(records(oe.REFUSAL_WORDS, [], 1), (sent) => {
        const count = sent.length / 2;
        expect(decoder.decode(encoder.refusals(Int32Array.from(sent), 0, count))).toBe(0);
        expect([decoder.kind, decoder.refusalCount]).toEqual([kinds.KIND_REFUSALS, count]);
        for (let i = 0; i < count; i++) {
          const refusal = oe.readRefusal(decoder.words, decoder.refusalsAt + i * 2);
          expect(refusal).toEqual({ request: sent[i * 2]! >>> 0, reason: sent[i * 2 + 1]! >>> 0 });
        }
      }),
    );
  });

  test('should arrive: list of open orders', () => {
    fc.assert(
      fc.property(reportWords(0), request, exact, fc.boolean(), (sent, asked, sequence, isLast) => {
        const words = Int32Array.from(sent);
        const count = sent.length / r.REPORT_WORDS;
        const frame = encoder.openOrders(words, 0, count, asked, sequence, isLast);
        expect(decoder.decode(frame)).toBe(0);
        expect(decoder.kind).toBe(kinds.KIND_OPEN_ORDER_LIST);
        expect(decoder.reportCount).toBe(count);
        expect(decoder.request).toBe(asked);
        expect(decoder.reportSequence).toBe(sequence);
        expect(decoder.isLast).toBe(isLast);
        const from = decoder.reportsAt;
        expect([...decoder.words.subarray(from, from + sent.length)]).toEqual(sent);
      }),
    );
  });
});

describe('a report', () => {
  function report(event: number, flags: number): oe.Report {
    const words = Int32Array.from({ length: r.REPORT_WORDS }, (_, i) => i + 100);
    words[r.R_HEAD] = event | flags;
    words[r.R_REPORT_HIGH] = 1;
    words[r.R_COMMAND_HIGH] = 2;
    words[r.R_ACCOUNT] = -1;
    words[r.R_PRICE] = -1;
    return oe.readReport(words, 0);
  }

  test('should have every field', () => {
    const flags = (5 << 8) | 0x10000 | 0x20000 | r.REPORT_AGGRESSOR | (3 << 20) | r.REPORT_END;
    expect(report(codes.EVENT_TRADE, flags)).toEqual({
      event: codes.EVENT_TRADE,
      reason: 5,
      side: codes.SIDE_SELL,
      keptPlace: true,
      aggressor: true,
      command: codes.COMMAND_REPLACE,
      end: true,
      request: 101,
      reportSequence: 2 ** 32 + 102,
      commandSequence: 2 ** 33 + 104,
      time: (107n << 32n) | 106n,
      instrument: 108,
      account: 2 ** 32 - 1,
      clOrdId: (111n << 32n) | 110n,
      orderId: (113n << 32n) | 112n,
      leaves: 114,
      price: -1,
      qty: 116,
      tradeId: (119n << 32n) | 118n,
      origClOrdId: 0n,
      auction: false,
      displayed: 117,
      displayQty: 120,
      stopPrice: 121,
    });
  });

  test('should tell a trade’s id from the id that a replaced order had', () => {
    const id = (119n << 32n) | 118n;
    expect(report(codes.EVENT_REPLACED, 0)).toMatchObject({ tradeId: 0n, origClOrdId: id });
    expect(report(codes.EVENT_NEW, 0)).toMatchObject({ tradeId: 0n, origClOrdId: 0n });
    expect(report(r.REPORT_OPEN, 0)).toMatchObject({ event: r.REPORT_OPEN, end: false, side: 0 });
  });
});
