import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

test('R6.3 should pair the best heads in price-time order, all at one price', () => {
  play(`
    phase auction                 | phase auction
    b1 buy 6@104                  | new b1 #1 6
    b2 buy 5@105                  | new b2 #2 5
    b3 buy 4@105                  | new b3 #3 4
    b4 buy 9@100                  | new b4 #4 9
    s1 sell 8@101                 | new s1 #5 8
                                  | indicative 8@105 1
    s2 sell 7@100                 | new s2 #6 7
                                  | indicative 15@102 0
    s3 sell 9@106                 | new s3 #7 9
    phase continuous              | phase continuous
                                  | trade #1 5@102 buy b2 0 sell s2 2 by none
                                  | trade #2 2@102 buy b3 2 sell s2 0 by none
                                  | trade #3 2@102 buy b3 0 sell s1 6 by none
                                  | trade #4 6@102 buy b1 0 sell s1 0 by none
    book                          | book 100x9x1 / 106x9x1
  `);
});

test('R6.3 should leave the rest of an order in part traded at its place', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    a2 sell 10@100                | new a2 #2 10
    phase pre_open                | phase pre_open
    b1 buy 4@100                  | new b1 #3 4
                                  | indicative 4@100 -16
    phase continuous              | phase continuous
                                  | trade #1 4@100 buy b1 0 sell a1 6 by none
    c1 buy 7@100                  | new c1 #4 7
                                  | trade #2 6@100 buy c1 1 sell a1 0 by buy
                                  | trade #3 1@100 buy c1 0 sell a2 9 by buy
  `);
});

test('R6.3 should let orders of before the auction and day orders take part', () => {
  play(`
    a1 buy 3@100 day              | new a1 #1 3
    a2 buy 3@100 postOnly         | new a2 #2 3
    phase auction                 | phase auction
    b1 sell 5@100 day             | new b1 #3 5
                                  | indicative 5@100 1
    phase continuous              | phase continuous
                                  | trade #1 3@100 buy a1 0 sell b1 2 by none
                                  | trade #2 2@100 buy a2 1 sell b1 0 by none
    phase closed                  | phase closed
    book                          | book 100x1x1 / -
  `);
});

test('R6.3 should count trades on, and orders by their time after a replace', () => {
  play(`
    y1 sell 1@100                 | new y1 #1 1
    z1 buy 1@100                  | new z1 #2 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
    a1 buy 3@100                  | new a1 #3 3
    b1 buy 3@100                  | new b1 #4 3
    phase auction                 | phase auction
    a2 replaces a1 4              | replaced a1 a2 4
    c1 sell 5@99                  | new c1 #5 5
                                  | indicative 5@100 2
    phase continuous              | phase continuous
                                  | trade #2 3@100 buy b1 0 sell c1 2 by none
                                  | trade #3 2@100 buy a2 2 sell c1 0 by none
  `);
});

describe('R6.3 should trade an iceberg whole at its one place:', () => {
  test('its hidden part before the orders behind it, one fill per counterparty', () => {
    play(`
      s1 sell 20@100 display=5    | new s1 #1 20
      s2 sell 10@100              | new s2 #2 10
      phase auction               | phase auction
      b1 buy 8@100                | new b1 #3 8
                                  | indicative 8@100 -22
      b2 buy 14@100               | new b2 #4 14
                                  | indicative 22@100 -8
      phase continuous            | phase continuous
                                  | trade #1 8@100 buy b1 0 sell s1 12 by none
                                  | trade #2 12@100 buy b2 2 sell s1 0 by none
                                  | trade #3 2@100 buy b2 0 sell s2 8 by none
      book                        | book - / 100x8x1
    `);
  });

  test('against another iceberg', () => {
    play(`
      phase auction               | phase auction
      s1 sell 20@100 display=5    | new s1 #1 20
      b1 buy 13@100 display=2     | new b1 #2 13
                                  | indicative 13@100 -7
      phase continuous            | phase continuous
                                  | trade #1 13@100 buy b1 0 sell s1 7 by none
      book                        | book - / 100x5x1
    `);
  });
});

describe('R6.3 should show, of an iceberg of 20 showing 5, after a trade of', () => {
  test.each([
    [3, 'sell s1 17', '100x12x2', ['2@100 buy c1 1 sell s1 15', '1@100 buy c1 0 sell s2 9']],
    [4, 'sell s1 16', '100x11x2', ['1@100 buy c1 2 sell s1 15', '2@100 buy c1 0 sell s2 8']],
    [5, 'sell s1 15', '100x15x2', ['3@100 buy c1 0 sell s2 7']],
    [6, 'sell s1 14', '100x15x2', ['3@100 buy c1 0 sell s2 7']],
    [19, 'sell s1 1', '100x11x2', ['3@100 buy c1 0 sell s2 7']],
  ])('%i, a tranche at its place or a new one at the back', (qty, seller, asks, later) => {
    const trades = later.map((text, i) => `| trade #${i + 2} ${text} by buy`).join('\n');
    play(`
      s1 sell 20@100 display=5    | new s1 #1 20
      s2 sell 10@100              | new s2 #2 10
      phase auction               | phase auction
      b1 buy ${qty}@100           | new b1 #3 ${qty}
                                  | indicative ${qty}@100 ${qty - 30}
      phase continuous            | phase continuous
                                  | trade #1 ${qty}@100 buy b1 0 ${seller} by none
      book                        | book - / ${asks}
      c1 buy 3@100                | new c1 #4 3
                                  ${trades}
    `);
  });

  test.each([
    [2, 'sell s1 16', '100x11x2', ['1@100 buy c2 2 sell s1 15', '2@100 buy c2 0 sell s2 8']],
    [3, 'sell s1 15', '100x15x2', ['3@100 buy c2 0 sell s2 7']],
  ])('%i when 3 are left of its tranche', (qty, seller, asks, later) => {
    const trades = later.map((text, i) => `| trade #${i + 3} ${text} by buy`).join('\n');
    play(`
      s1 sell 20@100 display=5    | new s1 #1 20
      s2 sell 10@100              | new s2 #2 10
      c1 buy 2@100                | new c1 #3 2
                                  | trade #1 2@100 buy c1 0 sell s1 18 by buy
      phase auction               | phase auction
      b1 buy ${qty}@100           | new b1 #4 ${qty}
                                  | indicative ${qty}@100 ${qty - 28}
      phase continuous            | phase continuous
                                  | trade #2 ${qty}@100 buy b1 0 ${seller} by none
      book                        | book - / ${asks}
      c2 buy 3@100                | new c2 #5 3
                                  ${trades}
    `);
  });
});

test('R6.3 should queue the new tranche behind the others before stops enter', () => {
  play(`
    s1 buy 20@100 display=5       | new s1 #1 20
    s2 buy 4@100                  | new s2 #2 4
    a1 sell 5 stop stop=100       | new a1 #3 5
    phase auction                 | phase auction
    b1 sell 6@100                 | new b1 #4 6
                                  | indicative 6@100 18
    phase continuous              | phase continuous
                                  | trade #1 6@100 buy s1 14 sell b1 0 by none
                                  | triggered a1
                                  | trade #2 4@100 buy s2 0 sell a1 1 by sell
                                  | trade #3 1@100 buy s1 13 sell a1 0 by sell
  `);
});

test('R6.3 should let accounts trade with themselves', () => {
  play(`
    phase auction                 | phase auction
    a1 sell 5@100 cancel_both     | new a1 #1 5
    a2 buy 5@100 decrement        | new a2 #2 5
                                  | indicative 5@100 0
    phase continuous              | phase continuous
                                  | trade #1 5@100 buy a2 0 sell a1 0 by none
  `);
});

test('R6.4 should hold stops against auction trades and let them enter afterwards', () => {
  play(`
    a1 sell 2 stop stop=100       | new a1 #1 2
    a2 buy 3 stop stop=100        | new a2 #2 3
    a3 buy 4@99 stop_limit stop=99 | new a3 #3 4
    a4 buy 5 stop stop=101        | new a4 #4 5
    phase auction                 | phase auction
    b1 buy 2@100                  | new b1 #5 2
    b2 buy 4@100                  | new b2 #6 4
    c1 sell 2@100                 | new c1 #7 2
                                  | indicative 2@100 4
    c2 sell 1@100                 | new c2 #8 1
                                  | indicative 3@100 3
    c3 sell 7@102                 | new c3 #9 7
    phase continuous              | phase continuous
                                  | trade #1 2@100 buy b1 0 sell c1 0 by none
                                  | trade #2 1@100 buy b2 3 sell c2 0 by none
                                  | triggered a3
                                  | triggered a2
                                  | trade #3 3@102 buy a2 0 sell c3 4 by buy
                                  | triggered a1
                                  | trade #4 2@100 buy b2 1 sell a1 0 by sell
                                  | triggered a4
                                  | trade #5 4@102 buy a4 1 sell c3 0 by buy
                                  | canceled a4 1 no_liquidity
    book                          | book 100x1x1 99x4x1 / -
  `);
});

test('R6.4 should not wake a stop by an auction that does not trade', () => {
  play(`
    a1 buy 2 stop stop=100        | new a1 #1 2
    phase auction                 | phase auction
    b1 buy 2@100                  | new b1 #2 2
    c1 sell 2@101                 | new c1 #3 2
    phase continuous              | phase continuous
    cancel a1                     | canceled a1 2 user
  `);
});
