import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

test('R3.1 should trade with the best price first, then with the oldest order', () => {
  play(`
    a1 sell 5@101                 | new a1 #1 5
    b1 sell 5@100                 | new b1 #2 5
    c1 sell 5@100                 | new c1 #3 5
    a2 sell 5@99                  | new a2 #4 5
    d1 buy 18@101                 | new d1 #5 18
                                  | trade #1 5@99 buy d1 13 sell a2 0 by buy
                                  | trade #2 5@100 buy d1 8 sell b1 0 by buy
                                  | trade #3 5@100 buy d1 3 sell c1 0 by buy
                                  | trade #4 3@101 buy d1 0 sell a1 2 by buy
    book                          | book - / 101x2x1
  `);
});

test('R3.1 should do the same for a sell against bids', () => {
  play(`
    a1 buy 5@99                   | new a1 #1 5
    b1 buy 5@100                  | new b1 #2 5
    c1 buy 5@100                  | new c1 #3 5
    a2 buy 5@101                  | new a2 #4 5
    d1 sell 18@99                 | new d1 #5 18
                                  | trade #1 5@101 buy a2 0 sell d1 13 by sell
                                  | trade #2 5@100 buy b1 0 sell d1 8 by sell
                                  | trade #3 5@100 buy c1 0 sell d1 3 by sell
                                  | trade #4 3@99 buy a1 2 sell d1 0 by sell
    book                          | book 99x2x1 / -
  `);
});

test('R3.1 should keep the place of an order that was traded in part', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    b1 sell 5@100                 | new b1 #2 5
    c1 buy 2@100                  | new c1 #3 2
                                  | trade #1 2@100 buy c1 0 sell a1 3 by buy
    c2 buy 4@100                  | new c2 #4 4
                                  | trade #2 3@100 buy c2 1 sell a1 0 by buy
                                  | trade #3 1@100 buy c2 0 sell b1 4 by buy
  `);
});

test('R3.1 should close the gap that a cancel leaves at either end or inside a level', () => {
  play(`
    a1 buy 1@100                  | new a1 #1 1
    a2 buy 2@100                  | new a2 #2 2
    a3 buy 3@100                  | new a3 #3 3
    a4 buy 4@100                  | new a4 #4 4
    a5 buy 5@100                  | new a5 #5 5
    cancel a1                     | canceled a1 1 user
    cancel a3                     | canceled a3 3 user
    cancel a5                     | canceled a5 5 user
    a6 buy 6@100                  | new a6 #6 6
    book                          | book 100x12x3 / -
    b1 sell 12@100                | new b1 #7 12
                                  | trade #1 2@100 buy a2 0 sell b1 10 by sell
                                  | trade #2 4@100 buy a4 0 sell b1 6 by sell
                                  | trade #3 6@100 buy a6 0 sell b1 0 by sell
  `);
});

test('R3.1 should keep instruments apart, each with its own trade numbers', () => {
  const instruments = ['TEST', 'OTHER'];
  const table = `
    a1 sell 5@100                 | new a1 #1 5
    b1 buy 5@100 on=OTHER         | new b1 #2 5
    c1 sell 2@100 on=OTHER        | new c1 #3 2
                                  | trade #1 on OTHER 2@100 buy b1 3 sell c1 0 by sell
    c2 buy 3@100                  | new c2 #4 3
                                  | trade #1 3@100 buy c2 0 sell a1 2 by buy
    c3 buy 1@100                  | new c3 #5 1
                                  | trade #2 1@100 buy c3 0 sell a1 1 by buy
    book                          | book - / 100x1x1
    book on=OTHER                 | book on OTHER 100x3x1 / -
  `;
  play(table, { instruments });
});

test.each(['gtc', 'day'])(
  'R3.2 should let what is left of a %s limit order rest at its own price',
  (tif) => {
    play(`
    a1 sell 5@100                 | new a1 #1 5
    b1 buy 8@102 ${tif}           | new b1 #2 8
                                  | trade #1 5@100 buy b1 3 sell a1 0 by buy
    book                          | book 102x3x1 / -
    a2 sell 1@99                  | new a2 #3 1
                                  | trade #2 1@102 buy b1 2 sell a2 0 by sell
  `);
  },
);

test('R3.2 should cancel what is left of an ioc', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 sell 5@103                 | new a2 #2 5
    b1 buy 8@102 ioc              | new b1 #3 8
                                  | trade #1 5@100 buy b1 3 sell a1 0 by buy
                                  | canceled b1 3 ioc
    b2 buy 8@102 ioc              | new b2 #4 8
                                  | canceled b2 8 ioc
    b3 buy 5@103 ioc              | new b3 #5 5
                                  | trade #2 5@103 buy b3 0 sell a2 0 by buy
    book                          | book - / -
  `);
});

test('R3.3 should sweep any price with a market order and cancel the rest as no_liquidity', () => {
  play(`
    a1 buy 5@1                    | new a1 #1 5
    a2 buy 5@2147483647           | new a2 #2 5
    b1 sell 11 market             | new b1 #3 11
                                  | trade #1 5@2147483647 buy a2 0 sell b1 6 by sell
                                  | trade #2 5@1 buy a1 0 sell b1 1 by sell
                                  | canceled b1 1 no_liquidity
    b2 buy 1 market               | new b2 #4 1
                                  | canceled b2 1 no_liquidity
  `);
});

describe('R3.4 should trade a fok whole or not at all:', () => {
  const ASKS = `
    a1 sell 5@100                 | new a1 #1 5
    b1 sell 5@101                 | new b1 #2 5
    b2 sell 5@103                 | new b2 #3 5
  `;
  const UNTOUCHED = 'book           | book - / 100x5x1 101x5x1 103x5x1';

  test('filled to the last lot over several levels', () => {
    play(`${ASKS}
      c1 buy 10@101 fok           | new c1 #4 10
                                  | trade #1 5@100 buy c1 5 sell a1 0 by buy
                                  | trade #2 5@101 buy c1 0 sell b1 0 by buy
      book                        | book - / 103x5x1
    `);
  });

  test('killed for one lot too many', () => {
    play(`${ASKS}
      c1 buy 11@102 fok           | new c1 #4 11
                                  | canceled c1 11 fok
      ${UNTOUCHED}
    `);
  });

  test('killed when nothing is in reach', () => {
    play(`${ASKS}
      c1 buy 1@99 fok             | new c1 #4 1
                                  | canceled c1 1 fok
      c2 sell 1@1 fok             | new c2 #5 1
                                  | canceled c2 1 fok
      ${UNTOUCHED}
    `);
  });

  test('a market order at any price', () => {
    play(`${ASKS}
      c1 buy 16 market fok        | new c1 #4 16
                                  | canceled c1 16 fok
      ${UNTOUCHED}
      c2 buy 15 market fok        | new c2 #5 15
                                  | trade #1 5@100 buy c2 10 sell a1 0 by buy
                                  | trade #2 5@101 buy c2 5 sell b1 0 by buy
                                  | trade #3 5@103 buy c2 0 sell b2 0 by buy
    `);
  });

  test('several quantities near 2^31 counted exactly', () => {
    play(`
      a1 sell 2147483647@1        | new a1 #1 2147483647
      a2 sell 2147483647@1        | new a2 #2 2147483647
      b1 buy 2147483647@1 fok     | new b1 #3 2147483647
                                  | trade #1 2147483647@1 buy b1 0 sell a1 0 by buy
    `);
  });
});

describe('R3.4 should count own orders in the way of a fok by its mode:', () => {
  // In queue order: X for 5, the account's own 3, Y for 4.
  const ASKS = `
    x1 sell 5@100                 | new x1 #1 5
    a1 sell 3@100                 | new a1 #2 3
    y1 sell 4@100                 | new y1 #3 4
  `;

  test.each(['cancel_aggressor', 'cancel_both', 'decrement'])('%s kills it', (mode) => {
    play(`${ASKS}
      a2 buy 9@100 fok ${mode}    | new a2 #4 9
                                  | canceled a2 9 fok
      a3 buy 6 market fok ${mode} | new a3 #5 6
                                  | canceled a3 6 fok
      book                        | book - / 100x12x3
    `);
  });

  test.each(['cancel_aggressor', 'cancel_both', 'decrement'])(
    '%s does not when it is filled before',
    (mode) => {
      play(`${ASKS}
        a2 buy 5@100 fok ${mode}  | new a2 #4 5
                                  | trade #1 5@100 buy a2 0 sell x1 0 by buy
        book                      | book - / 100x7x2
      `);
    },
  );

  test('cancel_resting skips them, and cancels them when it goes ahead', () => {
    play(`${ASKS}
      a2 buy 10@100 fok cancel_resting | new a2 #4 10
                                  | canceled a2 10 fok
      book                        | book - / 100x12x3
      a3 buy 9@100 fok cancel_resting | new a3 #5 9
                                  | trade #1 5@100 buy a3 4 sell x1 0 by buy
                                  | canceled a1 3 stp
                                  | trade #2 4@100 buy a3 0 sell y1 0 by buy
      book                        | book - / -
    `);
  });

  test('cancel_resting leaves own orders behind its last fill alone', () => {
    play(`${ASKS}
      a2 buy 5@100 fok cancel_resting | new a2 #4 5
                                  | trade #1 5@100 buy a2 0 sell x1 0 by buy
      book                        | book - / 100x7x2
    `);
  });

  test('none counts them like any other', () => {
    play(`${ASKS}
      a2 buy 8@100 fok none       | new a2 #4 8
                                  | trade #1 5@100 buy a2 3 sell x1 0 by buy
                                  | trade #2 3@100 buy a2 0 sell a1 0 by buy
      book                        | book - / 100x4x1
    `);
  });

  test('an own order at a worse price within the limit kills it as well', () => {
    play(`${ASKS}
      a2 sell 9@101               | new a2 #4 9
      a3 buy 10@101 fok           | new a3 #5 10
                                  | canceled a3 10 fok
    `);
  });
});

describe('R3.5 should refuse a postOnly that reaches the best opposite price:', () => {
  test('at it or through it, with no new', () => {
    play(`
      a1 sell 5@100               | new a1 #1 5
      b1 buy 5@100 postOnly       | rejected new b1 post_only_would_cross
      b2 buy 5@101 postOnly       | rejected new b2 post_only_would_cross
      b3 buy 5@99 postOnly        | new b3 #2 5
      a2 sell 5@99 postOnly       | rejected new a2 post_only_would_cross
      a3 sell 5@98 postOnly       | rejected new a3 post_only_would_cross
      a4 sell 5@100 postOnly      | new a4 #3 5
      book                        | book 99x5x1 / 100x10x2
    `);
  });

  test.each(['none', 'cancel_aggressor', 'cancel_resting', 'cancel_both', 'decrement'])(
    'an own order too, with stp %s',
    (mode) => {
      play(`
        a1 sell 5@100             | new a1 #1 5
        a2 buy 5@100 postOnly ${mode} | rejected new a2 post_only_would_cross
        book                      | book - / 100x5x1
      `);
    },
  );

  test('but not on an empty side, at either end of the range', () => {
    play(`
      a1 buy 5@1 postOnly         | new a1 #1 5
      a2 sell 5@2147483647 postOnly | new a2 #2 5
      a3 buy 5@2147483646 postOnly | new a3 #3 5
      a4 buy 5@2147483647 postOnly | rejected new a4 post_only_would_cross
    `);
  });

  test('and trade one that rests like any other', () => {
    play(`
      a1 sell 5@100 postOnly      | new a1 #1 5
      b1 buy 5@100                | new b1 #2 5
                                  | trade #1 5@100 buy b1 0 sell a1 0 by buy
    `);
  });
});

test('R3.6 should leave no crossed or locked book behind', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    b1 buy 3@100                  | new b1 #2 3
                                  | trade #1 3@100 buy b1 0 sell a1 2 by buy
    b2 buy 3@105                  | new b2 #3 3
                                  | trade #2 2@100 buy b2 1 sell a1 0 by buy
    a2 sell 1@105                 | new a2 #4 1
                                  | trade #3 1@105 buy b2 0 sell a2 0 by sell
    book                          | book - / -
  `);
});
