import { describe, expect, test } from 'vitest';
import { parseCommand, play, run } from './rules-kit.ts';

test('R3.7 should show the tranche alone, and hold a queue place for it alone', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 sell 4@100                 | new b1 #2 4
    book                          | book - / 100x9x2
    c1 buy 3@100                  | new c1 #3 3
                                  | trade #1 3@100 buy c1 0 sell a1 17 by buy
    book                          | book - / 100x6x2
    c2 buy 4@100                  | new c2 #4 4
                                  | trade #2 2@100 buy c2 2 sell a1 15 by buy
                                  | trade #3 2@100 buy c2 0 sell b1 2 by buy
    book                          | book - / 100x7x2
    c3 buy 3@100                  | new c3 #5 3
                                  | trade #4 2@100 buy c3 1 sell b1 0 by buy
                                  | trade #5 1@100 buy c3 0 sell a1 14 by buy
    book                          | book - / 100x4x1
  `);
});

test('R3.7 should trade the next tranche in the same sweep, after the others at the level', () => {
  play(`
    a1 sell 12@100 display=5      | new a1 #1 12
    b1 sell 4@100                 | new b1 #2 4
    c1 buy 16@100                 | new c1 #3 16
                                  | trade #1 5@100 buy c1 11 sell a1 7 by buy
                                  | trade #2 4@100 buy c1 7 sell b1 0 by buy
                                  | trade #3 5@100 buy c1 2 sell a1 2 by buy
                                  | trade #4 2@100 buy c1 0 sell a1 0 by buy
    cancel a1                     | rejected cancel a1 unknown_order
    book                          | book - / -
  `);
});

test('R3.7 should let two icebergs take turns, bids as well as asks', () => {
  play(`
    a1 buy 6@100 display=2        | new a1 #1 6
    b1 buy 6@100 display=3        | new b1 #2 6
    c1 sell 12@100                | new c1 #3 12
                                  | trade #1 2@100 buy a1 4 sell c1 10 by sell
                                  | trade #2 3@100 buy b1 3 sell c1 7 by sell
                                  | trade #3 2@100 buy a1 2 sell c1 5 by sell
                                  | trade #4 3@100 buy b1 0 sell c1 2 by sell
                                  | trade #5 2@100 buy a1 0 sell c1 0 by sell
  `);
});

test('R3.7 should show a last tranche of what there is', () => {
  play(`
    a1 sell 7@100 display=3       | new a1 #1 7
    c1 buy 6@100                  | new c1 #2 6
                                  | trade #1 3@100 buy c1 3 sell a1 4 by buy
                                  | trade #2 3@100 buy c1 0 sell a1 1 by buy
    book                          | book - / 100x1x1
    a2 sell 2@101 display=2       | new a2 #3 2
    book                          | book - / 100x1x1 101x2x1
  `);
});

test('R3.7 should trade the hidden part before the next price', () => {
  play(`
    a1 sell 20@100 display=10     | new a1 #1 20
    b1 sell 5@101                 | new b1 #2 5
    c1 buy 22 market              | new c1 #3 22
                                  | trade #1 10@100 buy c1 12 sell a1 10 by buy
                                  | trade #2 10@100 buy c1 2 sell a1 0 by buy
                                  | trade #3 2@101 buy c1 0 sell b1 3 by buy
  `);
});

test('R3.7 should use all of an iceberg as an aggressor, then show a tranche', () => {
  play(`
    a1 sell 8@100                 | new a1 #1 8
    a2 sell 4@101                 | new a2 #2 4
    b1 buy 20@101 display=5       | new b1 #3 20
                                  | trade #1 8@100 buy b1 12 sell a1 0 by buy
                                  | trade #2 4@101 buy b1 8 sell a2 0 by buy
    book                          | book 101x5x1 / -
    c1 sell 6@101                 | new c1 #4 6
                                  | trade #3 5@101 buy b1 3 sell c1 1 by sell
                                  | trade #4 1@101 buy b1 2 sell c1 0 by sell
    book                          | book 101x2x1 / -
  `);
});

test('R3.7 should show all that is left where that is less than a tranche', () => {
  play(`
    a1 sell 8@100                 | new a1 #1 8
    b1 buy 10@100 display=5       | new b1 #2 10
                                  | trade #1 8@100 buy b1 2 sell a1 0 by buy
    book                          | book 100x2x1 / -
    cancel b1                     | canceled b1 2 user
  `);
});

test('R3.7 should queue a new tranche behind orders that came while the last one stood', () => {
  play(`
    a1 sell 10@100 display=5      | new a1 #1 10
    c1 buy 5@100                  | new c1 #2 5
                                  | trade #1 5@100 buy c1 0 sell a1 5 by buy
    b1 sell 5@100                 | new b1 #3 5
    c2 buy 1@100                  | new c2 #4 1
                                  | trade #2 1@100 buy c2 0 sell a1 4 by buy
    c3 buy 5@100                  | new c3 #5 5
                                  | trade #3 4@100 buy c3 1 sell a1 0 by buy
                                  | trade #4 1@100 buy c3 0 sell b1 4 by buy
  `);
});

test('R3.7 should cancel the hidden part with the tranche', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    a2 buy 20@90 display=5        | new a2 #2 20
    b1 buy 7@100                  | new b1 #3 7
                                  | trade #1 5@100 buy b1 2 sell a1 15 by buy
                                  | trade #2 2@100 buy b1 0 sell a1 13 by buy
    cancel a1                     | canceled a1 13 user
    massCancel A                  | canceled a2 20 mass_cancel
    book                          | book - / -
  `);
});

test('R3.7 should make 10,000 tranches of one order, and trade all of them', () => {
  const printed = run([
    parseCommand('a1 sell 10000@100 display=1'),
    parseCommand('b1 sell 1@100'),
    parseCommand('c1 buy 10001@100'),
  ]);
  const trades = printed.slice(3);
  expect(trades).toHaveLength(10_001);
  expect(trades[0]).toBe('trade #1 1@100 buy c1 10000 sell a1 9999 by buy');
  expect(trades[1]).toBe('trade #2 1@100 buy c1 9999 sell b1 0 by buy');
  expect(trades[2]).toBe('trade #3 1@100 buy c1 9998 sell a1 9998 by buy');
  expect(trades.at(-1)).toBe('trade #10001 1@100 buy c1 0 sell a1 0 by buy');
});

describe('R3.4 should count what a fok gets of icebergs tranche by tranche:', () => {
  test('hidden quantity counts', () => {
    play(`
      a1 sell 12@100 display=5    | new a1 #1 12
      b1 buy 13@100 fok           | new b1 #2 13
                                  | canceled b1 13 fok
      b2 buy 12@100 fok           | new b2 #3 12
                                  | trade #1 5@100 buy b2 7 sell a1 7 by buy
                                  | trade #2 5@100 buy b2 2 sell a1 2 by buy
                                  | trade #3 2@100 buy b2 0 sell a1 0 by buy
    `);
  });

  test.each(['cancel_aggressor', 'cancel_both', 'decrement'])(
    '%s: before an own order only the tranches that stand there',
    (mode) => {
      play(`
      x1 sell 20@100 display=5    | new x1 #1 20
      y1 sell 20@100 display=4    | new y1 #2 20
      z1 buy 2@100                | new z1 #3 2
                                  | trade #1 2@100 buy z1 0 sell x1 18 by buy
      a1 sell 3@100               | new a1 #4 3
      w1 sell 9@100               | new w1 #5 9
      a2 buy 8@100 fok ${mode}    | new a2 #6 8
                                  | canceled a2 8 fok
      a3 buy 7@100 fok ${mode}    | new a3 #7 7
                                  | trade #2 3@100 buy a3 4 sell x1 15 by buy
                                  | trade #3 4@100 buy a3 0 sell y1 16 by buy
    `);
    },
  );

  test('at a better price than the own order all of them', () => {
    play(`
      x1 sell 20@99 display=5     | new x1 #1 20
      a1 sell 3@100               | new a1 #2 3
      a2 buy 21@100 fok           | new a2 #3 21
                                  | canceled a2 21 fok
      a3 buy 20@100 fok           | new a3 #4 20
                                  | trade #1 5@99 buy a3 15 sell x1 15 by buy
                                  | trade #2 5@99 buy a3 10 sell x1 10 by buy
                                  | trade #3 5@99 buy a3 5 sell x1 5 by buy
                                  | trade #4 5@99 buy a3 0 sell x1 0 by buy
    `);
  });

  test('an own order at the head of the level kills it outright', () => {
    play(`
      a1 sell 9@100 display=3     | new a1 #1 9
      x1 sell 20@100 display=5    | new x1 #2 20
      a2 buy 1@100 fok            | new a2 #3 1
                                  | canceled a2 1 fok
    `);
  });

  test('cancel_resting skips an own iceberg with all that it hides', () => {
    play(`
      x1 sell 6@100 display=3     | new x1 #1 6
      a1 sell 9@100 display=3     | new a1 #2 9
      a2 buy 7@100 fok cancel_resting | new a2 #3 7
                                  | canceled a2 7 fok
      a3 buy 6@100 fok cancel_resting | new a3 #4 6
                                  | trade #1 3@100 buy a3 3 sell x1 3 by buy
                                  | canceled a1 9 stp
                                  | trade #2 3@100 buy a3 0 sell x1 0 by buy
    `);
  });

  test('none counts an own iceberg whole', () => {
    play(`
      a1 sell 6@100 display=4     | new a1 #1 6
      a2 buy 6 market fok none    | new a2 #2 6
                                  | trade #1 4@100 buy a2 2 sell a1 2 by buy
                                  | trade #2 2@100 buy a2 0 sell a1 0 by buy
    `);
  });
});

test('R3.11 should kill or fill the fok of the example', () => {
  const asks = `
    x1 sell 20@100 display=5      | new x1 #1 20
    a1 sell 3@100                 | new a1 #2 3
    y1 sell 4@100                 | new y1 #3 4
  `;
  play(`${asks}
    a2 buy 10@100 fok cancel_aggressor | new a2 #4 10
                                  | canceled a2 10 fok
    book                          | book - / 100x12x3
    a3 buy 10@100 fok cancel_resting | new a3 #5 10
                                  | trade #1 5@100 buy a3 5 sell x1 15 by buy
                                  | canceled a1 3 stp
                                  | trade #2 4@100 buy a3 1 sell y1 0 by buy
                                  | trade #3 1@100 buy a3 0 sell x1 14 by buy
    book                          | book - / 100x4x1
  `);
});

test('R3.5 should let a postOnly iceberg rest, and refuse one that would cross', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    b1 buy 20@100 display=5 postOnly | rejected new b1 post_only_would_cross
    b2 buy 20@99 display=5 postOnly | new b2 #2 20
    book                          | book 99x5x1 / 100x5x1
  `);
});
