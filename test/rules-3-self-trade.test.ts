import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

const SIDES = [
  ['buy', 'sell'],
  ['sell', 'buy'],
] as const;

test('R3.8 none should let an account trade with itself', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 buy 3@100 none             | new a2 #2 3
                                  | trade #1 3@100 buy a2 0 sell a1 2 by buy
  `);
});

test('R3.8 cancel_aggressor should cancel what is left of the aggressor and stop', () => {
  play(`
    b1 sell 4@100                 | new b1 #1 4
    a1 sell 5@100                 | new a1 #2 5
    c1 sell 6@100                 | new c1 #3 6
    a2 buy 10@100 cancel_aggressor | new a2 #4 10
                                  | trade #1 4@100 buy a2 6 sell b1 0 by buy
                                  | canceled a2 6 stp
    book                          | book - / 100x11x2
  `);
});

test('R3.8 cancel_resting should cancel the resting orders and go on', () => {
  play(`
    b1 sell 4@100                 | new b1 #1 4
    a1 sell 5@100                 | new a1 #2 5
    a2 sell 5@101                 | new a2 #3 5
    c1 sell 6@101                 | new c1 #4 6
    a3 buy 12@101 cancel_resting  | new a3 #5 12
                                  | trade #1 4@100 buy a3 8 sell b1 0 by buy
                                  | canceled a1 5 stp
                                  | canceled a2 5 stp
                                  | trade #2 6@101 buy a3 2 sell c1 0 by buy
    book                          | book 101x2x1 / -
  `);
});

test('R3.8 cancel_both should cancel the resting order, then the aggressor', () => {
  play(`
    b1 sell 4@100                 | new b1 #1 4
    a1 sell 5@100                 | new a1 #2 5
    a2 sell 5@100                 | new a2 #3 5
    a3 buy 10@100 cancel_both     | new a3 #4 10
                                  | trade #1 4@100 buy a3 6 sell b1 0 by buy
                                  | canceled a1 5 stp
                                  | canceled a3 6 stp
    book                          | book - / 100x5x1
  `);
});

test('R3.8 should go by the mode of the aggressor, not of the resting order', () => {
  play(`
    a1 sell 5@100 cancel_both     | new a1 #1 5
    a2 buy 2@100 none             | new a2 #2 2
                                  | trade #1 2@100 buy a2 0 sell a1 3 by buy
    a3 sell 5@101 none            | new a3 #3 5
    a4 buy 2@100 cancel_resting   | new a4 #4 2
                                  | canceled a1 3 stp
    book                          | book 100x2x1 / 101x5x1
  `);
});

test('R3.8 should not care for own orders that are never met', () => {
  play(`
    b1 sell 4@100                 | new b1 #1 4
    a1 sell 5@100                 | new a1 #2 5
    a2 buy 4@100 cancel_both      | new a2 #3 4
                                  | trade #1 4@100 buy a2 0 sell b1 0 by buy
    a3 buy 4@99 cancel_both       | new a3 #4 4
    book                          | book 99x4x1 / 100x5x1
  `);
});

describe.each(SIDES)('R3.9 decrement should take from both, a %s against a %s:', (own, resting) => {
  test('the aggressor is used up', () => {
    play(`
      a1 ${resting} 5@100         | new a1 #1 5
      a2 ${own} 3@100 decrement   | new a2 #2 3
                                  | restated a1 2
                                  | canceled a2 3 stp
    `);
  });

  test('the resting order is used up and matching goes on', () => {
    const pair = own === 'buy' ? 'buy a2 1 sell b1 0' : 'buy b1 0 sell a2 1';
    play(`
      a1 ${resting} 5@100         | new a1 #1 5
      b1 ${resting} 2@100         | new b1 #2 2
      a2 ${own} 8@100 decrement   | new a2 #3 8
                                  | canceled a1 5 stp
                                  | restated a2 3
                                  | trade #1 2@100 ${pair} by ${own}
      cancel a2                   | canceled a2 1 user
    `);
  });

  test('both are used up', () => {
    play(`
      a1 ${resting} 5@100         | new a1 #1 5
      a2 ${own} 5@100 decrement   | new a2 #2 5
                                  | canceled a1 5 stp
                                  | canceled a2 5 stp
      book                        | book - / -
    `);
  });
});

test('R3.9 decrement should keep the place of a resting order that has leaves', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    b1 sell 5@100                 | new b1 #2 5
    a2 buy 3@100 decrement        | new a2 #3 3
                                  | restated a1 2
                                  | canceled a2 3 stp
    c1 buy 3@100                  | new c1 #4 3
                                  | trade #1 2@100 buy c1 1 sell a1 0 by buy
                                  | trade #2 1@100 buy c1 0 sell b1 4 by buy
  `);
});

test('R3.9 decrement should count as canceled for good in a later replace', () => {
  play(`
    a1 sell 10@100                | new a1 #1 10
    a2 buy 4@100 decrement        | new a2 #2 4
                                  | restated a1 6
                                  | canceled a2 4 stp
    a3 replaces a1 4              | rejected replace a3 invalid_qty
    a4 replaces a1 5              | replaced a1 a4 1
    a5 replaces a4 12             | replaced a4 a5 8
    book                          | book - / 100x8x1
  `);
});

test('R3.9 decrement should let a gtc aggressor rest with its leaves, ioc and market not', () => {
  play(`
    a1 sell 2@100                 | new a1 #1 2
    a2 buy 5@100 decrement        | new a2 #2 5
                                  | canceled a1 2 stp
                                  | restated a2 3
    cancel a2                     | canceled a2 3 user
    a3 sell 2@100                 | new a3 #3 2
    a4 buy 5@100 ioc decrement    | new a4 #4 5
                                  | canceled a3 2 stp
                                  | restated a4 3
                                  | canceled a4 3 ioc
    a5 sell 2@100                 | new a5 #5 2
    a6 buy 5 market decrement     | new a6 #6 5
                                  | canceled a5 2 stp
                                  | restated a6 3
                                  | canceled a6 3 no_liquidity
  `);
});

describe.each(['ioc', 'market'])('R3.10 should give stp as the reason, not %s,', (kind) => {
  const size = kind === 'market' ? '10 market' : '10@100 ioc';

  test('when the aggressor is canceled', () => {
    play(`
      a1 sell 5@100               | new a1 #1 5
      a2 buy ${size}              | new a2 #2 10
                                  | canceled a2 10 stp
      a3 buy ${size} cancel_both  | new a3 #3 10
                                  | canceled a1 5 stp
                                  | canceled a3 10 stp
    `);
  });

  test('but that of the aggressor when the resting order alone was canceled', () => {
    const reason = kind === 'market' ? 'no_liquidity' : 'ioc';
    play(`
      a1 sell 5@100               | new a1 #1 5
      a2 buy ${size} cancel_resting | new a2 #2 10
                                  | canceled a1 5 stp
                                  | canceled a2 10 ${reason}
    `);
  });
});

test('R3.10 should prevent self-trades of a replaced order by the mode it was entered with', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 buy 3@98 cancel_resting    | new a2 #2 3
    a3 replaces a2 @100           | replaced a2 a3 3
                                  | canceled a1 5 stp
    a4 sell 5@101                 | new a4 #3 5
    a5 buy 3@99                   | new a5 #4 3
    a6 replaces a5 @101           | replaced a5 a6 3
                                  | canceled a6 3 stp
    book                          | book 100x3x1 / 101x5x1
  `);
});
