// Which sessions get a report of one event, and its words.

import { describe, expect, test } from 'vitest';
import * as codes from '../src/core/codes.ts';
import * as e from '../src/core/event-slot.ts';
import { HighestIds } from '../src/session/highest-ids.ts';
import {
  fillOpenOrder,
  fillReport,
  PART_DONE,
  PART_MASK,
  PART_OTHER,
  ROUTE_CAUSE,
  ROUTE_END,
  ROUTE_WORDS,
  ROUTES_MAX,
  routeEvent,
} from '../src/session/report-router.ts';
import { REQUEST_MAX } from '../src/wire/frame-kinds.ts';
import { readReport } from '../src/wire/order-entry.ts';
import { REPORT_OPEN, REPORT_WORDS } from '../src/wire/report-layout.ts';

const GARBAGE = 0x5a5a5a5a;
const AT = e.EVENT_WORDS;

interface Cause {
  session: number;
  request?: number;
  end?: boolean;
}

/** An event in the second of two slots of garbage; `words` are those that the core writes. */
function event(type: number, cause: Cause, words: Readonly<Record<number, number>> = {}) {
  const slots = new Int32Array(2 * e.EVENT_WORDS).fill(GARBAGE);
  slots[AT + e.E_HEAD] = type | (cause.end === true ? e.EVENT_END : 0);
  slots[AT + e.E_SEQUENCE_LOW] = 77;
  slots[AT + e.E_SEQUENCE_HIGH] = 3;
  slots[AT + e.E_TIME_LOW] = 88;
  slots[AT + e.E_TIME_HIGH] = 4;
  slots[AT + e.E_SESSION] = cause.session;
  slots[AT + e.E_REQUEST] = cause.request ?? 900;
  for (const [word, value] of Object.entries(words)) slots[AT + Number(word)] = value;
  return slots;
}

function order(owner: number): Record<number, number> {
  return {
    [e.E_INSTRUMENT]: 9,
    [e.E_ACCOUNT]: 11,
    [e.E_OWNER]: owner,
    [e.E_CLORDID_LOW]: 21,
    [e.E_CLORDID_HIGH]: 22,
    [e.E_ORDER_LOW]: 31,
    [e.E_ORDER_HIGH]: 32,
    [e.E_LEAVES]: 41,
    [e.E_PRICE]: 51,
  };
}

function trade(resting: number, aggressor: number): Record<number, number> {
  return {
    ...order(resting),
    [e.E_QTY]: 61,
    [e.E_TRADE_LOW]: 71,
    [e.E_TRADE_HIGH]: 72,
    [e.E_OTHER_ACCOUNT]: 12,
    [e.E_OTHER_OWNER]: aggressor,
    [e.E_OTHER_CLORDID_LOW]: 23,
    [e.E_OTHER_CLORDID_HIGH]: 24,
    [e.E_OTHER_ORDER_LOW]: 33,
    [e.E_OTHER_ORDER_HIGH]: 34,
    [e.E_OTHER_LEAVES]: 42,
  };
}

/** Routes in words: `7`, or `7 other cause end`. */
function routes(slots: Int32Array): string[] {
  const words = new Int32Array(ROUTES_MAX * ROUTE_WORDS).fill(GARBAGE);
  const count = routeEvent(slots, AT, words);
  return Array.from({ length: count }, (_, i) => {
    const route = words[i * ROUTE_WORDS + 1]!;
    const part = { [PART_OTHER]: ' other', [PART_DONE]: ' done' }[route & PART_MASK] ?? '';
    const cause = (route & ROUTE_CAUSE) === 0 ? '' : ' cause';
    return `${words[i * ROUTE_WORDS]}${part}${cause}${(route & ROUTE_END) === 0 ? '' : ' end'}`;
  });
}

function reportOf(slots: Int32Array, route: number) {
  const words = new Int32Array(2 * REPORT_WORDS).fill(GARBAGE);
  fillReport(slots, AT, route, 5, 1, words, REPORT_WORDS);
  expect(words.subarray(0, REPORT_WORDS).every((word) => word === GARBAGE)).toBe(true);
  return readReport(words, REPORT_WORDS);
}

const { EVENT_CANCELED, EVENT_DONE, EVENT_NEW, EVENT_OPEN_ORDER } = codes;
const { EVENT_REJECTED, EVENT_REPLACED, EVENT_RESTATED, EVENT_TRADE } = codes;
const OWN = REQUEST_MAX + 1;
const NOBODY: string[] = [];

describe('the routes of an event', () => {
  test.each<[string, Int32Array, string[]]>([
    ['new to its owner', event(EVENT_NEW, { session: 7 }, order(7)), ['7 cause']],
    ['new, the end', event(EVENT_NEW, { session: 7, end: true }, order(7)), ['7 cause end']],
    ['another’s order', event(EVENT_CANCELED, { session: 7 }, order(8)), ['8']],
    [
      'another’s order, the end',
      event(EVENT_CANCELED, { session: 7, end: true }, order(8)),
      ['8', '7 done cause end'],
    ],
    ['nobody’s order', event(EVENT_RESTATED, { session: 7 }, order(0)), NOBODY],
    [
      'nobody’s order, the end',
      event(EVENT_REPLACED, { session: 7, end: true }, order(0)),
      ['7 done cause end'],
    ],
    ['nobody’s command', event(EVENT_CANCELED, { session: 0, end: true }, order(8)), ['8']],
    ['nobody’s command and order', event(EVENT_NEW, { session: 0, end: true }, order(0)), NOBODY],
    [
      'a trade, resting first',
      event(EVENT_TRADE, { session: 7 }, trade(8, 7)),
      ['8', '7 other cause'],
    ],
    [
      'a trade, the end',
      event(EVENT_TRADE, { session: 7, end: true }, trade(8, 7)),
      ['8', '7 other cause end'],
    ],
    [
      'a trade with itself, the end on the second',
      event(EVENT_TRADE, { session: 7, end: true }, trade(7, 7)),
      ['7 cause', '7 other cause end'],
    ],
    [
      'a trade of two others, the end',
      event(EVENT_TRADE, { session: 7, end: true }, trade(8, 9)),
      ['8', '9 other', '7 done cause end'],
    ],
    [
      'a trade whose sender owns the resting order',
      event(EVENT_TRADE, { session: 7, end: true }, trade(7, 9)),
      ['7 cause end', '9 other'],
    ],
    ['a trade of nobodies', event(EVENT_TRADE, { session: 7 }, trade(0, 0)), NOBODY],
    ['done', event(EVENT_DONE, { session: 7, end: true }), ['7 done cause end']],
    ['done for nobody', event(EVENT_DONE, { session: 0, end: true }), NOBODY],
    [
      'rejected to the sender, whatever the owner says',
      event(EVENT_REJECTED, { session: 7, end: true }, { [e.E_OWNER]: 8 }),
      ['7 cause end'],
    ],
    ['rejected for nobody', event(EVENT_REJECTED, { session: 0, end: true }), NOBODY],
    ['an open order', event(EVENT_OPEN_ORDER, { session: 7 }, order(7)), NOBODY],
    ['open orders, the end', event(EVENT_OPEN_ORDER, { session: 7, end: true }, order(7)), NOBODY],
    [
      'the server’s own cancel in a session’s name',
      event(EVENT_CANCELED, { session: 7, request: OWN, end: true }, order(7)),
      ['7'],
    ],
    [
      'the server’s own command, done',
      event(EVENT_DONE, { session: 7, request: OWN, end: true }),
      NOBODY,
    ],
    [
      'the largest request of a client',
      event(EVENT_DONE, { session: 7, request: REQUEST_MAX, end: true }),
      ['7 done cause end'],
    ],
  ])('should be as the table says: %s', (_, slots, expected) => {
    const before = slots.slice();
    expect(routes(slots)).toEqual(expected);
    expect(slots).toEqual(before);
  });

  test('should not exist for an unknown event', () => {
    expect(() => routes(event(99, { session: 7 }))).toThrow('assertion');
    expect(() => routes(event(0, { session: 7 }))).toThrow('assertion');
  });
});

const REPORT = {
  reason: 0,
  side: 0,
  keptPlace: false,
  aggressor: false,
  auction: false,
  command: 0,
  end: false,
  request: 0,
  reportSequence: 0x1_0000_0005,
  commandSequence: 0x3_0000_004d,
  time: 0x4_0000_0058n,
  instrument: 9,
  account: 11,
  clOrdId: 0x16_0000_0015n,
  orderId: 0x20_0000_001fn,
  leaves: 41,
  price: 51,
  qty: 0,
  displayed: 0,
  displayQty: 0,
  stopPrice: 0,
  tradeId: 0n,
  origClOrdId: 0n,
};
const NO_ORDER = {
  instrument: 0,
  account: 0,
  clOrdId: 0n,
  orderId: 0n,
  leaves: 0,
  price: 0,
};
const SELL = 1 << e.EVENT_SIDE_SHIFT;
const KEPT = e.EVENT_KEPT_PLACE;

describe('the words of a report', () => {
  test('should be those of the order', () => {
    const slots = event(EVENT_NEW | SELL, { session: 7, end: true }, order(7));
    expect(reportOf(slots, 0)).toEqual({ ...REPORT, event: EVENT_NEW, side: 1 });
  });

  test('should name the request to its sender, and the end where it is', () => {
    const slots = event(EVENT_RESTATED, { session: 7, end: true }, order(7));
    const sent = { ...REPORT, event: EVENT_RESTATED, request: 900 };
    expect(reportOf(slots, ROUTE_CAUSE)).toEqual(sent);
    expect(reportOf(slots, ROUTE_CAUSE | ROUTE_END)).toEqual({ ...sent, end: true });
  });

  test('should have the reason of a cancel', () => {
    const type = EVENT_CANCELED | (codes.CANCEL_STP << e.EVENT_REASON_SHIFT);
    const report = reportOf(event(type, { session: 7 }, order(7)), 0);
    expect(report).toEqual({ ...REPORT, event: EVENT_CANCELED, reason: codes.CANCEL_STP });
  });

  test('should have the old id of a replaced order', () => {
    const words = { ...order(7), [e.E_ORIG_LOW]: 81, [e.E_ORIG_HIGH]: 82 };
    const report = reportOf(event(EVENT_REPLACED | KEPT, { session: 7 }, words), 0);
    const replaced = { event: EVENT_REPLACED, keptPlace: true, origClOrdId: 0x52_0000_0051n };
    expect(report).toEqual({ ...REPORT, ...replaced });
  });

  test('should have each side of a trade', () => {
    const slots = event(EVENT_TRADE | SELL, { session: 7, end: true }, trade(8, 7));
    const traded = { ...REPORT, event: EVENT_TRADE, qty: 61, tradeId: 0x48_0000_0047n };
    expect(reportOf(slots, 0)).toEqual({ ...traded, side: 1 });
    expect(reportOf(slots, PART_OTHER | ROUTE_CAUSE | ROUTE_END)).toEqual({
      ...traded,
      side: 0,
      aggressor: true,
      end: true,
      request: 900,
      account: 12,
      clOrdId: 0x18_0000_0017n,
      orderId: 0x22_0000_0021n,
      leaves: 42,
    });
  });

  test('should have both sides of an auction, and no aggressor', () => {
    const head = EVENT_TRADE | e.EVENT_AUCTION | e.EVENT_ICEBERG | e.EVENT_OTHER_ICEBERG;
    const shown = { [e.E_DISPLAYED]: 91, [e.E_OTHER_DISPLAYED]: 92 };
    const slots = event(head, { session: 7 }, { ...trade(8, 7), ...shown });
    const traded = { event: EVENT_TRADE, auction: true, aggressor: false, qty: 61 };
    expect(reportOf(slots, 0)).toMatchObject({ ...traded, side: 0, account: 11, displayed: 91 });
    const other = { ...traded, side: 1, account: 12, displayed: 92, displayQty: 0 };
    expect(reportOf(slots, PART_OTHER)).toMatchObject(other);
    expect(routes(slots)).toEqual(['8', '7 other cause']);
  });

  test.each([EVENT_NEW, EVENT_CANCELED, EVENT_REPLACED, EVENT_RESTATED, codes.EVENT_TRIGGERED])(
    'should have what an iceberg shows and a stop waits for: event %i',
    (type) => {
      const words = { ...order(7), [e.E_ORIG_LOW]: 1, [e.E_ORIG_HIGH]: 0 };
      const shown = { [e.E_DISPLAYED]: 91, [e.E_DISPLAY_QTY]: 92 };
      const iceberg = event(type | e.EVENT_ICEBERG, { session: 7 }, { ...words, ...shown });
      const told = { event: type, displayed: 91, displayQty: 92, stopPrice: 0 };
      const parts = { aggressor: false, auction: false };
      expect(reportOf(iceberg, 0)).toMatchObject({ ...told, ...parts });
      const stop = event(type | e.EVENT_STOP, { session: 7 }, { ...words, [e.E_STOP_PRICE]: 93 });
      const waits = { event: type, displayed: 0, displayQty: 0, stopPrice: 93 };
      expect(reportOf(stop, 0)).toMatchObject({ ...waits, ...parts });
      expect(routes(stop)).toEqual(['7 cause']);
    },
  );

  test('should tell an iceberg’s owner of its next tranche', () => {
    const shown = { [e.E_DISPLAYED]: 5, [e.E_DISPLAY_QTY]: 5 };
    const type = codes.EVENT_REFRESHED | e.EVENT_ICEBERG;
    const slots = event(type, { session: 7 }, { ...order(8), ...shown });
    expect(routes(slots)).toEqual(['8']);
    const refreshed = { event: codes.EVENT_REFRESHED, displayed: 5, displayQty: 5, leaves: 41 };
    expect(reportOf(slots, 0)).toMatchObject(refreshed);
  });

  test.each([codes.EVENT_PHASE, codes.EVENT_INDICATIVE, codes.EVENT_INSTRUMENT])(
    'should be none of what is about no order, but to who waits for the command: event %i',
    (type) => {
      expect(routes(event(type, { session: 7 }))).toEqual(NOBODY);
      expect(routes(event(type, { session: 7, end: true }))).toEqual(['7 done cause end']);
      expect(routes(event(type, { session: 0, end: true }))).toEqual(NOBODY);
      expect(routes(event(type, { session: 7, request: OWN, end: true }))).toEqual(NOBODY);
    },
  );

  test('should have command and reason of a reject, and nothing of the slot’s rest', () => {
    const head =
      EVENT_REJECTED |
      (codes.REJECT_PHASE << e.EVENT_REASON_SHIFT) |
      (codes.COMMAND_REPLACE << e.EVENT_COMMAND_SHIFT);
    const words = { [e.E_INSTRUMENT]: 0, [e.E_ACCOUNT]: 11, [e.E_OWNER]: 7 };
    const id = { [e.E_CLORDID_LOW]: 21, [e.E_CLORDID_HIGH]: 22 };
    const slots = event(head, { session: 7, end: true }, { ...words, ...id });
    expect(reportOf(slots, ROUTE_CAUSE | ROUTE_END)).toEqual({
      ...REPORT,
      ...NO_ORDER,
      event: EVENT_REJECTED,
      reason: codes.REJECT_PHASE,
      command: codes.COMMAND_REPLACE,
      request: 900,
      end: true,
      account: 11,
      clOrdId: REPORT.clOrdId,
    });
  });

  test('should be nothing but the cause when a command is done', () => {
    const slots = event(EVENT_TRADE | SELL, { session: 7, end: true }, trade(8, 9));
    expect(reportOf(slots, PART_DONE | ROUTE_CAUSE | ROUTE_END)).toEqual({
      ...REPORT,
      ...NO_ORDER,
      event: EVENT_DONE,
      request: 900,
      end: true,
    });
  });

  test('should have the question’s request and no number in a list of open orders', () => {
    const slots = event(EVENT_OPEN_ORDER | SELL, { session: 7, request: OWN }, order(8));
    const words = new Int32Array(REPORT_WORDS).fill(GARBAGE);
    fillOpenOrder(slots, AT, 44, words, 0);
    const open = { event: REPORT_OPEN, side: 1, request: 44, reportSequence: 0 };
    expect(readReport(words, 0)).toEqual({ ...REPORT, ...open });
  });
});

describe('the highest clOrdId', () => {
  const rejected = (command: number): number => EVENT_REJECTED | (command << e.EVENT_COMMAND_SHIFT);

  test.each<[string, number, boolean]>([
    ['new', EVENT_NEW, true],
    ['replaced', EVENT_REPLACED, true],
    ['a refused new', rejected(codes.COMMAND_NEW), true],
    ['a refused replace', rejected(codes.COMMAND_REPLACE), true],
    ['a refused cancel', rejected(codes.COMMAND_CANCEL), false],
    ['a refused mass cancel', rejected(codes.COMMAND_MASS_CANCEL), false],
    ['a trade', EVENT_TRADE, false],
    ['a cancel', EVENT_CANCELED, false],
    ['an open order', EVENT_OPEN_ORDER, false],
    ['done', EVENT_DONE, false],
  ])('should follow from %s', (_, type, follows) => {
    const ids = new HighestIds([12, 11, 11]);
    ids.follow(event(type, { session: 3 }, order(8)), AT);
    expect(ids.of(11)).toBe(follows ? 0x16_0000_0015n : 0n);
    expect(ids.of(12)).toBe(0n);
  });

  test('should be the highest as an unsigned number of 64 bits', () => {
    const ids = new HighestIds([11]);
    const words = [
      [5, 0],
      [4, 0],
      [-1, 0],
      [7, 0],
      [0, 1],
      [-1, 0],
      [3, -2],
      [-9, 0x7fffffff],
    ];
    const highest = words.map(([low, high]) => {
      const id = { [e.E_CLORDID_LOW]: low!, [e.E_CLORDID_HIGH]: high! };
      ids.follow(event(EVENT_NEW, { session: 3 }, { ...order(8), ...id }), AT);
      return ids.of(11);
    });
    const top = 0xffff_fffe_0000_0003n;
    const word = 0xffff_ffffn;
    const expected = [5n, 5n, word, word, word + 1n, word + 1n, top, top];
    expect(highest).toEqual(expected);
  });

  test('should not mind accounts that are nobody’s', () => {
    const ids = new HighestIds([12]);
    ids.follow(event(EVENT_NEW, { session: 3 }, order(8)), AT);
    expect(ids.of(12)).toBe(0n);
  });
});
