// Every kind of line that a tape may not have, and its neighbours that it may.

import { describe, expect, test } from 'vitest';
import { InputError } from '../src/base/input-error.ts';
import { LARGEST_LIMITS } from '../src/core/limits.ts';
import { runBytes, runTape } from './tape.ts';

const INSTRUMENT = '{"cmd":"instrument","symbol":"TEST"}';
/** Quick to lay out, hundreds of times. */
const FEW = { orders: 16, accounts: 16, instruments: 4, pages: 16 };
const NEW = '"cmd":"new","symbol":"TEST","account":"A","clOrdId":"a1","side":"buy"';

/** What a line is refused for; undefined when it runs. The line stands third. */
function faultOf(line: string): string | undefined {
  const { error } = runBytes(Buffer.from(`${INSTRUMENT}\n\n${line}\n${INSTRUMENT}\n`), FEW);
  expect(error).toBeInstanceOf(InputError);
  const [, at, fault] = /^-:(\d+): (.*)$/.exec((error as Error).message)!;
  // The instrument is defined again in line 4, which stops the run at the latest.
  if (at === '4') return undefined;
  expect(at).toBe('3');
  return fault;
}

/** A row of a table with the start of its line, for the name of the test. */
function named<Fault>([line, fault]: readonly [string, Fault]): [string, string, Fault] {
  return [line.slice(0, 100), line, fault];
}

describe('a line', () => {
  const faults: [line: string, fault: string | RegExp][] = [
    ['nonsense', "not JSON: JSON value expected but got 'n' at position 0"],
    ['{"cmd":"hash"', /^not JSON: .*end of input/],
    ['{"cmd":"hash"}}', /^not JSON: Expected end of input/],
    ['{"cmd":"hash"} {"cmd":"hash"}', /^not JSON: Expected end of input/],
    ['{"cmd":"hash",}', /^not JSON: /],
    ["{'cmd':'hash'}", /^not JSON: /],
    ['{cmd:"hash"}', /^not JSON: /],
    ['{"cmd":"ha\tsh"}', String.raw`not JSON: Invalid character '\u0009' at position 10`],
    [String.raw`{"cmd":"\x68ash"}`, /^not JSON: /],
    [String.raw`{"cmd":"\u00g0"}`, /^not JSON: /],
    ['{"cmd":"time","ns":01}', /^not JSON: /],
    ['{"cmd":"time","ns":+1}', /^not JSON: /],
    ['{"cmd":"time","ns":.5}', /^not JSON: /],
    ['{"cmd":"time","ns":1.}', /^not JSON: /],
    ['{"cmd":"time","ns":1e}', /^not JSON: /],
    ['{"cmd":"time","ns":0x10}', /^not JSON: /],
    ['{"cmd":"time","ns":-}', /^not JSON: /],
    ['{"cmd":"time","ns":NaN}', /^not JSON: /],
    ['{"cmd":"time","ns":Infinity}', /^not JSON: /],
    [' # no comment', /^not JSON: /],
    [
      '\ufeff{"cmd":"hash"}',
      String.raw`not JSON: JSON value expected but got '\ufeff' at position 0`,
    ],
    ['\u00a0', /^not JSON: /],
    ['\u2028', /^not JSON: /],
    ['[]', 'not a JSON object'],
    ['[{"cmd":"hash"}]', 'not a JSON object'],
    ['"hash"', 'not a JSON object'],
    ['7', 'not a JSON object'],
    ['true', 'not a JSON object'],
    ['null', 'not a JSON object'],
    [`${'['.repeat(200_000)}`, 'not usable: nested too deeply'],
    ['{"cmd":"hash","cmd":"hash"}', 'a key is there twice'],
    [String.raw`{"cmd":"hash","c\u006dd":"hash"}`, 'a key is there twice'],
    ['{"cmd":"time","ns":1,"ns":1}', 'a key is there twice'],
    ['{"cmd":"time","ns":1,"ns":1.0}', 'a key is there twice'],
    ['{"cmd":"time","ns":1,"ns":2}', 'the key "ns" is there twice'],
  ];
  test.each(faults.map(named))('should be refused: %s', (_, line, fault) => {
    expect(faultOf(line)).toMatch(fault);
    if (typeof fault === 'string') expect(faultOf(line)).toBe(fault);
  });

  test.each([
    '# {"cmd":"nonsense"}',
    '',
    ' \t ',
    '\r',
    ' {"cmd":"hash"} ',
    '{"cmd":"hash"}\r',
    '\t{ "cmd" : "hash" }',
    '{"cmd": "book", "symbol": "TEST"}',
    String.raw`{"cm\u0064":"h\u0061sh"}`,
  ])('should be accepted: %s', (line) => {
    expect(faultOf(line)).toBeUndefined();
  });

  test.each([
    ['a byte that UTF-8 does not have', [0xff]],
    ['half a character', [0xc3]],
    ['a character in too many bytes', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('should be refused: %s', (_, bytes) => {
    const before = `${INSTRUMENT}\n{"cmd":"book","symbol":"TEST"}\n`;
    for (const [start, end] of [
      ['{"cmd":"book","symbol":"', '"}\n{"cmd":"hash"}\n'],
      ['# ', '\n{"cmd":"hash"}\n'],
      ['{"cmd":"book","symbol":"', '"}'],
    ]) {
      const tape = Buffer.concat([
        Buffer.from(before + start),
        Buffer.from(bytes),
        Buffer.from(end!),
      ]);
      for (const blockBytes of [1, 7, 65_536]) {
        const { printed, error } = runBytes(tape, {}, blockBytes);
        expect(printed).toEqual(['{"evt":"book","symbol":"TEST","bids":[],"asks":[]}']);
        expect(error).toEqual(new InputError('-:3: not valid UTF-8'));
      }
    }
  });

  test('should be refused when it is longer than 16,777,216 characters', () => {
    const tape = (length: number): Buffer => Buffer.from(`\n# ${'é'.repeat(length - 2)}\nx`);
    expect(runBytes(tape(16_777_216), {}, 1 << 20).error).toMatchObject({
      message: expect.stringMatching(/^-:3: not JSON/),
    });
    expect(runBytes(tape(16_777_217), {}, 1 << 20).error).toMatchObject({
      message: '-:2: longer than 16777216 characters',
    });
    const endless = Buffer.alloc(3 * 16_777_216 + 1, 'x');
    expect(runBytes(endless).error).toMatchObject({
      message: '-:1: longer than 16777216 characters',
    });
  });
});

describe('a key', () => {
  const faults: [line: string, fault: string][] = [
    ['{}', 'cmd is missing'],
    ['{"symbol":"TEST"}', 'cmd is missing'],
    ['{"__proto__":{"cmd":"hash"}}', 'cmd is missing'],
    ['{"cmd":7}', 'cmd must be a text'],
    ['{"cmd":null}', 'cmd must be a text'],
    ['{"cmd":["hash"]}', 'cmd must be a text'],
    ['{"cmd":""}', 'unknown cmd ""'],
    ['{"cmd":"Hash"}', 'unknown cmd "Hash"'],
    ['{"cmd":"toString"}', 'unknown cmd "toString"'],
    [`{"cmd":"${'x'.repeat(99)}"}`, `unknown cmd "${'x'.repeat(40)}…"`],
    ['{"cmd":"hash","symbol":"TEST"}', 'hash has no key "symbol"'],
    ['{"cmd":"hash","":1}', 'hash has no key ""'],
    ['{"cmd":"hash","__proto__":{}}', 'hash has no key "__proto__"'],
    ['{"cmd":"hash","constructor":1}', 'hash has no key "constructor"'],
    ['{"cmd":"hash","x":[1,{"cmd":"hash"}]}', 'hash has no key "x"'],
    ['{"cmd":"cancel","account":"A","clOrdId":"a","qty":1}', 'cancel has no key "qty"'],
    ['{"cmd":"cancel","account":"A","clOrdId":"a","symbol":"T"}', 'cancel has no key "symbol"'],
    [`{${NEW},"qty":1,"origClOrdId":"a"}`, 'new has no key "origClOrdId"'],
    [`{${NEW},"qty":1,"Price":1}`, 'new has no key "Price"'],
    ['{"cmd":"massCancel","account":"A","clOrdId":"a"}', 'massCancel has no key "clOrdId"'],
    ['{"cmd":"phase","symbol":"TEST","phase":"halted","ns":1}', 'phase has no key "ns"'],
    [`{${NEW},"qty":1,"phase":"halted"}`, 'new has no key "phase"'],
    [`{${NEW},"qty":1,"haltNs":1}`, 'new has no key "haltNs"'],
    ['{"cmd":"time","ns":1,"symbol":"TEST"}', 'time has no key "symbol"'],
    ['{"cmd":"instrument"}', 'instrument needs symbol'],
    ['{"cmd":"new"}', 'new needs symbol'],
    [`{${NEW}}`, 'new needs qty'],
    ['{"cmd":"new","symbol":"TEST","account":"A","clOrdId":"a","qty":1}', 'new needs side'],
    ['{"cmd":"new","symbol":"TEST","account":"A","side":"buy","qty":1}', 'new needs clOrdId'],
    ['{"cmd":"new","symbol":"TEST","clOrdId":"a","side":"buy","qty":1}', 'new needs account'],
    ['{"cmd":"new","account":"A","clOrdId":"a","side":"buy","qty":1}', 'new needs symbol'],
    ['{"cmd":"cancel","account":"A"}', 'cancel needs clOrdId'],
    ['{"cmd":"cancel","clOrdId":"a"}', 'cancel needs account'],
    ['{"cmd":"replace","account":"A","clOrdId":"a"}', 'replace needs origClOrdId'],
    ['{"cmd":"replace","account":"A","origClOrdId":"a"}', 'replace needs clOrdId'],
    ['{"cmd":"replace","clOrdId":"b","origClOrdId":"a"}', 'replace needs account'],
    ['{"cmd":"massCancel"}', 'massCancel needs account'],
    ['{"cmd":"phase"}', 'phase needs symbol'],
    ['{"cmd":"phase","symbol":"TEST"}', 'phase needs phase'],
    ['{"cmd":"phase","phase":"halted"}', 'phase needs symbol'],
    ['{"cmd":"time"}', 'time needs ns'],
    ['{"cmd":"book"}', 'book needs symbol'],
  ];
  test.each(faults.map(named))('should be refused: %s', (_, line, fault) => {
    expect(faultOf(line)).toBe(fault);
  });
});

const TEXT = 'must be a text';
const EMPTY = 'must not be empty';
const INTEGER = 'must be an integer';
const FLAG = 'must be true or false';
const DECIMAL = 'must be a positive decimal like "0.01"';
const INT32 = 'must be in 1 … 2^31-1';

/** A line with one value left open, and what it may and may not be. */
const VALUES: readonly [
  line: string,
  key: string,
  good: string[],
  bad: Record<string, string[]>,
][] = [
  [
    '{"cmd":"instrument","symbol":"B","tickSize":_}',
    'tickSize',
    ['"1"', '"0.01"', '"10.50"', `"0.${'0'.repeat(400)}1"`],
    {
      [TEXT]: ['0.01', 'null'],
      [EMPTY]: ['""'],
      [DECIMAL]: ['"0"', '"0.00"', '"-1"', '"+1"', '".5"', '"1."', '"1e-2"', '" 1"', '"01"', '"x"'],
    },
  ],
  [
    '{"cmd":"instrument","symbol":"B","lotSize":_}',
    'lotSize',
    ['"1"', '"0.001"'],
    { [TEXT]: ['1'], [EMPTY]: ['""'], [DECIMAL]: ['"0"', '"١"'] },
  ],
  [
    '{"cmd":"instrument","symbol":"B","referencePrice":_}',
    'referencePrice',
    ['1', '2147483647', '1e2', '100.00'],
    { [INTEGER]: ['"1"', '1.5', 'null'], [INT32]: ['0', '-1', '-0', '2147483648', '1e400'] },
  ],
  [
    '{"cmd":"instrument","symbol":"B","priceBandBps":_}',
    'priceBandBps',
    ['1', '2147483647', '1e3'],
    { [INTEGER]: ['"1"', '1.5', 'null'], [INT32]: ['0', '-1', '2147483648', '1e400'] },
  ],
  ...['haltNs', 'auctionNs'].map((key): [string, string, string[], Record<string, string[]>] => [
    `{"cmd":"instrument","symbol":"B","${key}":_}`,
    key,
    ['0', '-0', '1', '1e15', '9007199254740991', '9007199254740991.0'],
    {
      [INTEGER]: ['"1"', '0.5', 'null', 'true'],
      'must be in 0 … 2^53-1': ['-1', '9007199254740992', '9007199254740993', '1e400'],
    },
  ]),
  [
    '{"cmd":"phase","symbol":"TEST","phase":_}',
    'phase',
    ['"pre_open"', '"auction"', '"continuous"', '"halted"', '"closed"'],
    {
      'must be one of pre_open, auction, continuous, halted, closed': [
        ...['""', '"open"', '"Halted"', '"preOpen"', '1', 'null'],
      ],
    },
  ],
  ['{"cmd":"phase","symbol":_,"phase":"halted"}', 'symbol', ['"nowhere"'], { [EMPTY]: ['""'] }],
  ['{"cmd":"instrument","symbol":_}', 'symbol', ['"B:1"'], { [TEXT]: ['1'], [EMPTY]: ['""'] }],
  [
    `{"cmd":"new","symbol":_,"account":"A","clOrdId":"a","side":"buy","qty":1}`,
    'symbol',
    ['"nowhere"'],
    { [TEXT]: ['1', 'null', '{}', '[]', 'true'], [EMPTY]: ['""'] },
  ],
  [
    `{"cmd":"cancel","account":_,"clOrdId":"a"}`,
    'account',
    ['"nobody"', '" "'],
    {
      [TEXT]: ['1', 'null'],
      [EMPTY]: ['""'],
      'must not have a colon in it': ['":"', '"A:B"', String.raw`"A\u003aB"`],
    },
  ],
  [
    `{"cmd":"cancel","account":"A","clOrdId":_}`,
    'clOrdId',
    ['":"', '"a:1"'],
    { [TEXT]: ['1', 'null', '{}'], [EMPTY]: ['""'] },
  ],
  [
    `{"cmd":"replace","account":"A","clOrdId":"a","origClOrdId":_}`,
    'origClOrdId',
    ['"a:1"'],
    { [TEXT]: ['1'], [EMPTY]: ['""'] },
  ],
  [
    `{"cmd":"new","symbol":"TEST","account":"A","clOrdId":"a","qty":1,"side":_}`,
    'side',
    ['"buy"', '"sell"'],
    { 'must be one of buy, sell': ['"Buy"', '""', '"none"', '1', 'null', '["buy"]'] },
  ],
  [
    '{"cmd":"massCancel","account":"A","side":_}',
    'side',
    ['"sell"'],
    { 'must be one of buy, sell': ['"both"', 'null'] },
  ],
  [
    `{${NEW},"qty":1,"type":_}`,
    'type',
    ['"limit"', '"market"', '"stop"', '"stop_limit"'],
    { 'must be one of limit, market, stop, stop_limit': ['"stopLimit"', '""', 'null', '0'] },
  ],
  [
    `{${NEW},"qty":1,"tif":_}`,
    'tif',
    ['"gtc"', '"day"', '"ioc"', '"fok"'],
    { 'must be one of gtc, day, ioc, fok': ['"GTC"', '"gtd"', 'null'] },
  ],
  [
    `{${NEW},"qty":1,"stp":_}`,
    'stp',
    ['"none"', '"cancel_aggressor"', '"cancel_resting"', '"cancel_both"', '"decrement"'],
    {
      'must be one of none, cancel_aggressor, cancel_resting, cancel_both, decrement': [
        '"cancel"',
        'null',
      ],
    },
  ],
  [
    `{${NEW},"qty":1,"postOnly":_}`,
    'postOnly',
    ['true', 'false'],
    { [FLAG]: ['1', '0', '"true"', 'null'] },
  ],
  ...['qty', 'price', 'displayQty', 'stopPrice'].map(
    (key): [string, string, string[], Record<string, string[]>] => [
      `{"cmd":"replace","account":"A","origClOrdId":"a","clOrdId":"b","${key}":_}`,
      key,
      ['0', '-0', '-5', '1.0', '1e2', '100e-2', '4294967297', '1e400', '-1e400', '1E999999999'],
      {
        [INTEGER]: ['"1"', '1.5', '1e-1', '1.0000000000000000001', '1e-400', 'null', 'true', '[1]'],
      },
    ],
  ),
  [
    '{"cmd":"time","ns":_}',
    'ns',
    ['0', '-0', '0.0', '0e9', '1e18', '9223372036854775807', '9223372036854775807.0'],
    {
      [INTEGER]: ['"1"', '1.5', 'null', '9223372036854775806.5'],
      'must be in 0 … 2^63-1': ['-1', '9223372036854775808', '1e400', '1e999999999', '-1e400'],
    },
  ],
  [
    '{"cmd":"book","symbol":"TEST","depth":_}',
    'depth',
    ['1', '2147483647', '1e1'],
    { [INTEGER]: ['"1"', '0.5', 'null'], [INT32]: ['0', '-1', '2147483648', '1e999999999'] },
  ],
];

describe('a value', () => {
  const bad = VALUES.flatMap(([line, key, , faults]) =>
    Object.entries(faults).flatMap(([fault, values]) =>
      values.map((value) => [line.replace('_', value), `${key} ${fault}`] as const),
    ),
  );
  const good = VALUES.flatMap(([line, , values]) =>
    values.map((value) => line.replace('_', value)),
  );

  test.each(bad)('should be refused: %s', (line, fault) => {
    expect(faultOf(line)).toBe(fault);
  });

  test.each(good.map((line) => named([line, ''])))('should be accepted: %s', (_, line) => {
    expect(faultOf(line)).toBeUndefined();
  });
});

describe('what came before', () => {
  test('should forbid time to go back, and only that', () => {
    const time = (...ns: string[]): string[] =>
      runTape(ns.map((text) => `{"cmd":"time","ns":${text}}`).join('\n'));
    expect(time('0', '0', '5', '5', '9007199254740993', '9007199254740993')).toEqual([]);
    expect(() => time('5', '4')).toThrow('-:2: ns goes back: the clock is at 5');
    expect(() => time('9007199254740993', '9007199254740992')).toThrow(
      '-:2: ns goes back: the clock is at 9007199254740993',
    );
    expect(() => time('9223372036854775807', '9223372036854775806')).toThrow(InputError);
  });

  test('should forbid an instrument to be defined twice, and one too many', () => {
    const define = (count: number): string =>
      Array.from({ length: count }, (_, i) => `{"cmd":"instrument","symbol":"S${i}"}\n`).join('');
    expect(() => runTape(`${define(2)}${define(1)}`)).toThrow(
      '-:3: the instrument "S0" is there already',
    );
    expect(runTape(define(3), { instruments: 3 })).toEqual([]);
    expect(() => runTape(define(4), { instruments: 3 })).toThrow(
      '-:4: no room for "S3": the limit is 3 instruments',
    );
    expect(() => runTape(define(1), { instruments: LARGEST_LIMITS.instruments + 1 })).toThrow();
  });

  test('should stay printed, and nothing that follows should run', () => {
    const { printed, error } = runBytes(
      Buffer.from(`${INSTRUMENT}\n{${NEW},"qty":1,"price":1}\nx\n{"cmd":"hash"}\ny\n`),
    );
    expect(printed).toEqual(['{"evt":"new","account":"A","clOrdId":"a1","orderId":1,"leaves":1}']);
    expect(error).toMatchObject({ message: expect.stringMatching(/^-:3: /) });
  });
});

describe('a message', () => {
  test('should carry nothing that a terminal obeys, and stay short', () => {
    const message = faultOf('{"cmd":"\\u001b[2J\\u009b2J\\u202e\\n\\ud800"}')!;
    expect(message).toBe(String.raw`unknown cmd "\u001b[2J\u009b2J\u202e\n\ud800"`);
    expect(faultOf(`{"cmd":"hash","a":${'1'.repeat(5000)}x}`)!.length).toBeLessThan(300);
  });
});
