import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

describe('R4.3 should shrink the hidden part of an iceberg first, in its place:', () => {
  test('a smaller total that still covers the tranche', () => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      a2 replaces a1 12           | replaced a1 a2 12
      book                        | book - / 100x9x2
      c1 buy 6@100                | new c1 #3 6
                                  | trade #1 5@100 buy c1 1 sell a2 7 by buy
                                  | trade #2 1@100 buy c1 0 sell b1 3 by buy
      book                        | book - / 100x8x2
    `);
  });

  test('a total that is the tranche exactly', () => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      a2 replaces a1 5            | replaced a1 a2 5
      c1 buy 6@100                | new c1 #3 6
                                  | trade #1 5@100 buy c1 1 sell a2 0 by buy
                                  | trade #2 1@100 buy c1 0 sell b1 3 by buy
    `);
  });

  test('less than the tranche, which shrinks and keeps its place', () => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      a2 replaces a1 3            | replaced a1 a2 3
      book                        | book - / 100x7x2
      c1 buy 4@100                | new c1 #3 4
                                  | trade #1 3@100 buy c1 1 sell a2 0 by buy
                                  | trade #2 1@100 buy c1 0 sell b1 3 by buy
    `);
  });

  test('when others have traded a part of the tranche', () => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      c1 buy 2@100                | new c1 #3 2
                                  | trade #1 2@100 buy c1 0 sell a1 18 by buy
      a2 replaces a1 6            | replaced a1 a2 4
      book                        | book - / 100x7x2
      c2 buy 8@100                | new c2 #4 8
                                  | trade #2 3@100 buy c2 5 sell a2 1 by buy
                                  | trade #3 4@100 buy c2 1 sell b1 0 by buy
                                  | trade #4 1@100 buy c2 0 sell a2 0 by buy
    `);
  });

  test('to less than what the trades have left of the tranche', () => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      c1 buy 2@100                | new c1 #2 2
                                  | trade #1 2@100 buy c1 0 sell a1 18 by buy
      a2 replaces a1 4            | replaced a1 a2 2
      book                        | book - / 100x2x1
      a3 replaces a2 2            | rejected replace a3 invalid_qty
    `);
  });
});

describe('R4.3 should keep the place of an iceberg whose displayQty is given as it is:', () => {
  test.each(['display=5', '20 display=5', '20@100 display=5', '19 display=5'])('%s', (terms) => {
    const leaves = terms.startsWith('19') ? 19 : 20;
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      c1 buy 1@100                | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell a2 ${leaves - 1} by buy
    `);
  });
});

describe('R4.3 should lose the place of an iceberg, and show a fresh tranche, for', () => {
  test.each([
    ['a smaller displayQty', 'display=4', 19, 4],
    ['a larger displayQty', 'display=6', 19, 6],
    ['a larger total', '21', 20, 5],
    ['a smaller total with another displayQty', '10 display=9', 9, 9],
  ])('%s', (_what, terms, leaves, shown) => {
    play(`
      a1 sell 20@100 display=5    | new a1 #1 20
      b1 sell 4@100               | new b1 #2 4
      c1 buy 1@100                | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell a1 19 by buy
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      book                        | book - / 100x${4 + shown}x2
      c2 buy 5@100                | new c2 #4 5
                                  | trade #2 4@100 buy c2 1 sell b1 0 by buy
                                  | trade #3 1@100 buy c2 0 sell a2 ${leaves - 1} by buy
    `);
  });
});

test('R4.3 should let an iceberg that loses its place act as an aggressor of its leaves', () => {
  play(`
    a1 sell 20@105 display=5      | new a1 #1 20
    b1 buy 12@100                 | new b1 #2 12
    a2 replaces a1 @100           | replaced a1 a2 20
                                  | trade #1 12@100 buy b1 0 sell a2 8 by sell
    book                          | book - / 100x5x1
  `);
});

test('R4.2 should make a plain order an iceberg, at the back of its level', () => {
  play(`
    a1 sell 20@100                | new a1 #1 20
    b1 sell 4@100                 | new b1 #2 4
    a2 replaces a1 display=5      | replaced a1 a2 20
    book                          | book - / 100x9x2
    c1 buy 5@100                  | new c1 #3 5
                                  | trade #1 4@100 buy c1 1 sell b1 0 by buy
                                  | trade #2 1@100 buy c1 0 sell a2 19 by buy
    a3 sell 7@101                 | new a3 #4 7
    a4 replaces a3 display=7      | replaced a3 a4 7
    book                          | book - / 100x4x1 101x7x1
  `);
});

test('R4.2 should make a plain order an iceberg whatever its tif and postOnly', () => {
  play(`
    a1 sell 20@100 day            | new a1 #1 20
    a2 replaces a1 display=5      | replaced a1 a2 20
    a3 sell 20@101 postOnly       | new a3 #2 20
    a4 replaces a3 display=5      | replaced a3 a4 20
    book                          | book - / 100x5x1 101x5x1
  `);
});

test('R4.2 should hold a displayQty that is given to the new total, one that is kept not', () => {
  play(`
    a1 sell 20@100 display=10     | new a1 #1 20
    a2 replaces a1 5              | replaced a1 a2 5
    a3 replaces a2 display=10     | rejected replace a3 invalid_display_qty
    a4 replaces a2 display=6      | rejected replace a4 invalid_display_qty
    a5 replaces a2 5 display=10   | rejected replace a5 invalid_display_qty
    a6 replaces a2 30             | replaced a2 a6 30
    book                          | book - / 100x10x1
    a7 replaces a6 9 display=9    | replaced a6 a7 9
    book                          | book - / 100x9x1
  `);
});

test('R4.2 should hold a displayQty to the new total, not to the leaves', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    b1 buy 8@100                  | new b1 #2 8
                                  | trade #1 8@100 buy b1 0 sell a1 2 by buy
    a2 replaces a1 display=10     | replaced a1 a2 2
    book                          | book - / 100x2x1
    a3 replaces a2 display=11     | rejected replace a3 invalid_display_qty
  `);
});

test('R4.2 should hold the pair that results to 10,000 tranches', () => {
  play(`
    a1 sell 10000@100 display=1   | new a1 #1 10000
    a2 replaces a1 10001          | rejected replace a2 invalid_display_qty
    a3 replaces a1 9999           | replaced a1 a3 9999
    a4 replaces a3 10000          | replaced a3 a4 10000
    a5 replaces a4 20000 display=2 | replaced a4 a5 20000
    a6 replaces a5 display=1      | rejected replace a6 invalid_display_qty
    a7 replaces a5 20001 display=2 | rejected replace a7 invalid_display_qty
    b1 buy 3@100                  | new b1 #2 3
                                  | trade #1 2@100 buy b1 1 sell a5 19998 by buy
                                  | trade #2 1@100 buy b1 0 sell a5 19997 by buy
    a8 replaces a5 20001          | rejected replace a8 invalid_display_qty
    a9 replaces a5 20001 display=3 | replaced a5 a9 19998
  `);
});

test('R4.5 should leave an iceberg as it was when its replace is refused', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 sell 4@100                 | new b1 #2 4
    c1 buy 2@100                  | new c1 #3 2
                                  | trade #1 2@100 buy c1 0 sell a1 18 by buy
    a2 replaces a1 30 display=31  | rejected replace a2 invalid_display_qty
    a3 replaces a1 2 display=1    | rejected replace a3 invalid_qty
    book                          | book - / 100x7x2
    c2 buy 4@100                  | new c2 #4 4
                                  | trade #2 3@100 buy c2 1 sell a1 15 by buy
                                  | trade #3 1@100 buy c2 0 sell b1 3 by buy
  `);
});
