import { describe, expect, it } from 'vitest';
import { replaySse, type SseInstrumentOutcome } from '../src/sim/replay-sse.ts';
import { fixture, sourceOf, verifyingRun, withLine } from './replay-kit.ts';

const ORDERS = fixture('sse_600000_orders.csv');
const TRADES = fixture('sse_600000_trades.csv');
const OUTCOME = {
  instrument: '600000.SH',
  records: 16,
  aggressors: 3,
  aggressorsEqual: 3,
  trades: 6,
  auctions: 2,
  auctionsEqual: 2,
  auctionTrades: 2,
  rejected: 0,
  unmatched: 0,
  firstDifference: undefined,
};

async function run(orders = ORDERS, trades = TRADES): Promise<SseInstrumentOutcome> {
  const pair = { orders: sourceOf('o', orders), trades: sourceOf('t', trades) };
  return (await replaySse([pair], verifyingRun()))[0]!;
}

/** The fixture with `from` replaced by `to` in one line. */
function changed(text: string, line: number, from: string, to: string): string {
  expect(text.split('\n')[line - 1]).toContain(from);
  return withLine(text, line, (old) => old.replace(from, to));
}

describe('SSE replay', () => {
  it('should give every aggressor of a day with both auctions the fills of the file', async () => {
    expect(await run()).toEqual(OUTCOME);
  });

  it('should leave in the book what the file leaves there', async () => {
    const setup = verifyingRun();
    const pair = { orders: sourceOf('o', ORDERS), trades: sourceOf('t', TRADES) };
    await replaySse([pair], setup);
    expect(await setup.venue.depth(1, 0, 9)).toEqual([[950, 30, 1]]);
    expect(await setup.venue.depth(1, 1, 9)).toEqual([[960, 70, 1]]);
  });

  it('should replay instruments side by side as each alone', async () => {
    const other = (text: string) => text.replaceAll('600000.SH', '600001.SH');
    const pairs = [
      { orders: sourceOf('o', ORDERS), trades: sourceOf('t', TRADES) },
      { orders: sourceOf('p', other(ORDERS)), trades: sourceOf('u', other(TRADES)) },
    ];
    expect(await replaySse(pairs, verifyingRun())).toEqual([
      OUTCOME,
      { ...OUTCOME, instrument: '600001.SH' },
    ]);
  });

  it('should not compare when not asked to', async () => {
    const pair = { orders: sourceOf('o', ORDERS), trades: sourceOf('t', TRADES) };
    const [outcome] = await replaySse([pair], { ...verifyingRun(), verify: false });
    expect(outcome).toEqual({ ...OUTCOME, aggressorsEqual: null, auctionsEqual: null });
  });

  it.each([
    [6, '10.01,20', '10.02,20', 2, 't:5: order 7, fill 2: expected 20 at 1002 of order 3, got 20'],
    [4, '10,200', '10,190', 1, 't:4: order 6, fill 1: expected 190 at 1000 of order 1, got 200'],
    [
      5,
      '7,6,1,9.99,100',
      '7,3,1,9.99,20',
      2,
      't:5: order 7, fill 1: expected 20 at 999 of order 3',
    ],
    [3, '5,3,1', '5,99,1', 2, 't:3: takes 150 of order 99 that is not in the market'],
  ])('should report trade %i when %s is %s', async (line, from, to, equal, said) => {
    const outcome = await run(ORDERS, changed(TRADES, line, from, to));
    expect(outcome.aggressorsEqual).toBe(equal);
    expect(outcome.firstDifference).toContain(said);
  });

  it('should report an order that trades here and did not at the exchange', async () => {
    const outcome = await run(changed(ORDERS, 8, '9.5,', '10.01,'));
    expect(outcome).toMatchObject({ aggressors: 4, aggressorsEqual: 3 });
    expect(outcome.firstDifference).toBe(
      'o:8: order 8, fill 1: expected none, got 30 at 1001 of order 3',
    );
  });

  it('should keep the order of time between orders of one price, auction or not', async () => {
    const header = 'MDDate,MDTime,OrderType,OrderPrice,OrderQty,OrderBSFlag,ApplSeqNum,OrderNO,';
    const orders = [
      `${header}SecurityID`,
      '20230711,09:16:00.000,2,10,70,1,1,21,X',
      '20230711,09:17:00.000,2,10,70,1,2,12,X',
      '20230711,09:30:00.000,2,10,70,1,3,23,X',
    ].join('\n');
    const tradesHeader =
      'MDDate,MDTime,TradeBuyNo,TradeSellNo,TradeBSFlag,TradePrice,TradeQty,ApplSeqNum,';
    const tradesOf = (makers: readonly number[]) =>
      [
        `${tradesHeader}SecurityID`,
        ...makers.map((maker, i) => `20230711,09:31:00.000,${maker},30,2,10,70,${4 + i},X`),
      ].join('\n');
    expect(await run(orders, tradesOf([21, 12, 23]))).toMatchObject({ aggressorsEqual: 1 });
    for (const makers of [
      [12, 21, 23],
      [21, 23, 12],
    ]) {
      const outcome = await run(orders, tradesOf(makers));
      expect(outcome).toMatchObject({ aggressors: 1, aggressorsEqual: 0, unmatched: 0 });
    }
  });

  it.each([
    [9, '10,10.01,30', '10,10.01,40', 'o:9: takes 40 of order 3 that has 30'],
    [9, ',3,600', ',33,600', 'o:9: takes 30 of order 33 that is not in the market'],
  ])('should report cancel %i when %s is %s', async (line, from, to, said) => {
    const outcome = await run(changed(ORDERS, line, from, to));
    expect(outcome).toMatchObject({ unmatched: 1, firstDifference: said });
  });
});

describe('SSE files', () => {
  it.each([
    ['9.99', '9.995', "OrderPrice '9.995' is not a multiple of 0.01"],
    ['9.99', '9.99001', "OrderPrice '9.99001' is not a multiple"],
    ['9.99', '9.99e0', "OrderPrice '9.99e0' is not a multiple"],
    ['9.99', '', "OrderPrice '' is not a multiple"],
    ['9.99', '0.000000001', "OrderPrice '0.000000001' is not in 1 …"],
    ['9.99', '21474836.48', "OrderPrice '21474836.48' is not in 1 …"],
    [',300,', ',3e2,', 'OrderQty must be a whole number in 1 … 2147483647'],
    [',300,', ',0,', 'OrderQty must be a whole number in 1 … 2147483647'],
    [',300,2,', ',300,3,', "OrderBSFlag '3' is not 1 or 2"],
    [',2,9.99', ',3,9.99', "OrderType '3' is not 2 (add) or 10 (cancel)"],
    [',2,2,2,600', ',2,1,2,600', 'ApplSeqNum 1 is not above 1 of the line before'],
    [',2,2,600', ',2,1,600', 'order 1 is in the market already (o:2)'],
    ['600000.SH', '600001.SH', 'instrument 600001.SH in a file of 600000.SH'],
    ['2023.07.11', '2023.07.12', 'MDDate 2023.07.12 in a file of 2023.07.11'],
    ['2023.07.11', 'today', "MDDate 'today' is not YYYY.MM.DD"],
    ['09:15:00.020', '09:15:00', "MDTime '09:15:00' is not HH:MM:SS.mmm"],
    ['09:15:00.020', '09:60:00.020', "MDTime '09:60:00.020' is not HH:MM:SS.mmm"],
    [',2,600000.SH', ',2', '9 columns, the header has 10'],
  ])('should name the line in which %s is %s', async (from, to, complaint) => {
    await expect(run(changed(ORDERS, 3, from, to))).rejects.toThrow(`o:3: ${complaint}`);
  });

  it.each([
    [3, '5,3,1', '5,3,4', "t:3: TradeBSFlag '4' is none of 0, 1, 2"],
    [3, ',1,10.010000000000002', ',1,10.015', "t:3: TradePrice '10.015' is not a multiple"],
    [3, ',5,3,', ',0,3,', 't:3: TradeBuyNo must be a whole number in 1 …'],
    [3, '09:30:00.100', '09:29:59.999', 't:3: a trade with an aggressor in a call auction'],
    [3, '150,7', '150,5', 't:3: ApplSeqNum 5 is not above 6 of the line before'],
    [4, '200,9', '200,10', 't:4: ApplSeqNum 10 is that of o:7 too'],
    [3, ',5,3,1', ',6,6,1', 't:3: takes 150 of order 6 that is not in the market'],
  ])('should name trade %i when %s is %s', async (line, from, to, complaint) => {
    const outcome = run(ORDERS, changed(TRADES, line, from, to));
    if (complaint.includes('takes')) {
      expect((await outcome).firstDifference).toBe(complaint);
    } else {
      await expect(outcome).rejects.toThrow(complaint);
    }
  });

  it('should take prices that are float text of a tick', async () => {
    const orders = changed(ORDERS, 3, '9.99', '9.990000000000002');
    expect(await run(orders)).toEqual(OUTCOME);
  });

  it('should refuse files without a header, or with another one', async () => {
    await expect(run('')).rejects.toThrow('o:1: the file is empty');
    await expect(run(withLine(ORDERS, 1, () => undefined))).rejects.toThrow(
      'o:1: the header lacks',
    );
    await expect(run(ORDERS.replace('OrderQty', 'Qty'))).rejects.toThrow(
      'o:1: the header lacks OrderQty',
    );
    await expect(run(TRADES, ORDERS)).rejects.toThrow('o:1: the header lacks OrderType');
  });

  it('should refuse trades of another instrument', async () => {
    await expect(run(ORDERS, TRADES.replaceAll('600000', '600001'))).rejects.toThrow(
      't:2: trades of 600001.SH, the orders file is of 600000.SH',
    );
  });
});
