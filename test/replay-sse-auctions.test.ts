// The call auctions of an SSE replay: the venue runs them, their trades are compared.

import { describe, expect, it } from 'vitest';
import { replaySse, type SseInstrumentOutcome } from '../src/sim/replay-sse.ts';
import { sourceOf, verifyingRun } from './replay-kit.ts';

const ORDERS = 'OrderType,OrderBSFlag,OrderNO,OrderQty,OrderPrice';
const TRADES = 'TradeBSFlag,TradeBuyNo,TradeSellNo,TradeQty,TradePrice';
const COMMON = 'MDDate,MDTime,ApplSeqNum,SecurityID';

/**
 * Replays a day, a record a line in the order of its sequence numbers:
 *   09:15 buy 1 100@10 · 09:16 cancel sell 2 30 · 09:25 cross 1 2 50@10 (buyer, seller)
 *   09:30 bought 3 1 20@10 · 09:30 sold 3 1 20@10 (the aggressor bought or sold; buyer, seller)
 * Line N of the files is `o:N` and `t:N` in what a replay says.
 */
async function replayDay(day: string, setup = verifyingRun()): Promise<SseInstrumentOutcome> {
  const orders = [`${COMMON},${ORDERS}`];
  const trades = [`${COMMON},${TRADES}`];
  const records = day.split('\n').flatMap((line) => line.trim() || []);
  records.forEach((record, i) => {
    const [time, ...words] = record.split(' ') as [string, ...string[]];
    const common = `20230711,${time}:00.000,${i + 1},600000.SH`;
    const [file, row] = rowOf(words);
    (file === 'orders' ? orders : trades).push(`${common},${row}`);
  });
  const pair = {
    orders: sourceOf('o', orders.join('\n')),
    trades: sourceOf('t', trades.join('\n')),
  };
  const [outcome] = await replaySse([pair], setup);
  return outcome!;
}

function rowOf([kind, a, b, c]: string[]): ['orders' | 'trades', string] {
  const [qty, price] = (kind === 'buy' || kind === 'sell' ? b : c)!.split('@');
  switch (kind) {
    case 'buy':
    case 'sell':
      return ['orders', `2,${kind === 'buy' ? 1 : 2},${a},${qty},${price}`];
    case 'cancel':
      return ['orders', `10,${a === 'buy' ? 1 : 2},${b},${c},0`];
    default: {
      const flag = ['cross', 'bought', 'sold'].indexOf(kind!);
      return ['trades', `${flag},${a},${b},${qty},${price}`];
    }
  }
}

const OPENING = `
  09:15 buy 1 300@10.02
  09:16 buy 2 200@10
  09:17 sell 3 100@9.98
  09:18 sell 4 250@10.02
  09:19 buy 5 100@10.02
  09:20 cancel buy 2 50
  09:24 sell 6 100@10.05`;
const UNCROSS = `
  09:25 cross 1 3 100@10.02
  09:25 cross 1 4 200@10.02
  09:25 cross 5 4 50@10.02`;

describe('the opening auction', () => {
  it('should make the trades of the file, and leave what they leave', async () => {
    const setup = verifyingRun();
    const outcome = await replayDay(OPENING + UNCROSS, setup);
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 1, auctionTrades: 3, trades: 3 });
    expect(outcome.firstDifference).toBe(undefined);
    expect(await setup.venue.depth(1, 0, 9)).toEqual([
      [1002, 50, 1],
      [1000, 150, 1],
    ]);
    expect(await setup.venue.depth(1, 1, 9)).toEqual([[1005, 100, 1]]);
  });

  it('should leave its orders in their places for the continuous session', async () => {
    const day = `${OPENING}${UNCROSS}
      09:30 buy 7 10@10.02
      09:31 sold 5 8 50@10.02
      09:31 sold 7 8 10@10.02
      09:31 sold 2 8 20@10`;
    expect(await replayDay(day)).toMatchObject({ aggressors: 1, aggressorsEqual: 1, unmatched: 0 });
  });

  it('should trade nothing before its end', async () => {
    const outcome = await replayDay(`${OPENING}
      09:29 cancel buy 1 300
      09:29 cancel buy 2 150
      09:29 cancel buy 5 100`);
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 1, trades: 0, unmatched: 0 });
  });

  it('should end at 09:30 where no order can trade', async () => {
    const outcome = await replayDay(`
      09:15 buy 1 100@10
      09:16 sell 2 100@10.02
      09:30 sold 1 3 40@10
      09:30 buy 4 10@9.99`);
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 1, aggressorsEqual: 1, trades: 1 });
  });

  it('should take orders that come between it and the session, which do not trade', async () => {
    const outcome = await replayDay(`${OPENING}${UNCROSS}
      09:26 buy 7 10@10.03
      09:30 sold 7 8 10@10.03`);
    expect(outcome).toMatchObject({ auctionsEqual: 1, aggressors: 1, aggressorsEqual: 1 });
  });
});

describe('the closing auction', () => {
  const CLOSING = `
    14:57 buy 1 100@10
    14:58 sell 2 60@10
    15:00 cross 1 2 60@10`;

  it('should make the trades of the file', async () => {
    const counts = { auctions: 1, auctionsEqual: 1, auctionTrades: 1 };
    expect(await replayDay(CLOSING)).toMatchObject(counts);
  });

  it('should begin after the rest of an order that traded before', async () => {
    const outcome = await replayDay(`
      14:56 sell 8 10@10
      14:56 bought 9 8 10@10
      14:57 buy 9 90@10
      14:57 sell 2 60@10
      15:00 cross 9 2 60@10`);
    expect(outcome).toMatchObject({ aggressorsEqual: 1, auctions: 1, auctionsEqual: 1 });
  });

  it('should come after an opening one that had no trades', async () => {
    const outcome = await replayDay(`09:15 sell 7 10@10.02\n${CLOSING}`);
    expect(outcome).toMatchObject({ auctions: 2, auctionsEqual: 2, unmatched: 0 });
  });
});

describe('what the venue does not make of an auction', () => {
  const sums = (expected: string) => `t:2: auction: expected ${expected}, got 350 at 1002; trade`;
  it.each([
    ['another price', /(cross .*)@10.02/g, '$1@10.01', `${sums('350 at 1001')} 1`],
    ['another quantity', '5 4 50', '5 4 40', `${sums('340 at 1002')} 3`],
    ['another pair', '5 4 50', '2 4 50', 'trade 3: expected 50 at 1002 of buyer 2 and seller 4,'],
    ['a trade more', '4 50@10.02', '4 50@10.02\n09:25 cross 2 6 1@10.02', 'trade 4: expected 1 at'],
  ])('should be told: %s', async (_, from, to, said) => {
    const outcome = await replayDay((OPENING + UNCROSS).replaceAll(from, to));
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 0 });
    expect(outcome.firstDifference).toContain(said);
  });

  it('should be told where the file has no trades', async () => {
    const outcome = await replayDay(`${OPENING}\n09:30 buy 7 10@9`);
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 0, auctionTrades: 3 });
    expect(outcome.firstDifference).toContain('expected no trade, got 350 at 1002; trade 1');
  });

  it('should be told where the file has an auction outside its hours', async () => {
    const outcome = await replayDay(`
      10:00 buy 1 100@10
      10:00 sell 2 60@10.02
      10:30 cross 1 2 60@10
      10:31 sell 3 10@10.02`);
    expect(outcome).toMatchObject({ auctions: 1, auctionsEqual: 0, trades: 0 });
    expect(outcome.firstDifference).toContain('t:2: auction: expected 60 at 1000, got no trade');
  });

  it('should be told of orders that trade before the session', async () => {
    const outcome = await replayDay(`${OPENING}${UNCROSS}
      09:26 sell 7 10@10`);
    expect(outcome).toMatchObject({ auctionsEqual: 1, aggressors: 1, aggressorsEqual: 0 });
  });
});
