import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

const MAX = 2_147_483_647;

describe('R6.6 should let a trade happen at most b of r away, and halt beyond it:', () => {
  test.each([
    [100, 1000, 90, 110],
    [10_000, 1, 9_999, 10_001],
    [9_999, 1, 9_999, 9_999],
    [10_001, 1, 10_000, 10_002],
    [19_999, 1, 19_998, 20_000],
    [20_000, 1, 19_998, 20_002],
    [3, 10_000, 1, 6],
    [2_000_000_001, 1, 1_999_800_001, 2_000_200_001],
    [MAX, 1, MAX - 214_748, MAX],
    [1, MAX, 1, 214_749],
    [MAX, MAX, 1, MAX],
  ])('r %i, b %i: %i to %i', (r, b, lowest, highest) => {
    const instrument = `instrument TEST reference=${r} band=${b}`;
    for (const [side, other, most, beyond] of [
      ['buy', 'sell', highest, highest + 1],
      ['sell', 'buy', lowest, lowest - 1],
    ] as const) {
      const pair = side === 'buy' ? 'buy b1 0 sell a1 0' : 'buy a1 0 sell b1 0';
      play(`
        ${instrument}               |
        a1 ${other} 5@${most}       | new a1 #1 5
        b1 ${side} 5@${most}        | new b1 #2 5
                                    | trade #1 5@${most} ${pair} by ${side}
      `);
      if (beyond < 1 || beyond > MAX) continue;
      play(`
        ${instrument}               |
        a1 ${other} 5@${beyond}     | new a1 #1 5
        b1 ${side} 5@${beyond}      | new b1 #2 5
                                    | canceled b1 5 price_band
                                    | phase halted
      `);
    }
  });
});

describe('R6.6 should cancel the rest of the aggressor as price_band:', () => {
  test.each(['9@120', '9@120 day', '9@120 ioc', '9@200 display=3', '9 market'])(
    'buy %s',
    (terms) => {
      play(`
      instrument TEST reference=100 band=1000 halt=9 |
      a1 sell 4@105               | new a1 #1 4
      a2 sell 4@120               | new a2 #2 4
      b1 buy ${terms}             | new b1 #3 9
                                  | trade #1 4@105 buy b1 5 sell a1 0 by buy
                                  | canceled b1 5 price_band
                                  | phase halted
      book                        | book - / 120x4x1
    `);
    },
  );

  test('an order that a replace has made an aggressor', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=9 |
      a1 sell 4@120               | new a1 #1 4
      b1 buy 9@100                | new b1 #2 9
      b2 replaces b1 12@130       | replaced b1 b2 12
                                  | canceled b2 12 price_band
                                  | phase halted
      book                        | book - / 120x4x1
    `);
  });

  test('a stop that was triggered', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=9 |
      a1 sell 4@100               | new a1 #1 4
      a2 sell 4@120               | new a2 #2 4
      b1 buy 9@150 stop_limit stop=100 | new b1 #3 9
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell a1 3 by buy
                                  | triggered b1
                                  | trade #2 3@100 buy b1 6 sell a1 0 by buy
                                  | canceled b1 6 price_band
                                  | phase halted
    `);
  });
});

test('R6.6 should not judge prices that rest, nor a limit that does not reach so far', () => {
  play(`
    instrument TEST reference=100 band=1000 halt=9 |
    a1 sell 4@105                 | new a1 #1 4
    a2 sell 4@120                 | new a2 #2 4
    b1 buy 9@119                  | new b1 #3 9
                                  | trade #1 4@105 buy b1 5 sell a1 0 by buy
    b2 buy 1@1                    | new b2 #4 1
    book                          | book 119x5x1 1x1x1 / 120x4x1
    a3 sell 1@119 fok             | new a3 #5 1
                                  | canceled a3 1 fok
    a4 sell 1@119 ioc             | new a4 #6 1
                                  | canceled a4 1 price_band
                                  | phase halted
  `);
});

test('R6.6 should have no band without priceBandBps', () => {
  play(`
    instrument TEST reference=100 |
    a1 sell 4@${MAX}              | new a1 #1 4
    b1 buy 1 market               | new b1 #2 1
                                  | trade #1 1@${MAX} buy b1 0 sell a1 3 by buy
    a2 buy 4@1                    | new a2 #3 4
    b2 sell 1 market              | new b2 #4 1
                                  | trade #2 1@1 buy a2 3 sell b2 0 by sell
  `);
});

test('R6.6 should halt its own instrument alone', () => {
  play(`
    instrument TEST reference=100 band=1000 halt=9 |
    instrument OTHER reference=100 band=1000 halt=9 |
    a1 sell 4@120 on=OTHER        | new a1 #1 4
    b1 buy 4@120 on=OTHER         | new b1 #2 4
                                  | canceled b1 4 price_band
                                  | phase on OTHER halted
    a2 sell 4@100                 | new a2 #3 4
    b2 buy 4@100                  | new b2 #4 4
                                  | trade #1 4@100 buy b2 0 sell a2 0 by buy
    b3 buy 4@100 on=OTHER         | rejected new b3 phase
  `);
});

test('R6.6 should not apply to the uncross', () => {
  play(`
    instrument TEST reference=100 band=1000 halt=9 |
    phase auction                 | phase auction
    a1 sell 4@500                 | new a1 #1 4
    b1 buy 4@500                  | new b1 #2 4
                                  | indicative 4@500 0
    phase continuous              | phase continuous
                                  | trade #1 4@500 buy b1 0 sell a1 0 by none
  `);
});

describe('R3.4 should not count for a fok what lies beyond the band, and not halt:', () => {
  const ASKS = `
    instrument TEST reference=100 band=1000 halt=9 |
    a1 sell 5@100                 | new a1 #1 5
    a2 sell 5@110                 | new a2 #2 5
    a3 sell 5@111                 | new a3 #3 5
    z1 buy 1@100                  | new z1 #4 1
                                  | trade #1 1@100 buy z1 0 sell a1 4 by buy
  `;

  test.each(['10@111 fok', '10 market fok', '14 market fok'])('buy %s', (terms) => {
    play(`${ASKS}
      b1 buy ${terms}             | new b1 #5 ${terms.slice(0, 2)}
                                  | canceled b1 ${terms.slice(0, 2)} fok
      b2 buy 9 market fok         | new b2 #6 9
                                  | trade #2 4@100 buy b2 5 sell a1 0 by buy
                                  | trade #3 5@110 buy b2 0 sell a2 0 by buy
    `);
  });

  test('by the reference that its own first trade of the day would set: more than now', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=9 |
      a1 sell 5@110               | new a1 #1 5
      a2 sell 5@121               | new a2 #2 5
      a3 sell 5@122               | new a3 #3 5
      b1 buy 11@122 fok           | new b1 #4 11
                                  | canceled b1 11 fok
      b2 buy 10@122 fok           | new b2 #5 10
                                  | trade #1 5@110 buy b2 5 sell a1 0 by buy
                                  | trade #2 5@121 buy b2 0 sell a2 0 by buy
    `);
  });

  test('by the reference that its own first trade of the day would set: less than now', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=9 |
      a1 sell 5@92                | new a1 #1 5
      a2 sell 5@102               | new a2 #2 5
      b1 buy 6@102 fok            | new b1 #3 6
                                  | canceled b1 6 fok
      b2 buy 6@102                | new b2 #4 6
                                  | trade #1 5@92 buy b2 1 sell a1 0 by buy
                                  | canceled b2 1 price_band
                                  | phase halted
    `);
  });

  test('an own order to be canceled is no trade of the day', () => {
    play(`
      instrument TEST reference=100 band=1000 halt=9 |
      b1 sell 5@92                | new b1 #1 5
      a1 sell 5@102               | new a1 #2 5
      b2 buy 5@102 fok cancel_resting | new b2 #3 5
                                  | canceled b1 5 stp
                                  | trade #1 5@102 buy b2 0 sell a1 0 by buy
    `);
  });
});

describe('R3.8 should come before the band is looked at:', () => {
  const ASKS = `
    instrument TEST reference=100 band=1000 halt=9 |
    a1 sell 5@120                 | new a1 #1 5
    b1 sell 5@121                 | new b1 #2 5
  `;

  test.each([
    ['cancel_aggressor', ['canceled a2 3 stp'], '120x5x1 121x5x1'],
    ['cancel_both', ['canceled a1 5 stp', 'canceled a2 3 stp'], '121x5x1'],
    ['decrement', ['restated a1 2', 'canceled a2 3 stp'], '120x2x1 121x5x1'],
    [
      'cancel_resting',
      ['canceled a1 5 stp', 'canceled a2 3 price_band', 'phase halted'],
      '121x5x1',
    ],
    ['none', ['canceled a2 3 price_band', 'phase halted'], '120x5x1 121x5x1'],
  ])('%s', (mode, events, asks) => {
    play(`${ASKS}
      a2 buy 3 market ${mode}     | new a2 #3 3
      ${events.map((event) => `| ${event}`).join('\n')}
      book                        | book - / ${asks}
    `);
  });

  test('decrement of more than the own order', () => {
    play(`${ASKS}
      a2 buy 8 market decrement   | new a2 #3 8
                                  | canceled a1 5 stp
                                  | restated a2 3
                                  | canceled a2 3 price_band
                                  | phase halted
    `);
  });
});
