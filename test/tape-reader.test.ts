// Plain lines are read by a scanner of their own. Here it is held against the strict reader, and
// that one against JSON.parse.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Malformed } from '../src/sim/tape/json.ts';
import { readPlainLine } from '../src/sim/tape/plain.ts';
import { readExactLine, readTapeLine } from '../src/sim/tape/reader.ts';
import { anyText } from './any-text.ts';

const text = fc.oneof(
  fc.constantFrom(
    'A',
    'TEST',
    'a1',
    '__proto__',
    'constructor',
    'a:1',
    ':',
    'ä',
    '日本',
    '"',
    '\\',
  ),
  anyText({ minLength: 1, maxLength: 20 }),
);
const integer = fc.oneof(
  fc.integer({ min: -2, max: 200 }),
  fc.constantFrom(0, 2147483647, 2147483648, 999999999999999, 1e15, 9007199254740991),
);
const odd = fc.constantFrom('', null, 1.5, true, 'buy', 7, 'x', [], {});

const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  symbol: text,
  account: text.map((value) => value.replaceAll(':', '')).filter((value) => value !== ''),
  clOrdId: text,
  origClOrdId: text,
  side: fc.constantFrom('buy', 'sell'),
  type: fc.constantFrom('limit', 'market', 'stop', 'stop_limit'),
  tif: fc.constantFrom('gtc', 'day', 'ioc', 'fok'),
  stp: fc.constantFrom('none', 'cancel_aggressor', 'cancel_resting', 'cancel_both', 'decrement'),
  postOnly: fc.boolean(),
  qty: integer,
  price: integer,
  displayQty: integer,
  stopPrice: integer,
  ns: integer.filter((value) => value >= 0),
  depth: fc.integer({ min: 1, max: 2147483647 }),
  tickSize: fc.constantFrom('0.01', '1'),
  lotSize: fc.constantFrom('1', '0.5'),
  referencePrice: fc.integer({ min: 1, max: 2147483647 }),
  priceBandBps: fc.integer({ min: 1, max: 2147483647 }),
  haltNs: integer.filter((value) => value >= 0),
  auctionNs: integer.filter((value) => value >= 0),
  phase: fc.constantFrom('pre_open', 'auction', 'continuous', 'halted', 'closed'),
};

const KEYS: Record<string, [needed: string[], optional: string[]]> = {
  instrument: [
    ['symbol'],
    ['tickSize', 'lotSize', 'referencePrice', 'priceBandBps', 'haltNs', 'auctionNs'],
  ],
  new: [
    ['symbol', 'account', 'clOrdId', 'side', 'qty'],
    ['type', 'tif', 'postOnly', 'stp', 'price', 'displayQty', 'stopPrice'],
  ],
  cancel: [['account', 'clOrdId'], []],
  replace: [
    ['account', 'origClOrdId', 'clOrdId'],
    ['qty', 'price', 'displayQty', 'stopPrice'],
  ],
  massCancel: [['account'], ['symbol', 'side']],
  phase: [['symbol', 'phase'], []],
  time: [['ns'], []],
  book: [['symbol'], ['depth']],
  hash: [[], []],
};

/** Members of a good command, in any order. */
const members = fc.constantFrom(...Object.keys(KEYS)).chain((cmd) => {
  const [needed, optional] = KEYS[cmd]!;
  const record = fc.record(
    Object.fromEntries([...needed, ...optional].map((key) => [key, VALUES[key]!])),
    { requiredKeys: needed },
  );
  return record.chain((values) => {
    const all: [string, unknown][] = [['cmd', cmd], ...Object.entries(values)];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
});
type Members = readonly (readonly [string, unknown])[];

function write(line: Members, comma = ',', colon = ':'): string {
  const parts = line.map(([key, value]) => JSON.stringify(key) + colon + JSON.stringify(value));
  return `{${parts.join(comma)}}`;
}

/** What the strict reader says, without its words. */
function exactly(line: string): object | undefined {
  try {
    return readExactLine(line);
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    return undefined;
  }
}

/** A line that the scanner takes is one that the strict reader reads alike. */
function check(line: string): void {
  const plain = readPlainLine(line);
  const exact = exactly(line);
  if (plain !== undefined) expect({ ...plain }, line).toEqual(exact);
  // The strict reader lets nothing through that is not JSON.
  if (exact !== undefined) expect(() => JSON.parse(line), line).not.toThrow();
}

const RUNS = { numRuns: 2000 };

describe('a good line', () => {
  test('should say what JSON.parse says, however it is spaced', () => {
    const space = fc.constantFrom('', ' ', '  ', '\t', '\r');
    fc.assert(
      fc.property(members, space, space, (line, first, second) => {
        const written = write(line, `,${first}`, `:${second}`);
        check(written);
        expect({ ...readTapeLine(written) }).toEqual(JSON.parse(written));
      }),
      RUNS,
    );
  });

  test('should take the quick way when it has no escapes and no long numbers', () => {
    fc.assert(
      fc.property(members, fc.constantFrom('', ' '), (line, space) => {
        const written = write(line, `,${space}`, `:${space}`);
        fc.pre(!written.includes('\\') && !/[0-9]{16}/.test(written));
        expect(readPlainLine(written), written).toBeDefined();
      }),
      RUNS,
    );
  });
});

describe('any other line', () => {
  test('should be taken by both readers alike when a member is odd, missing or twice', () => {
    const change = fc.record({
      at: fc.nat(20),
      key: fc.constantFrom(...Object.keys(VALUES), 'cmd', 'x', 'cmdd', 'Symbol', 'phasE'),
      value: fc.oneof(odd, text, integer),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(members, change, (line, { at, key, value, remove }) => {
        const changed: (readonly [string, unknown])[] = [...line];
        changed.splice(
          at % line.length,
          remove ? 1 : 0,
          ...(remove ? [] : [[key, value] as const]),
        );
        check(write(changed));
      }),
      RUNS,
    );
  });

  test('should be taken by both readers alike when characters are changed', () => {
    const piece = fc.constantFrom(
      ...[
        '"',
        '\\',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        ' ',
        '-',
        '.',
        '0',
        '1',
        'e',
        'E',
        '+',
        'x',
        '\t',
      ],
      ...['\u0000', '\u007f', '\u00a0', '\ufeff', '\ud800', '""', 'null', 'true', '\\u0041', '00'],
      '',
    );
    const change = fc.tuple(fc.nat(300), fc.nat(3), piece);
    fc.assert(
      fc.property(members, fc.array(change, { minLength: 1, maxLength: 3 }), (line, changes) => {
        let written = write(line);
        for (const [at, length, insert] of changes) {
          const start = at % (written.length + 1);
          written = written.slice(0, start) + insert + written.slice(start + length);
        }
        check(written);
      }),
      { numRuns: 10_000 },
    );
  });
});
