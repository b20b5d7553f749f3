import { expect, test } from 'vitest';
import { hashAfter, parseTable, play, run } from './rules-kit.ts';

const MAX = 2_147_483_647;

test.each([1, 2, 63, 64, 65, MAX - 64, MAX - 63, MAX - 1, MAX])(
  'R1.1 should trade a sell that rests at %i, and the same for a buy',
  (price) => {
    play(`
      a1 sell 3@${price}          | new a1 #1 3
      b1 buy 2@${price}           | new b1 #2 2
                                  | trade #1 2@${price} buy b1 0 sell a1 1 by buy
      book                        | book - / ${price}x1x1
      cancel a1                   | canceled a1 1 user
      a2 buy 3@${price}           | new a2 #3 3
      b2 sell 2@${price}          | new b2 #4 2
                                  | trade #2 2@${price} buy a2 1 sell b2 0 by sell
      book                        | book ${price}x1x1 / -
    `);
  },
);

test('R1.1 should hold both ends of the price range at once, best first', () => {
  play(`
    a1 buy 1@1                    | new a1 #1 1
    a2 buy 1@2                    | new a2 #2 1
    b1 sell 1@${MAX}              | new b1 #3 1
    b2 sell 1@${MAX - 1}          | new b2 #4 1
    book                          | book 2x1x1 1x1x1 / ${MAX - 1}x1x1 ${MAX}x1x1
    c1 buy 2@${MAX}               | new c1 #5 2
                                  | trade #1 1@${MAX - 1} buy c1 1 sell b2 0 by buy
                                  | trade #2 1@${MAX} buy c1 0 sell b1 0 by buy
    c2 sell 2@1                   | new c2 #6 2
                                  | trade #3 1@2 buy a2 0 sell c2 1 by sell
                                  | trade #4 1@1 buy a1 0 sell c2 0 by sell
    book                          | book - / -
  `);
});

test('R1.1 should meet the far end of the price range from the other', () => {
  play(`
    a1 buy 1@${MAX}               | new a1 #1 1
    b1 sell 1@1                   | new b1 #2 1
                                  | trade #1 1@${MAX} buy a1 0 sell b1 0 by sell
    a2 sell 1@1                   | new a2 #3 1
    b2 buy 1@${MAX}               | new b2 #4 1
                                  | trade #2 1@1 buy b2 0 sell a2 0 by buy
  `);
});

test.each(['buy', 'sell'])('R1.1 should take the largest quantity of a %s', (side) => {
  const other = side === 'buy' ? 'sell' : 'buy';
  const pair = side === 'buy' ? 'buy a1 0 sell b1 0' : 'buy b1 0 sell a1 0';
  play(`
    a1 ${side} ${MAX}@1           | new a1 #1 ${MAX}
    b1 ${other} ${MAX}@1          | new b1 #2 ${MAX}
                                  | trade #1 ${MAX}@1 ${pair} by ${other}
    book                          | book - / -
  `);
});

test.each([0, -1, -MAX - 1, -MAX - 2, MAX + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 53])(
  'R1.1 should refuse %i as a quantity, a price, and in a replace',
  (bad) => {
    play(`
      a1 buy ${bad}@100           | rejected new a1 invalid_qty
      a2 sell ${bad}@100 ioc      | rejected new a2 invalid_qty
      a3 sell ${bad} market       | rejected new a3 invalid_qty
      a4 buy 10@${bad}            | rejected new a4 invalid_price
      a5 sell 10@${bad} fok       | rejected new a5 invalid_price
      a6 buy 10@100               | new a6 #1 10
      a7 replaces a6 ${bad}       | rejected replace a7 invalid_qty
      a8 replaces a6 @${bad}      | rejected replace a8 invalid_price
      book                        | book 100x10x1 / -
    `);
  },
);

test('R1.1 should replace to both ends of the price range', () => {
  play(`
    a1 buy 1@100                  | new a1 #1 1
    a2 replaces a1 @1             | replaced a1 a2 1
    book                          | book 1x1x1 / -
    a3 replaces a2 @${MAX}        | replaced a2 a3 1
    book                          | book ${MAX}x1x1 / -
    a4 replaces a3 ${MAX}@1       | replaced a3 a4 ${MAX}
    book                          | book 1x${MAX}x1 / -
  `);
});

// 2^53-1 = 441,650,591 × 20,394,401 and 2^53 = 2^23 × 2^30.
test.each([
  [441_650_591, 20_394_401, 8_388_608, 1_073_741_824],
  [20_394_401, 441_650_591, 1_073_741_824, 8_388_608],
])('R1.2 should take a notional of 2^53-1 (%i × %i) and refuse one of 2^53', (p, q, p2, q2) => {
  play(`
    a1 buy ${q}@${p}              | new a1 #1 ${q}
    cancel a1                     | canceled a1 ${q} user
    a2 buy ${q2}@${p2}            | rejected new a2 notional_too_large
    a3 sell ${q2}@${p2} ioc       | rejected new a3 notional_too_large
    a4 sell ${q2 - 1}@${p2} ioc   | new a4 #2 ${q2 - 1}
                                  | canceled a4 ${q2 - 1} ioc
    a5 sell ${q2}@${p2 - 1} ioc   | new a5 #3 ${q2}
                                  | canceled a5 ${q2} ioc
    a6 sell ${MAX}@${MAX}         | rejected new a6 notional_too_large
  `);
});

test('R1.2 should judge a replace by price × new total, the filled part included', () => {
  play(`
    a1 sell 1000@20394401         | new a1 #1 1000
    b1 buy 999@20394401           | new b1 #2 999
                                  | trade #1 999@20394401 buy b1 0 sell a1 1 by buy
    a2 replaces a1 441650592      | rejected replace a2 notional_too_large
    a3 replaces a1 @${MAX}        | replaced a1 a3 1
    a4 replaces a3 4194307        | rejected replace a4 notional_too_large
    a5 replaces a3 4194304        | replaced a3 a5 4193305
    a6 replaces a5 441650591@20394401 | replaced a5 a6 441649592
    book                          | book - / 20394401x441649592x1
  `);
});

test('R1.2 should not judge the notional of an order without a price', () => {
  play(`
    a1 buy ${MAX} market          | new a1 #1 ${MAX}
                                  | canceled a1 ${MAX} no_liquidity
    a2 buy ${MAX} market fok      | new a2 #2 ${MAX}
                                  | canceled a2 ${MAX} fok
    a3 buy ${MAX} stop stop=${MAX} | new a3 #3 ${MAX}
    a4 replaces a3 ${MAX - 1}     | replaced a3 a4 ${MAX - 1}
  `);
});

test('R1.2 should judge a stop_limit by its limit', () => {
  play(`
    a1 buy 8388608@1073741824 stop_limit stop=1 | rejected new a1 notional_too_large
    a2 buy 8388607@1073741824 stop_limit stop=1 | new a2 #1 8388607
    a3 replaces a2 8388608        | rejected replace a3 notional_too_large
    a4 replaces a2 @1073741825    | replaced a2 a4 8388607
    a5 replaces a4 @1073741953    | rejected replace a5 notional_too_large
  `);
});

test('R1.2 should add the quantities of a level up exactly beyond int32', () => {
  play(`
    a1 sell ${MAX}@1              | new a1 #1 ${MAX}
    a2 sell ${MAX}@1              | new a2 #2 ${MAX}
    a3 sell ${MAX}@1              | new a3 #3 ${MAX}
    book                          | book - / 1x${3 * MAX}x3
  `);
});

test('R1.3 should give the same events and state for the same commands', () => {
  const table = `
    a1 sell 10@100
    time 5
    b1 buy 4@101
    b2 buy 4@99
    massCancel A
    hash
  `;
  expect(run(parseTable(table))).toEqual(run(parseTable(table)));
});

test('R1.3 should carry time in the commands, as part of the state', () => {
  play(`
    time 5                        |
    time 5                        |
    time 6                        |
    time 9223372036854775807      |
  `);
  expect(hashAfter('time 9223372036854775806')).not.toBe(hashAfter('time 9223372036854775807'));
  expect(hashAfter('time 5')).not.toBe(hashAfter('time 6'));
  expect(hashAfter('time 4\ntime 6')).toBe(hashAfter('time 5\ntime 6'));
});
