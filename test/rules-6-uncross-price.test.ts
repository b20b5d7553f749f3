import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { parseCommand, play, run } from './rules-kit.ts';

const MAX = 2_147_483_647;
/** Quick to lay out, hundreds of times. */
const LIMITS = { orders: 16, accounts: 16, instruments: 1, pages: 16 };

/** What is said about an auction: the orders that come to it, and what they trade. */
interface Auction {
  /** Side and terms of each order, all of accounts of their own. */
  orders: readonly string[];
  /** The indicative quantity, price and imbalance. */
  indicative: string;
  /** The instrument's referencePrice. */
  reference?: number;
  /** The price of the trade before the auction. */
  last?: number;
}

/** Enters the orders in an auction, ends it, and compares the last indicative and every trade. */
function hold({ orders, indicative, reference, last }: Auction): void {
  const words = reference === undefined ? '' : `reference=${reference}`;
  const commands = [`instrument TEST ${words}`.trim()];
  if (last !== undefined) commands.push(`Y:y sell 1@${last}`, `Z:z buy 1@${last}`);
  commands.push('phase auction', ...orders.map((order, i) => `P${i}:x ${order}`));
  commands.push('phase continuous');
  const printed = run(commands.map(parseCommand), { limits: LIMITS });
  const end = printed.indexOf('phase continuous');
  const before = printed.slice(0, end);
  const after = printed.slice(end);
  expect(before.filter((event) => event.startsWith('indicative')).at(-1)).toBe(
    `indicative ${indicative}`,
  );
  const trades = after.filter((event) => event.startsWith('trade'));
  const [qty, price] = indicative.split(/[@ ]/) as [string, string];
  const sizes = trades.map((event) => event.split(' ')[2]!.split('@'));
  expect(new Set(sizes.map((size) => size[1]))).toEqual(new Set([price]));
  expect(sizes.reduce((sum, size) => sum + Number(size[0]), 0)).toBe(Number(qty));
}

describe('R6.2 should take the price that maximises the traded volume:', () => {
  test.each<Auction>([
    { orders: ['buy 5@100', 'sell 5@100'], indicative: '5@100 0' },
    { orders: ['buy 5@102', 'sell 3@100', 'sell 2@102'], indicative: '5@102 0' },
    { orders: ['buy 3@102', 'buy 2@100', 'sell 5@100'], indicative: '5@100 0' },
    {
      orders: ['buy 9@103', 'buy 9@102', 'sell 6@101', 'sell 8@102', 'sell 50@104'],
      indicative: '14@102 4',
    },
    // 102 would leave less over (9 against 10), but trade less.
    { orders: ['buy 9@102', 'buy 6@101', 'sell 10@101'], indicative: '10@101 5' },
    { orders: ['buy 20@103', 'sell 1@100', 'sell 9@102', 'sell 5@105'], indicative: '10@103 10' },
  ])('$orders', hold);
});

describe('R6.2 should take, of several, the least imbalance:', () => {
  test.each<Auction>([
    // 100: 14 against 10, 101: 10 against 11.
    {
      orders: ['buy 10@101', 'buy 4@100', 'sell 10@100', 'sell 1@101'],
      indicative: '10@101 -1',
    },
    // 100: 12 against 10, 101 to 105: 10 against 10.
    { orders: ['buy 10@105', 'buy 2@100', 'sell 10@100'], indicative: '10@103 0' },
    // 100 to 102: 10 against 10, 103 and above: 10 against 12.
    { orders: ['buy 10@105', 'sell 10@100', 'sell 2@103'], indicative: '10@101 0' },
    // 100: 15, 101 to 103: 12, 104: 11 against 10.
    {
      orders: ['buy 11@104', 'buy 1@103', 'buy 3@100', 'sell 10@100'],
      indicative: '10@104 1',
    },
    // 100: 10 against 11, 101 to 102: against 13, 103: against 17.
    {
      orders: ['buy 10@103', 'sell 11@100', 'sell 2@101', 'sell 4@103'],
      indicative: '10@100 -1',
    },
  ])('$orders', hold);
});

describe('R6.2 should take the highest of a range that leaves a buy surplus everywhere:', () => {
  const orders = ['buy 10@105', 'sell 5@100'];
  test.each<Auction>([
    { orders, indicative: '5@105 5' },
    { orders, last: 101, indicative: '5@105 5' },
    { orders, reference: 90, indicative: '5@105 5' },
    { orders, last: 200, reference: 100, indicative: '5@105 5' },
  ])('last trade $last, reference $reference', hold);
});

describe('R6.2 should take the lowest of a range that leaves a sell surplus everywhere:', () => {
  const orders = ['buy 5@105', 'sell 10@100'];
  test.each<Auction>([
    { orders, indicative: '5@100 -5' },
    { orders, last: 104, indicative: '5@100 -5' },
    { orders, reference: 110, indicative: '5@100 -5' },
    { orders, last: 1, reference: 105, indicative: '5@100 -5' },
  ])('last trade $last, reference $reference', hold);
});

describe('R6.2 should clamp the reference price into a range that leaves nothing over:', () => {
  const orders = ['buy 5@105', 'sell 5@100'];
  test.each<Auction>([
    { orders, indicative: '5@102 0' },
    { orders, last: 100, indicative: '5@100 0' },
    { orders, last: 104, indicative: '5@104 0' },
    { orders, last: 105, indicative: '5@105 0' },
    { orders, last: 99, indicative: '5@100 0' },
    { orders, last: 106, indicative: '5@105 0' },
    { orders, reference: 103, indicative: '5@103 0' },
    { orders, reference: 1, indicative: '5@100 0' },
    { orders, reference: MAX, indicative: '5@105 0' },
    { orders, last: 101, reference: 104, indicative: '5@101 0' },
    { orders: ['buy 5@104', 'sell 5@101'], indicative: '5@102 0' },
    { orders: ['buy 5@103', 'sell 5@101'], indicative: '5@102 0' },
    { orders: ['buy 5@102', 'sell 5@101'], indicative: '5@101 0' },
  ])('$orders, last trade $last, reference $reference: $indicative', hold);
});

describe('R6.2 should clamp it into a range of both surpluses, its middle rounded down:', () => {
  // 101 to 104: 8 against 5. 105 to 110: 5 against 8.
  const orders = ['buy 5@110', 'buy 3@104', 'sell 5@101', 'sell 3@105'];
  test.each<Auction>([
    { orders, indicative: '5@105 -3' },
    { orders, last: 104, indicative: '5@104 3' },
    { orders, last: 105, indicative: '5@105 -3' },
    { orders, last: 50, indicative: '5@101 3' },
    { orders, reference: 111, indicative: '5@110 -3' },
    { orders, last: 102, reference: 109, indicative: '5@102 3' },
    { orders: [...orders.slice(0, 2), 'sell 5@98', 'sell 3@105'], indicative: '5@104 3' },
  ])('$orders, last trade $last, reference $reference: $indicative', hold);
});

describe('R6.2 should count every whole tick of the price range, and sums beyond int32:', () => {
  test.each<Auction>([
    { orders: [`buy 1@${MAX}`, 'sell 1@1'], indicative: '1@1073741824 0' },
    { orders: [`buy 1@${MAX}`, 'sell 1@2'], indicative: '1@1073741824 0' },
    { orders: [`buy 1@${MAX - 1}`, 'sell 1@1'], indicative: '1@1073741823 0' },
    { orders: [`buy 2@${MAX}`, 'sell 1@1'], indicative: `1@${MAX} 1` },
    { orders: [`buy 1@${MAX}`, 'sell 2@1'], indicative: '1@1 -1' },
    { orders: [`buy 1@${MAX}`, `sell 1@${MAX}`], indicative: `1@${MAX} 0` },
    { orders: ['buy 1@1', 'sell 1@1'], indicative: '1@1 0' },
    {
      orders: ['1', '2', '3'].flatMap((tick) => [`buy ${MAX}@${tick}`, `sell ${MAX}@1`]),
      indicative: `${3 * MAX}@1 0`,
    },
    {
      orders: ['1', '1', '1', '1'].map((tick) => `sell ${MAX}@${tick}`).concat('buy 1@1'),
      indicative: `1@1 ${1 - 4 * MAX}`,
    },
  ])('$orders', hold);
});

test('R6.2 should do nothing to a book that is not crossed', () => {
  play(`
    a1 buy 5@99                   | new a1 #1 5
    b1 sell 5@100                 | new b1 #2 5
    phase halted                  | phase halted
    phase continuous              | phase continuous
    phase auction                 | phase auction
    phase continuous              | phase continuous
    book                          | book 99x5x1 / 100x5x1
  `);
});

test.each(['pre_open', 'auction', 'halted', 'closed'])('R6.2 should uncross from %s', (phase) => {
  const between = phase === 'halted' ? 'closed' : 'halted';
  const isCall = phase === 'pre_open' || phase === 'auction';
  play(`
    phase pre_open                | phase pre_open
    a1 buy 5@101                  | new a1 #1 5
    b1 sell 5@101                 | new b1 #2 5
                                  | indicative 5@101 0
    phase ${between}              | phase ${between}
    phase ${phase}                | phase ${phase}
                                  | ${isCall ? 'indicative 5@101 0' : ''}
    phase continuous              | phase continuous
                                  | trade #1 5@101 buy a1 0 sell b1 0 by none
    book                          | book - / -
  `);
});

interface Order {
  side: string;
  qty: number;
  price: number;
}

/** The rule word by word, over every tick up to `ticks`: quantity, price, imbalance. */
function oracle(orders: readonly Order[], ticks: number, reference?: number): string {
  const sum = (side: string, at: (price: number) => boolean): number =>
    orders.reduce((total, o) => total + (o.side === side && at(o.price) ? o.qty : 0), 0);
  const candidates = Array.from({ length: ticks }, (_, index) => {
    const tick = index + 1;
    const buys = sum('buy', (price) => price >= tick);
    const sells = sum('sell', (price) => price <= tick);
    return { tick, volume: Math.min(buys, sells), imbalance: buys - sells };
  });
  const volume = Math.max(...candidates.map((c) => c.volume));
  if (volume === 0) return '0 0';
  const most = candidates.filter((c) => c.volume === volume);
  const least = Math.min(...most.map((c) => Math.abs(c.imbalance)));
  const range = most.filter((c) => Math.abs(c.imbalance) === least);
  const [low, high] = [range[0]!.tick, range.at(-1)!.tick];
  let tick = Math.floor((low + high) / 2);
  if (range.every((c) => c.imbalance > 0)) tick = high;
  else if (range.every((c) => c.imbalance < 0)) tick = low;
  else if (reference !== undefined) tick = Math.min(Math.max(reference, low), high);
  return `${volume}@${tick} ${candidates[tick - 1]!.imbalance}`;
}

test('R6.2 should find the price that a search over every tick finds, seed 20261126', () => {
  const prng = new Prng(20_261_126);
  for (let round = 0; round < 400; round++) {
    // Few ticks tie often; many lie on several pages of the ladder.
    const ticks = prng.pick([9, 200]);
    const reference = prng.chance(50) ? prng.between(1, ticks + 2) : undefined;
    const orders = Array.from({ length: prng.between(2, 9) }, (_, index) => ({
      side: index === 0 ? 'buy' : index === 1 ? 'sell' : prng.pick(['buy', 'sell']),
      qty: prng.between(1, 4),
      price: prng.between(1, ticks),
    }));
    const texts = orders.map(({ side, qty, price }) => `${side} ${qty}@${price}`);
    const indicative = oracle(orders, ticks, reference);
    if (indicative === '0 0') continue;
    const terms = reference === undefined ? {} : { reference };
    hold({ orders: texts, indicative, ...terms });
  }
});
