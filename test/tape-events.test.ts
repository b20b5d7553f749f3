// What a tape prints, byte for byte.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from './any-text.ts';
import { runBytes, runTape } from './tape.ts';

const INSTRUMENT = { cmd: 'instrument', symbol: 'TEST' };
/** Quick to lay out, many times over. */
const FEW = { orders: 16, accounts: 16, instruments: 4, pages: 16 };

function order(account: string, clOrdId: string, side: string, qty: number, price: number): object {
  return { cmd: 'new', symbol: 'TEST', account, clOrdId, side, qty, price };
}

test('should print the example of the format', () => {
  const tape = `{"cmd":"instrument","symbol":"TEST"}
{"cmd":"new","symbol":"TEST","account":"A","clOrdId":"a1","side":"sell","qty":10,"price":100}
{"cmd":"new","symbol":"TEST","account":"B","clOrdId":"b1","side":"buy","qty":4,"price":101,\
"tif":"ioc"}
{"cmd":"book","symbol":"TEST"}
`;
  expect(runTape(tape).join('\n')).toBe(`\
{"evt":"new","account":"A","clOrdId":"a1","orderId":1,"leaves":10}
{"evt":"new","account":"B","clOrdId":"b1","orderId":2,"leaves":4}
{"evt":"trade","symbol":"TEST","tradeId":1,"price":100,"qty":4,"buy":"B:b1","sell":"A:a1",\
"aggressor":"buy","buyLeaves":0,"sellLeaves":6}
{"evt":"book","symbol":"TEST","bids":[],"asks":[[100,6,1]]}`);
});

test('should print every kind of event with its keys in order', () => {
  const a = order('A', 'a1', 'buy', 10, 100);
  expect(
    runTape([
      INSTRUMENT,
      a,
      { cmd: 'replace', account: 'A', origClOrdId: 'a1', clOrdId: 'a2', qty: 9 },
      { ...order('A', 'a3', 'sell', 4, 100), stp: 'decrement' },
      order('B', 'b1', 'sell', 2, 99),
      { cmd: 'book', symbol: 'TEST', depth: 1 },
      { cmd: 'cancel', account: 'A', clOrdId: 'a2' },
      { cmd: 'time', ns: 9223372036854775807n },
    ]),
  ).toEqual([
    '{"evt":"new","account":"A","clOrdId":"a1","orderId":1,"leaves":10}',
    '{"evt":"replaced","account":"A","origClOrdId":"a1","clOrdId":"a2","leaves":9}',
    '{"evt":"new","account":"A","clOrdId":"a3","orderId":2,"leaves":4}',
    '{"evt":"restated","account":"A","clOrdId":"a2","leaves":5}',
    '{"evt":"canceled","account":"A","clOrdId":"a3","qty":4,"reason":"stp"}',
    '{"evt":"new","account":"B","clOrdId":"b1","orderId":3,"leaves":2}',
    '{"evt":"trade","symbol":"TEST","tradeId":1,"price":100,"qty":2,"buy":"A:a2","sell":"B:b1",' +
      '"aggressor":"sell","buyLeaves":3,"sellLeaves":0}',
    '{"evt":"book","symbol":"TEST","bids":[[100,3,1]],"asks":[]}',
    '{"evt":"canceled","account":"A","clOrdId":"a2","qty":3,"reason":"user"}',
  ]);
});

describe('rejected', () => {
  test('should carry what the command itself said', () => {
    expect(
      runTape([
        order('A', 'a1', 'buy', 1, 1),
        INSTRUMENT,
        { cmd: 'cancel', account: 'N"N', clOrdId: 'n:1\n' },
        { cmd: 'replace', account: 'A', origClOrdId: 'never', clOrdId: 'a2' },
        { cmd: 'massCancel', account: 'nobody', symbol: 'nowhere' },
        { cmd: 'massCancel', account: 'A', symbol: 'nowhere', side: 'buy' },
        { cmd: 'book', symbol: 'nowhere' },
        { cmd: 'massCancel', account: 'nobody' },
      ]),
    ).toEqual([
      '{"evt":"rejected","account":"A","clOrdId":"a1","cmd":"new","reason":"unknown_symbol"}',
      String.raw`{"evt":"rejected","account":"N\"N","clOrdId":"n:1\n","cmd":"cancel",` +
        '"reason":"unknown_order"}',
      '{"evt":"rejected","account":"A","clOrdId":"a2","cmd":"replace","reason":"unknown_order"}',
      '{"evt":"rejected","account":"nobody","cmd":"massCancel","reason":"unknown_symbol"}',
      '{"evt":"rejected","account":"A","cmd":"massCancel","reason":"unknown_symbol"}',
      '{"evt":"rejected","cmd":"book","reason":"unknown_symbol"}',
    ]);
  });

  test('should be for an id that a refused new or replace has used', () => {
    const again = '"reason":"duplicate_clordid"}';
    const printed = runTape([
      { ...order('A', 'a1', 'buy', 1, 1), symbol: 'nowhere' },
      INSTRUMENT,
      order('A', 'a1', 'buy', 1, 1),
      { cmd: 'replace', account: 'A', origClOrdId: 'x', clOrdId: 'a2' },
      order('A', 'a2', 'buy', 1, 1),
      order('A', 'a3', 'buy', 0, 1),
      { cmd: 'replace', account: 'A', origClOrdId: 'x', clOrdId: 'a3' },
      order('B', 'a1', 'buy', 1, 1),
    ]);
    expect(printed.map((line) => line.endsWith(again))).toEqual([
      ...[false, true, false, true, false, true, false],
    ]);
    expect(printed[6]).toBe('{"evt":"new","account":"B","clOrdId":"a1","orderId":1,"leaves":1}');
  });

  test('should not be for an id that only a cancel or an origClOrdId has named', () => {
    expect(
      runTape([
        INSTRUMENT,
        { cmd: 'cancel', account: 'A', clOrdId: 'a1' },
        { cmd: 'replace', account: 'A', origClOrdId: 'a2', clOrdId: 'a0' },
        order('A', 'a2', 'buy', 1, 1),
        order('A', 'a1', 'buy', 1, 1),
        { cmd: 'cancel', account: 'A', clOrdId: 'a1' },
        { cmd: 'cancel', account: 'A', clOrdId: 'a2' },
      ]).slice(2),
    ).toEqual([
      '{"evt":"new","account":"A","clOrdId":"a2","orderId":1,"leaves":1}',
      '{"evt":"new","account":"A","clOrdId":"a1","orderId":2,"leaves":1}',
      '{"evt":"canceled","account":"A","clOrdId":"a1","qty":1,"reason":"user"}',
      '{"evt":"canceled","account":"A","clOrdId":"a2","qty":1,"reason":"user"}',
    ]);
  });

  test('should be for capacity when a limit is reached', () => {
    expect(
      runTape([INSTRUMENT, order('A', 'a1', 'buy', 1, 1), order('A', 'a2', 'buy', 1, 1)], {
        orders: 1,
      }),
    ).toEqual([
      '{"evt":"new","account":"A","clOrdId":"a1","orderId":1,"leaves":1}',
      '{"evt":"rejected","account":"A","clOrdId":"a2","cmd":"new","reason":"capacity"}',
    ]);
  });
});

describe('book and hash', () => {
  const orders = [
    INSTRUMENT,
    ...[7, 9, 9, 8].map((price, i) => order('A', `b${i}`, 'buy', 2, price)),
    ...[12, 11].map((price, i) => order('A', `s${i}`, 'sell', 3, price)),
  ];
  const book = (depth?: number): object =>
    depth === undefined ? { cmd: 'book', symbol: 'TEST' } : { cmd: 'book', symbol: 'TEST', depth };

  test('should show as many levels as asked for, or all', () => {
    const text = (bids: string, asks: string): string =>
      `{"evt":"book","symbol":"TEST","bids":[${bids}],"asks":[${asks}]}`;
    const all = text('[9,4,2],[8,2,1],[7,2,1]', '[11,3,1],[12,3,1]');
    expect(
      runTape([...orders, book(), book(1), book(2), book(3), book(2147483647)]).slice(6),
    ).toEqual([
      all,
      text('[9,4,2]', '[11,3,1]'),
      text('[9,4,2],[8,2,1]', '[11,3,1],[12,3,1]'),
      all,
      all,
    ]);
  });

  test('should count as a command, and change nothing else', () => {
    const hash = { cmd: 'hash' };
    const [plain] = runTape([...orders, book(), hash]).slice(-1);
    expect(plain).toMatch(/^\{"evt":"hash","value":"[0-9a-f]{16}"\}$/);
    expect(runTape([...orders, book(1), hash]).slice(-1)).toEqual([plain]);
    expect(runTape([...orders, hash, hash]).slice(-1)).toEqual([plain]);
    expect(runTape([...orders, { cmd: 'time', ns: 0 }, hash]).slice(-1)).toEqual([plain]);
    expect(runTape([...orders, { cmd: 'time', ns: 1 }, hash]).slice(-1)).not.toEqual([plain]);
    expect(runTape([...orders, order('B', 'b', 'buy', 1, 1), hash]).slice(-1)).not.toEqual([plain]);
  });
});

describe('a text', () => {
  const ODD = [
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', '-1', 'null', ' ', '  '],
    ...['"', '\\', '\\"', '":"', '\b\f\n\r\t\u0000\u001f', '\u007f\u009f', '/', "'", '</script>'],
    ...['é', 'e\u0301', '日本', '😀', '\u2028\u2029', '\ufeff', '\ud800', '\udc00', '\udc00\ud800'],
    ...['x'.repeat(12), 'x'.repeat(13), '"'.repeat(13), 'é'.repeat(1000), '\ud800'.repeat(20)],
  ];
  /** All events that name orders, with these texts for symbol, accounts and ids. */
  function roundTrip(symbol: string, buyer: string, seller: string, first: string): void {
    const second = `${first}'`;
    const objects = [
      { cmd: 'instrument', symbol },
      { cmd: 'new', symbol, account: buyer, clOrdId: first, side: 'buy', qty: 5, price: 9 },
      { cmd: 'replace', account: buyer, origClOrdId: first, clOrdId: second, qty: 4 },
      { cmd: 'new', symbol, account: seller, clOrdId: first, side: 'sell', qty: 1, price: 9 },
      { cmd: 'cancel', account: buyer, clOrdId: first },
      { cmd: 'cancel', account: buyer, clOrdId: second },
      { cmd: 'book', symbol },
    ];
    const me = { account: buyer, clOrdId: second };
    const expected = [
      { evt: 'new', account: buyer, clOrdId: first, orderId: 1, leaves: 5 },
      { evt: 'replaced', account: buyer, origClOrdId: first, clOrdId: second, leaves: 4 },
      { evt: 'new', account: seller, clOrdId: first, orderId: 2, leaves: 1 },
      {
        ...{ evt: 'trade', symbol, tradeId: 1, price: 9, qty: 1 },
        ...{ buy: `${buyer}:${second}`, sell: `${seller}:${first}`, aggressor: 'sell' },
        ...{ buyLeaves: 3, sellLeaves: 0 },
      },
      {
        ...{ evt: 'rejected', account: buyer, clOrdId: first },
        ...{ cmd: 'cancel', reason: 'unknown_order' },
      },
      { evt: 'canceled', ...me, qty: 3, reason: 'user' },
      { evt: 'book', symbol, bids: [], asks: [] },
    ].map((event) => JSON.stringify(event));
    expect(runTape(objects, FEW)).toEqual(expected);
    const bytes = Buffer.from(objects.map((line) => JSON.stringify(line)).join('\n'));
    expect(runBytes(bytes, FEW, 5)).toEqual({ printed: expected, error: undefined });
  }

  test.each(ODD)('should be printed as JSON.stringify writes it: %j', (text) => {
    const account = text.replaceAll(':', ';');
    roundTrip(text, account, `${account}2`, text);
  });

  test('should be printed as JSON.stringify writes it, whatever it is', () => {
    const units = fc
      .array(
        fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 })),
        {
          minLength: 1,
          maxLength: 20,
        },
      )
      .map((codes) => String.fromCharCode(...codes));
    const text = fc.oneof(units, anyText({ minLength: 1 }), fc.constantFrom(...ODD));
    const account = text.filter((value) => !value.includes(':'));
    fc.assert(
      fc.property(text, account, account, text, (symbol, buyer, seller, id) => {
        fc.pre(buyer !== seller);
        roundTrip(symbol, buyer, seller, id);
      }),
      { numRuns: 200 },
    );
  });

  test('should not be taken for another that looks alike', () => {
    const ids = ['é', 'e\u0301', 'É', 'a', 'A', 'a ', ' a', '\u212b', '\u00c5', '1', '01', '1.0'];
    const printed = runTape([INSTRUMENT, ...ids.map((id) => order('A', id, 'buy', 1, 1))]);
    expect(printed.map((line) => JSON.parse(line).clOrdId)).toEqual(ids);
    expect(printed.every((line) => line.startsWith('{"evt":"new"'))).toBe(true);
  });
});

test('should keep the ids of accounts apart', () => {
  const accounts = Array.from({ length: 300 }, (_, i) => `A${i}`);
  const news = accounts.flatMap((account) => [
    order(account, 'x', 'buy', 1, 1),
    order(account, account, 'buy', 1, 2),
  ]);
  const cancels = accounts
    .toReversed()
    .map((account) => ({ cmd: 'cancel', account, clOrdId: 'x' }));
  const printed = runTape([INSTRUMENT, ...news, ...cancels]).slice(news.length);
  expect(printed).toEqual(
    accounts
      .toReversed()
      .map(
        (account) =>
          `{"evt":"canceled","account":"${account}","clOrdId":"x","qty":1,"reason":"user"}`,
      ),
  );
});

test('should cut blocks into lines wherever the blocks end', () => {
  const tape = Buffer.from(
    '\n#\r\n{"cmd":"instrument","symbol":"日本"}\r\n\n \n{"cmd":"book","symbol":"日本"}\n\n' +
      '{"cmd":"book","symbol":"😀"}',
  );
  const whole = runBytes(tape);
  expect(whole.printed).toEqual([
    '{"evt":"book","symbol":"日本","bids":[],"asks":[]}',
    '{"evt":"rejected","cmd":"book","reason":"unknown_symbol"}',
  ]);
  for (let blockBytes = 1; blockBytes < tape.length; blockBytes++) {
    expect(runBytes(tape, FEW, blockBytes)).toEqual(whole);
    const bad = Buffer.concat([tape, Buffer.from('\n\n\nx')]);
    expect(runBytes(bad, FEW, blockBytes).error).toMatchObject({
      message: expect.stringMatching(/^-:11: /),
    });
  }
});
