import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

test('R3.8 cancel_resting should cancel the hidden part too', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 sell 2@100                 | new b1 #2 2
    a2 buy 3@100 cancel_resting   | new a2 #3 3
                                  | canceled a1 20 stp
                                  | trade #1 2@100 buy a2 1 sell b1 0 by buy
    book                          | book 100x1x1 / -
  `);
});

test('R3.8 cancel_both should cancel the hidden part too, then the aggressor', () => {
  play(`
    a1 buy 20@100 display=5       | new a1 #1 20
    a2 sell 30@100 display=6 cancel_both | new a2 #2 30
                                  | canceled a1 20 stp
                                  | canceled a2 30 stp
    book                          | book - / -
  `);
});

test('R3.8 cancel_aggressor should leave a tranche that others have traded in part', () => {
  play(`
    b1 sell 3@100                 | new b1 #1 3
    a1 sell 20@100 display=5      | new a1 #2 20
    b2 buy 5@100 none             | new b2 #3 5
                                  | trade #1 3@100 buy b2 2 sell b1 0 by buy
                                  | trade #2 2@100 buy b2 0 sell a1 18 by buy
    a2 buy 4@100                  | new a2 #4 4
                                  | canceled a2 4 stp
    book                          | book - / 100x3x1
  `);
});

test('R3.8 none should trade with the own iceberg tranche by tranche', () => {
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    a2 buy 7@100 none             | new a2 #2 7
                                  | trade #1 5@100 buy a2 2 sell a1 15 by buy
                                  | trade #2 2@100 buy a2 0 sell a1 13 by buy
  `);
});

describe('R3.9 decrement should take from the shown tranche first:', () => {
  const ASKS = `
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 sell 4@100                 | new b1 #2 4
  `;

  test('less than it shows: it keeps its place with the rest of the tranche', () => {
    play(`${ASKS}
      a2 buy 3@100 decrement      | new a2 #3 3
                                  | restated a1 17
                                  | canceled a2 3 stp
      book                        | book - / 100x6x2
      c1 buy 3@100                | new c1 #4 3
                                  | trade #1 2@100 buy c1 1 sell a1 15 by buy
                                  | trade #2 1@100 buy c1 0 sell b1 3 by buy
    `);
  });

  test('all that it shows: a full tranche shows at the back', () => {
    play(`${ASKS}
      a2 buy 5@100 decrement      | new a2 #3 5
                                  | restated a1 15
                                  | canceled a2 5 stp
      book                        | book - / 100x9x2
      c1 buy 5@100                | new c1 #4 5
                                  | trade #1 4@100 buy c1 1 sell b1 0 by buy
                                  | trade #2 1@100 buy c1 0 sell a1 14 by buy
    `);
  });

  test('more than it shows, then from the hidden part: a full tranche shows at the back', () => {
    play(`${ASKS}
      a2 buy 7@100 decrement      | new a2 #3 7
                                  | restated a1 13
                                  | canceled a2 7 stp
      book                        | book - / 100x9x2
      c1 buy 10@100               | new c1 #4 10
                                  | trade #1 4@100 buy c1 6 sell b1 0 by buy
                                  | trade #2 5@100 buy c1 1 sell a1 8 by buy
                                  | trade #3 1@100 buy c1 0 sell a1 7 by buy
    `);
  });

  test('down to less than a tranche: what is left shows at the back', () => {
    play(`${ASKS}
      a2 buy 18@100 decrement     | new a2 #3 18
                                  | restated a1 2
                                  | canceled a2 18 stp
      book                        | book - / 100x6x2
      c1 buy 5@100                | new c1 #4 5
                                  | trade #1 4@100 buy c1 1 sell b1 0 by buy
                                  | trade #2 1@100 buy c1 0 sell a1 1 by buy
    `);
  });

  test('its whole leaves at once, before matching goes on', () => {
    play(`${ASKS}
      a2 buy 25@100 decrement     | new a2 #3 25
                                  | canceled a1 20 stp
                                  | restated a2 5
                                  | trade #1 4@100 buy a2 1 sell b1 0 by buy
      book                        | book 100x1x1 / -
    `);
  });

  test('both used up', () => {
    play(`${ASKS}
      a2 buy 20@100 decrement     | new a2 #3 20
                                  | canceled a1 20 stp
                                  | canceled a2 20 stp
      book                        | book - / 100x4x1
    `);
  });

  test('a tranche that was traded in part', () => {
    play(`${ASKS}
      c1 buy 2@100                | new c1 #3 2
                                  | trade #1 2@100 buy c1 0 sell a1 18 by buy
      a2 buy 2@100 decrement      | new a2 #4 2
                                  | restated a1 16
                                  | canceled a2 2 stp
      book                        | book - / 100x5x2
      a3 buy 2@100 decrement      | new a3 #5 2
                                  | restated a1 14
                                  | canceled a3 2 stp
      book                        | book - / 100x9x2
      c2 buy 5@100                | new c2 #6 5
                                  | trade #2 4@100 buy c2 1 sell b1 0 by buy
                                  | trade #3 1@100 buy c2 0 sell a1 13 by buy
    `);
  });
});

test('R3.9 decrement should take from the whole leaves of an iceberg that arrives', () => {
  play(`
    a1 sell 4@100                 | new a1 #1 4
    a2 buy 20@100 display=5 decrement | new a2 #2 20
                                  | canceled a1 4 stp
                                  | restated a2 16
    book                          | book 100x5x1 / -
    a3 replaces a2 18             | replaced a2 a3 14
    a4 replaces a3 4              | rejected replace a4 invalid_qty
  `);
});

test('R3.9 decrement of two icebergs should take the smaller whole leaves of both', () => {
  play(`
    a1 sell 12@100 display=3      | new a1 #1 12
    a2 buy 20@100 display=5 decrement | new a2 #2 20
                                  | canceled a1 12 stp
                                  | restated a2 8
    book                          | book 100x5x1 / -
  `);
});

describe('R3.10 should give a triggered stop the mode that it was entered with:', () => {
  test.each([
    ['cancel_aggressor', ['canceled a2 3 stp'], '101x5x1'],
    ['cancel_resting', ['canceled a1 5 stp', 'canceled a2 3 no_liquidity'], '-'],
    ['cancel_both', ['canceled a1 5 stp', 'canceled a2 3 stp'], '-'],
    ['decrement', ['restated a1 2', 'canceled a2 3 stp'], '101x2x1'],
    ['none', ['trade #2 3@101 buy a2 0 sell a1 2 by buy'], '101x2x1'],
  ])('%s', (mode, events, asks) => {
    const rows = events.map((event) => `| ${event}`).join('\n');
    play(`
      a1 sell 5@101               | new a1 #1 5
      b1 sell 1@100               | new b1 #2 1
      a2 buy 3 stop stop=100 ${mode} | new a2 #3 3
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a2
      ${rows}
      book                        | book - / ${asks}
    `);
  });
});

test('R3.10 should not prevent self-trades in an uncross, whatever the modes', () => {
  play(`
    phase auction                 | phase auction
    a1 sell 5@100 cancel_both     | new a1 #1 5
    a2 buy 3@101 cancel_resting   | new a2 #2 3
                                  | indicative 3@100 -2
    a3 buy 1@101 decrement        | new a3 #3 1
                                  | indicative 4@100 -1
    phase continuous              | phase continuous
                                  | trade #1 3@100 buy a2 0 sell a1 2 by none
                                  | trade #2 1@100 buy a3 0 sell a1 1 by none
    book                          | book - / 100x1x1
  `);
});
