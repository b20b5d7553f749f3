import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

test('R4.1 should cancel what is left of an order', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    b1 buy 3@100                  | new b1 #2 3
                                  | trade #1 3@100 buy b1 0 sell a1 7 by buy
    cancel a1                     | canceled a1 7 user
    book                          | book - / -
  `);
});

test('R4.1 should not find an unknown, finished or replaced order, or one of another', () => {
  play(`
    cancel a1                     | rejected cancel a1 unknown_order
    a1 sell 10@100                | new a1 #1 10
    cancel B:a1                   | rejected cancel B:a1 unknown_order
    a2 replaces a1 9              | replaced a1 a2 9
    cancel a1                     | rejected cancel a1 unknown_order
    cancel a2                     | canceled a2 9 user
    cancel a2                     | rejected cancel a2 unknown_order
    a3 buy 1@100 ioc              | new a3 #2 1
                                  | canceled a3 1 ioc
    cancel a3                     | rejected cancel a3 unknown_order
    a4 buy 0@100                  | rejected new a4 invalid_qty
    cancel a4                     | rejected cancel a4 unknown_order
  `);
});

test('R4.2 should not find the order of a replace in the same cases', () => {
  play(`
    a1 replaces a0 5              | rejected replace a1 unknown_order
    a2 sell 10@100                | new a2 #1 10
    b1 replaces a2 5              | rejected replace b1 unknown_order
    a3 replaces a2 9              | replaced a2 a3 9
    a4 replaces a2 8              | rejected replace a4 unknown_order
    cancel a3                     | canceled a3 9 user
    a5 replaces a3 8              | rejected replace a5 unknown_order
  `);
});

test('R4.2 should keep what a replace does not name', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    a2 replaces a1 12             | replaced a1 a2 12
    book                          | book - / 100x12x1
    a3 replaces a2 @101           | replaced a2 a3 12
    book                          | book - / 101x12x1
    a4 replaces a3 7@102          | replaced a3 a4 7
    book                          | book - / 102x7x1
    a5 replaces a4                | replaced a4 a5 7
    book                          | book - / 102x7x1
  `);
});

test('R4.2 should take the quantity as the total, with the filled part in it', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    b1 buy 4@100                  | new b1 #2 4
                                  | trade #1 4@100 buy b1 0 sell a1 6 by buy
    a2 replaces a1 3              | rejected replace a2 invalid_qty
    a3 replaces a1 4              | rejected replace a3 invalid_qty
    a4 replaces a1 5              | replaced a1 a4 1
    a5 replaces a4 20             | replaced a4 a5 16
    book                          | book - / 100x16x1
  `);
});

describe('R4.2 should judge a replace as the new order that it amounts to:', () => {
  test.each([
    ['0', 'invalid_qty'],
    [`${2 ** 31}`, 'invalid_qty'],
    ['@0', 'invalid_price'],
    ['stop=99', 'invalid_stop_price'],
    ['stop=0', 'invalid_stop_price'],
    ['12@101 stop=99', 'invalid_stop_price'],
    ['display=0', 'invalid_display_qty'],
    ['display=11', 'invalid_display_qty'],
    ['12 display=13', 'invalid_display_qty'],
    ['8 display=9', 'invalid_display_qty'],
    ['10001 display=1', 'invalid_display_qty'],
    ['2147483647@2147483647', 'notional_too_large'],
  ])('%s: %s', (terms, reason) => {
    play(`
      a1 sell 10@100              | new a1 #1 10
      a2 replaces a1 ${terms}     | rejected replace a2 ${reason}
      cancel a1                   | canceled a1 10 user
    `);
  });
});

describe('R4.3 should keep the queue place for', () => {
  test.each([
    ['a smaller total', '5', 5],
    ['the same total', '10', 10],
    ['the same price', '@100', 10],
    ['the same price and a smaller total', '5@100', 5],
    ['nothing but a new id', '', 10],
  ])('%s', (_what, terms, leaves) => {
    play(`
      a1 sell 10@100              | new a1 #1 10
      b1 sell 10@100              | new b1 #2 10
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      c1 buy 1@100                | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell a2 ${leaves - 1} by buy
    `);
  });
});

test('R4.3 should compare totals, not leaves: an order traded in part keeps its place', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    b1 sell 10@100                | new b1 #2 10
    c1 buy 6@100                  | new c1 #3 6
                                  | trade #1 6@100 buy c1 0 sell a1 4 by buy
    a2 replaces a1 9              | replaced a1 a2 3
    a3 replaces a2                | replaced a2 a3 3
    c2 buy 1@100                  | new c2 #4 1
                                  | trade #2 1@100 buy c2 0 sell a3 2 by buy
    a4 replaces a3 10             | replaced a3 a4 3
    c3 buy 1@100                  | new c3 #5 1
                                  | trade #3 1@100 buy c3 0 sell b1 9 by buy
  `);
});

describe('R4.3 should lose the queue place for', () => {
  test.each([
    ['a larger total', '11', 11],
    ['a larger total at the same price', '11@100', 11],
  ])('%s', (_what, terms, leaves) => {
    play(`
      a1 sell 10@100              | new a1 #1 10
      b1 sell 10@100              | new b1 #2 10
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      c1 buy 11@100               | new c1 #3 11
                                  | trade #1 10@100 buy c1 1 sell b1 0 by buy
                                  | trade #2 1@100 buy c1 0 sell a2 ${leaves - 1} by buy
    `);
  });

  test('another price, also when it comes back', () => {
    play(`
      a1 sell 10@100              | new a1 #1 10
      b1 sell 10@100              | new b1 #2 10
      a2 replaces a1 @101         | replaced a1 a2 10
      a3 replaces a2 @100         | replaced a2 a3 10
      c1 buy 1@100                | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell b1 9 by buy
    `);
  });

  test('a larger total after a smaller one, though not above the first', () => {
    play(`
      a1 sell 10@100              | new a1 #1 10
      b1 sell 10@100              | new b1 #2 10
      a2 replaces a1 5            | replaced a1 a2 5
      a3 replaces a2 6            | replaced a2 a3 6
      c1 buy 1@100                | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell b1 9 by buy
    `);
  });
});

test('R4.3 should let an order that loses its place act as an aggressor of its leaves', () => {
  play(`
    a1 sell 10@105                | new a1 #1 10
    c1 buy 4@105                  | new c1 #2 4
                                  | trade #1 4@105 buy c1 0 sell a1 6 by buy
    b1 buy 2@100                  | new b1 #3 2
    b2 buy 2@101                  | new b2 #4 2
    a2 replaces a1 @100           | replaced a1 a2 6
                                  | trade #2 2@101 buy b2 0 sell a2 4 by sell
                                  | trade #3 2@100 buy b1 0 sell a2 2 by sell
    book                          | book - / 100x2x1
    b3 buy 2@100                  | new b3 #5 2
                                  | trade #4 2@100 buy b3 0 sell a2 0 by buy
    cancel a2                     | rejected cancel a2 unknown_order
  `);
});

test('R4.3 should end an order that its replace fills', () => {
  play(`
    a1 sell 10@105                | new a1 #1 10
    b1 buy 20@100                 | new b1 #2 20
    a2 replaces a1 @100           | replaced a1 a2 10
                                  | trade #1 10@100 buy b1 10 sell a2 0 by sell
    cancel a2                     | rejected cancel a2 unknown_order
    massCancel A                  |
    book                          | book 100x10x1 / -
  `);
});

test('R4.3 should leave an order alone at its level when it comes back to it', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    a2 replaces a1 20             | replaced a1 a2 20
    book                          | book - / 100x20x1
    b1 buy 20@100                 | new b1 #2 20
                                  | trade #1 20@100 buy b1 0 sell a2 0 by buy
  `);
});

test('R4.4 should refuse to replace a postOnly order to a price that would trade', () => {
  play(`
    a1 sell 10@105 postOnly       | new a1 #1 10
    b1 buy 10@100                 | new b1 #2 10
    a2 replaces a1 @100           | rejected replace a2 post_only_would_cross
    a3 replaces a1 @99            | rejected replace a3 post_only_would_cross
    a4 replaces a1 12@101         | replaced a1 a4 12
    a5 buy 1@90                   | new a5 #3 1
    a6 replaces a4 5              | replaced a4 a6 5
    book                          | book 100x10x1 90x1x1 / 101x5x1
  `);
});

test('R4.5 should leave the original as it was when a replace is refused', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    b1 sell 10@100                | new b1 #2 10
    a2 replaces a1 0@101          | rejected replace a2 invalid_qty
    a3 replaces a1 5@0            | rejected replace a3 invalid_price
    a4 replaces a1 2147483647@2147483647 | rejected replace a4 notional_too_large
    a5 replaces a1 5@101 display=6 | rejected replace a5 invalid_display_qty
    c1 buy 1@100                  | new c1 #3 1
                                  | trade #1 1@100 buy c1 0 sell a1 9 by buy
    cancel a1                     | canceled a1 9 user
  `);
});

describe('R4.6 should mass cancel by orderId across instruments,', () => {
  const BOOK = `
    a1 buy 1@100 on=OTHER         | new a1 #1 1
    a2 sell 2@110                 | new a2 #2 2
    b1 buy 3@100                  | new b1 #3 3
    a3 buy 4@90                   | new a3 #4 4
    a4 sell 5@120 on=OTHER        | new a4 #5 5
    a5 buy 6@100                  | new a5 #6 6
  `;
  const LATER = 'book                      | book 100x3x1 / -';

  test.each([
    ['all of an account', 'massCancel A', ['a1 1', 'a2 2', 'a3 4', 'a4 5', 'a5 6']],
    ['one side', 'massCancel A sell', ['a2 2', 'a4 5']],
    ['one instrument', 'massCancel A on=OTHER', ['a1 1', 'a4 5']],
    ['one side of one instrument', 'massCancel A buy on=TEST', ['a3 4', 'a5 6']],
    ['one side of another', 'massCancel A buy on=OTHER', ['a1 1']],
    ['another account', 'massCancel B', ['b1 3']],
  ])('%s', (_what, command, canceled) => {
    const rows = canceled.map((order) => `| canceled ${order} mass_cancel`).join('\n');
    play(`${BOOK}\n${command}\n${rows}`, { instruments: ['TEST', 'OTHER'] });
  });

  test('and print nothing where there is nothing', () => {
    const table = `${BOOK}
      massCancel C                |
      massCancel B sell           |
      massCancel A                | canceled a1 1 mass_cancel
                                  | canceled a2 2 mass_cancel
                                  | canceled a3 4 mass_cancel
                                  | canceled a4 5 mass_cancel
                                  | canceled a5 6 mass_cancel
      massCancel A                |
      ${LATER}
      a6 buy 1@100                | new a6 #7 1
    `;
    play(table, { instruments: ['TEST', 'OTHER'] });
  });

  test('leaving the queue of the others as it was', () => {
    play(`
      a1 buy 1@100                | new a1 #1 1
      b1 buy 2@100                | new b1 #2 2
      a2 buy 3@100                | new a2 #3 3
      b2 buy 4@100                | new b2 #4 4
      massCancel A                | canceled a1 1 mass_cancel
                                  | canceled a2 3 mass_cancel
      c1 sell 6@100               | new c1 #5 6
                                  | trade #1 2@100 buy b1 0 sell c1 4 by sell
                                  | trade #2 4@100 buy b2 0 sell c1 0 by sell
    `);
  });
});
