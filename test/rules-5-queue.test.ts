// R5.4: what is left of the activation queue when an instrument leaves the continuous phase.

import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

/** Leaves the instrument halted, last trade 105, a1 (a buy stop for 5) in the queue. */
function halted(terms: string): string {
  return `
    instrument TEST reference=100 band=1000 halt=9 |
    b1 sell 1@100                 | new b1 #1 1
    b2 sell 1@105                 | new b2 #2 1
    b3 sell 9@120                 | new b3 #3 9
    a1 buy ${terms}              | new a1 #4 5
    c1 buy 4@120                  | new c1 #5 4
                                  | trade #1 1@100 buy c1 3 sell b1 0 by buy
                                  | trade #2 1@105 buy c1 2 sell b2 0 by buy
                                  | canceled c1 2 price_band
                                  | phase halted
  `;
}

test('R5.4 should keep what is left and let it enter right after the next uncross', () => {
  play(`${halted('5 stop stop=105')}
    phase pre_open                | phase pre_open
    phase auction                 | phase auction
    phase halted                  | phase halted
    phase auction                 | phase auction
    d1 buy 1@110                  | new d1 #6 1
    d2 sell 1@110                 | new d2 #7 1
                                  | indicative 1@110 0
    phase continuous              | phase continuous
                                  | trade #3 1@110 buy d1 0 sell d2 0 by none
                                  | triggered a1
                                  | trade #4 5@120 buy a1 0 sell b3 4 by buy
  `);
});

test('R5.4 should let it enter when the uncross has nothing to trade, too', () => {
  play(`${halted('5@119 stop_limit stop=105')}
    phase continuous              | phase continuous
                                  | triggered a1
    book                          | book 119x5x1 / 120x9x1
  `);
});

test('R5.4 should let it enter before the stops which the uncross triggers', () => {
  play(`${halted('5 stop stop=105')}
    cancel a1                     | canceled a1 5 user
    phase auction                 | phase auction
    a2 buy 2 stop stop=106        | new a2 #6 2
    a3 sell 3 stop stop=105       | new a3 #7 3
    a4 buy 4 stop stop=101        | new a4 #8 4
    d1 buy 1@107                  | new d1 #9 1
    d2 sell 1@107                 | new d2 #10 1
                                  | indicative 1@107 0
    phase continuous              | phase continuous
                                  | trade #3 1@107 buy d1 0 sell d2 0 by none
                                  | triggered a3
                                  | canceled a3 3 no_liquidity
                                  | triggered a4
                                  | canceled a4 4 price_band
                                  | phase halted
    phase continuous              | phase continuous
                                  | triggered a2
                                  | canceled a2 2 price_band
                                  | phase halted
  `);
});

describe('R5.4 should keep a queued stop like one that waits, with no triggered:', () => {
  test('cancel', () => {
    play(`${halted('5 stop stop=105')}
      cancel a1                   | canceled a1 5 user
      phase continuous            | phase continuous
    `);
  });

  test('mass cancel', () => {
    play(`${halted('5 stop stop=105')}
      massCancel A buy            | canceled a1 5 mass_cancel
      phase continuous            | phase continuous
    `);
  });

  test('day end, of a day order', () => {
    play(`${halted('5 stop stop=105 day')}
      phase closed                | phase closed
                                  | canceled a1 5 day_end
      phase continuous            | phase continuous
    `);
  });

  test('day end, not of a gtc order', () => {
    play(`${halted('5 stop stop=105')}
      phase closed                | phase closed
      phase continuous            | phase continuous
                                  | triggered a1
                                  | canceled a1 5 price_band
                                  | phase halted
    `);
  });

  test('a replace that keeps the place keeps it in the queue', () => {
    play(`${halted('5 stop stop=105')}
      phase auction               | phase auction
      a2 sell 2 stop stop=105     | new a2 #6 2
      a3 replaces a1 4            | replaced a1 a3 4
      phase continuous            | phase continuous
                                  | triggered a3
                                  | canceled a3 4 price_band
                                  | phase halted
    `);
  });

  test('a replace that loses the place, tested again, goes to the back of the queue', () => {
    play(`${halted('5 stop stop=105')}
      phase auction               | phase auction
      a2 sell 2 stop stop=105     | new a2 #6 2
      a3 replaces a1 6            | replaced a1 a3 6
      phase continuous            | phase continuous
                                  | triggered a2
                                  | canceled a2 2 no_liquidity
                                  | triggered a3
                                  | canceled a3 6 price_band
                                  | phase halted
    `);
  });

  test('a replace to a stopPrice out of reach takes it out of the queue', () => {
    play(`${halted('5 stop stop=105')}
      phase auction               | phase auction
      a2 replaces a1 stop=106     | replaced a1 a2 5
      phase continuous            | phase continuous
      d1 sell 1@106               | new d1 #6 1
      e1 buy 1@106                | new e1 #7 1
                                  | trade #3 1@106 buy e1 0 sell d1 0 by buy
                                  | triggered a2
                                  | canceled a2 5 price_band
                                  | phase halted
    `);
  });
});

describe('R5.4 should test a queued stop again by the last trade, not by the one that', () => {
  // a1 is triggered at 105, then the same sweep trades at 100 and runs into the band.
  const HALTED = `
    instrument TEST reference=100 band=1000 halt=9 |
    b1 buy 1@105                  | new b1 #1 1
    b2 buy 1@100                  | new b2 #2 1
    b3 buy 1@80                   | new b3 #3 1
    a1 buy 5 stop stop=103        | new a1 #4 5
    c1 sell 3@80                  | new c1 #5 3
                                  | trade #1 1@105 buy b1 0 sell c1 2 by sell
                                  | trade #2 1@100 buy b2 0 sell c1 1 by sell
                                  | canceled c1 1 price_band
                                  | phase halted
    phase auction                 | phase auction
  `;

  test('triggered it, when a replace makes it enter again', () => {
    play(`${HALTED}
      a2 replaces a1 6            | replaced a1 a2 6
      phase continuous            | phase continuous
      cancel a2                   | canceled a2 6 user
    `);
  });

  test('triggered it, but not when it keeps its place', () => {
    play(`${HALTED}
      a2 replaces a1 4            | replaced a1 a2 4
      phase continuous            | phase continuous
                                  | triggered a2
                                  | canceled a2 4 no_liquidity
    `);
  });
});

test('R5.4 should queue a stop on entry in an auction, and not trigger it there', () => {
  play(`
    y1 sell 1@100                 | new y1 #1 1
    z1 buy 1@100                  | new z1 #2 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
    phase pre_open                | phase pre_open
    a1 buy 5 stop stop=100        | new a1 #3 5
    a2 buy 4@99 stop_limit stop=90 | new a2 #4 4
    book                          | book - / -
    phase auction                 | phase auction
    phase continuous              | phase continuous
                                  | triggered a1
                                  | canceled a1 5 no_liquidity
                                  | triggered a2
    book                          | book 99x4x1 / -
  `);
});

test('R5.4 should keep the rest of a queue in which a stop runs into the band', () => {
  play(`
    instrument TEST reference=100 band=1000 halt=9 |
    b1 sell 1@100                 | new b1 #1 1
    b2 sell 1@105                 | new b2 #2 1
    b3 sell 9@120                 | new b3 #3 9
    a1 buy 2 stop stop=100        | new a1 #4 2
    a2 buy 3@105 stop_limit stop=100 | new a2 #5 3
    a3 sell 4@200 stop_limit stop=105 | new a3 #6 4
    c1 buy 1@100                  | new c1 #7 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | trade #2 1@105 buy a1 1 sell b2 0 by buy
                                  | canceled a1 1 price_band
                                  | phase halted
    book                          | book - / 120x9x1
    phase continuous              | phase continuous
                                  | triggered a2
                                  | triggered a3
    book                          | book 105x3x1 / 120x9x1 200x4x1
  `);
});
