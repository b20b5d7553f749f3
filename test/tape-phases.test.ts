// What a tape prints of phases, auctions, stops and icebergs, byte for byte.

import { expect, test } from 'vitest';
import { runBytes, runTape } from './tape.ts';

const INSTRUMENT = { cmd: 'instrument', symbol: 'TEST' };
const BAND = { ...INSTRUMENT, referencePrice: 100, priceBandBps: 1000 };

function order(account: string, clOrdId: string, side: string, qty: number, price: number): object {
  return { cmd: 'new', symbol: 'TEST', account, clOrdId, side, qty, price };
}

function phase(name: string, symbol = 'TEST'): object {
  return { cmd: 'phase', symbol, phase: name };
}

/** Runs into the band: the instrument is halted, and due for its auction at once. */
const HALT = [order('A', 'a', 'sell', 1, 120), order('B', 'b', 'buy', 1, 120)];
const HALTED = [
  '{"evt":"new","account":"A","clOrdId":"a","orderId":1,"leaves":1}',
  '{"evt":"new","account":"B","clOrdId":"b","orderId":2,"leaves":1}',
  '{"evt":"canceled","account":"B","clOrdId":"b","qty":1,"reason":"price_band"}',
  '{"evt":"phase","symbol":"TEST","phase":"halted"}',
];
const REOPENED = [
  '{"evt":"phase","symbol":"TEST","phase":"auction"}',
  '{"evt":"phase","symbol":"TEST","phase":"continuous"}',
];

test('should print every event of an auction with its keys in order', () => {
  expect(
    runTape([
      INSTRUMENT,
      {
        cmd: 'new',
        symbol: 'TEST',
        account: 'S',
        clOrdId: 's',
        side: 'buy',
        qty: 2,
        type: 'stop',
        stopPrice: 9,
        tif: 'day',
      },
      phase('auction'),
      order('A', 'a', 'buy', 5, 10),
      order('B', 'b', 'sell', 7, 10),
      { cmd: 'cancel', account: 'B', clOrdId: 'b' },
      order('C', 'c', 'sell', 3, 10),
      phase('continuous'),
      phase('closed'),
      phase('pre_open'),
      phase('halted'),
    ]),
  ).toEqual([
    '{"evt":"new","account":"S","clOrdId":"s","orderId":1,"leaves":2}',
    '{"evt":"phase","symbol":"TEST","phase":"auction"}',
    '{"evt":"new","account":"A","clOrdId":"a","orderId":2,"leaves":5}',
    '{"evt":"new","account":"B","clOrdId":"b","orderId":3,"leaves":7}',
    '{"evt":"indicative","symbol":"TEST","price":10,"qty":5,"imbalance":-2}',
    '{"evt":"canceled","account":"B","clOrdId":"b","qty":7,"reason":"user"}',
    '{"evt":"indicative","symbol":"TEST","qty":0,"imbalance":0}',
    '{"evt":"new","account":"C","clOrdId":"c","orderId":4,"leaves":3}',
    '{"evt":"indicative","symbol":"TEST","price":10,"qty":3,"imbalance":2}',
    '{"evt":"phase","symbol":"TEST","phase":"continuous"}',
    '{"evt":"trade","symbol":"TEST","tradeId":1,"price":10,"qty":3,"buy":"A:a","sell":"C:c",' +
      '"aggressor":"none","buyLeaves":2,"sellLeaves":0}',
    '{"evt":"triggered","account":"S","clOrdId":"s"}',
    '{"evt":"canceled","account":"S","clOrdId":"s","qty":2,"reason":"no_liquidity"}',
    '{"evt":"phase","symbol":"TEST","phase":"closed"}',
    '{"evt":"phase","symbol":"TEST","phase":"pre_open"}',
    '{"evt":"phase","symbol":"TEST","phase":"halted"}',
  ]);
});

test('should print the reasons day_end and price_band', () => {
  const printed = runTape([
    BAND,
    ...HALT,
    { cmd: 'hash' },
    { ...order('A', 'd', 'buy', 1, 1), tif: 'day' },
    phase('closed'),
  ]);
  expect(printed.slice(0, 6)).toEqual([...HALTED, ...REOPENED]);
  expect(printed.slice(7)).toEqual([
    '{"evt":"new","account":"A","clOrdId":"d","orderId":3,"leaves":1}',
    '{"evt":"phase","symbol":"TEST","phase":"closed"}',
    '{"evt":"canceled","account":"A","clOrdId":"d","qty":1,"reason":"day_end"}',
  ]);
});

test('should reject a phase of an unknown symbol with neither account nor clOrdId', () => {
  expect(
    runTape([INSTRUMENT, phase('halted', 'nowhere'), { cmd: 'book', symbol: 'nowhere' }]),
  ).toEqual([
    '{"evt":"rejected","cmd":"phase","reason":"unknown_symbol"}',
    '{"evt":"rejected","cmd":"book","reason":"unknown_symbol"}',
  ]);
});

test('should print nothing for a phase that is the current one, an instrument or a refresh', () => {
  expect(
    runTape([
      { ...BAND, haltNs: 9007199254740991, auctionNs: 9007199254740991, tickSize: '0.5' },
      phase('continuous'),
      { ...order('A', 'a', 'sell', 4, 100), displayQty: 2 },
      order('B', 'b', 'buy', 2, 100),
    ]),
  ).toEqual([
    '{"evt":"new","account":"A","clOrdId":"a","orderId":1,"leaves":4}',
    '{"evt":"new","account":"B","clOrdId":"b","orderId":2,"leaves":2}',
    '{"evt":"trade","symbol":"TEST","tradeId":1,"price":100,"qty":2,"buy":"B:b","sell":"A:a",' +
      '"aggressor":"buy","buyLeaves":0,"sellLeaves":2}',
  ]);
});

test('should let happen what is due before a book, a hash and a definition', () => {
  const look = (line: object): string[] => runTape([BAND, ...HALT, line]);
  const book = '{"evt":"book","symbol":"TEST","bids":[],"asks":[[120,1,1]]}';
  expect(look({ cmd: 'book', symbol: 'TEST' })).toEqual([...HALTED, ...REOPENED, book]);
  expect(look({ cmd: 'book', symbol: 'X' })).toEqual([
    ...HALTED,
    ...REOPENED,
    '{"evt":"rejected","cmd":"book","reason":"unknown_symbol"}',
  ]);
  expect(look({ cmd: 'hash' }).slice(0, -1)).toEqual([...HALTED, ...REOPENED]);
  expect(look({ cmd: 'instrument', symbol: 'X' })).toEqual([...HALTED, ...REOPENED]);
});

test('should let nothing happen by a line that is malformed', () => {
  const tape = [BAND, ...HALT, INSTRUMENT].map((line) => JSON.stringify(line)).join('\n');
  const { printed, error } = runBytes(Buffer.from(tape));
  expect(printed).toEqual(HALTED);
  expect(error).toMatchObject({ message: '-:4: the instrument "TEST" is there already' });
});

test('should take no default for a band, and 0 for haltNs and auctionNs', () => {
  expect(runTape([{ ...INSTRUMENT, referencePrice: 100 }, ...HALT]).at(-1)).toContain('"trade"');
  const reopened = [...HALTED, ...REOPENED];
  expect(runTape([BAND, ...HALT, { cmd: 'time', ns: 0 }])).toEqual(reopened);
  expect(runTape([{ ...BAND, haltNs: 1 }, ...HALT, { cmd: 'time', ns: 0 }])).toEqual(HALTED);
  expect(runTape([{ ...BAND, auctionNs: 1 }, ...HALT, { cmd: 'time', ns: 0 }])).toEqual(
    reopened.slice(0, -1),
  );
});

test('should print quantities and imbalances beyond int32 exactly', () => {
  const most = 2147483647;
  const many = Array.from({ length: 5 }, (_, i) => order('A', `a${i}`, 'sell', most, 1));
  const printed = runTape([
    INSTRUMENT,
    phase('auction'),
    ...many,
    order('B', 'b', 'buy', 1, 1),
    ...many.slice(0, 4).map((_, i) => order('C', `c${i}`, 'buy', most, 1)),
  ]);
  expect(printed.filter((line) => line.includes('indicative'))).toEqual([
    '{"evt":"indicative","symbol":"TEST","price":1,"qty":1,"imbalance":-10737418234}',
    '{"evt":"indicative","symbol":"TEST","price":1,"qty":2147483648,"imbalance":-8589934587}',
    '{"evt":"indicative","symbol":"TEST","price":1,"qty":4294967295,"imbalance":-6442450940}',
    '{"evt":"indicative","symbol":"TEST","price":1,"qty":6442450942,"imbalance":-4294967293}',
    '{"evt":"indicative","symbol":"TEST","price":1,"qty":8589934589,"imbalance":-2147483646}',
  ]);
});

test('should print texts as JSON.stringify writes them in every event of a phase', () => {
  const symbol = 'q"\\\n\u2028é';
  const account = 'a"\\';
  const id = 'i:"\ud800';
  expect(
    runTape([
      { cmd: 'instrument', symbol },
      { cmd: 'phase', symbol, phase: 'auction' },
      { cmd: 'new', symbol, account, clOrdId: id, side: 'buy', qty: 1, price: 5 },
      { cmd: 'new', symbol, account, clOrdId: 's', side: 'sell', qty: 1, price: 5 },
      {
        cmd: 'new',
        symbol,
        account,
        clOrdId: `${id}2`,
        side: 'buy',
        qty: 1,
        type: 'stop',
        stopPrice: 5,
      },
      { cmd: 'phase', symbol, phase: 'continuous' },
    ]).slice(3),
  ).toEqual(
    [
      { evt: 'indicative', symbol, price: 5, qty: 1, imbalance: 0 },
      { evt: 'new', account, clOrdId: `${id}2`, orderId: 3, leaves: 1 },
      { evt: 'phase', symbol, phase: 'continuous' },
      {
        ...{ evt: 'trade', symbol, tradeId: 1, price: 5, qty: 1 },
        ...{ buy: `${account}:${id}`, sell: `${account}:s`, aggressor: 'none' },
        ...{ buyLeaves: 0, sellLeaves: 0 },
      },
      { evt: 'triggered', account, clOrdId: `${id}2` },
      { evt: 'canceled', account, clOrdId: `${id}2`, qty: 1, reason: 'no_liquidity' },
    ].map((event) => JSON.stringify(event)),
  );
});
