// R6.7: by which reference the band judges.

import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

/** Asks of 1 at these prices, of orders a1, a2 …, from orderId 1. */
function asks(...prices: number[]): string {
  return prices.map((p, i) => `a${i + 1} sell 1@${p} | new a${i + 1} #${i + 1} 1`).join('\n');
}

test('R6.7 should set it anew with the first trade of the day, in the same sweep', () => {
  play(`
    instrument TEST reference=100 band=1000 |
    ${asks(108, 118, 119)}
    b1 buy 3@119                  | new b1 #4 3
                                  | trade #1 1@108 buy b1 2 sell a1 0 by buy
                                  | trade #2 1@118 buy b1 1 sell a2 0 by buy
                                  | canceled b1 1 price_band
                                  | phase halted
  `);
});

test('R6.7 should judge the first trade of a day by the reference of before', () => {
  play(`
    instrument TEST reference=100 band=1000 |
    ${asks(108, 118, 119)}
    b1 buy 1@108                  | new b1 #4 1
                                  | trade #1 1@108 buy b1 0 sell a1 0 by buy
    phase closed                  | phase closed
    phase continuous              | phase continuous
    b2 buy 2@119                  | new b2 #5 2
                                  | trade #2 1@118 buy b2 1 sell a2 0 by buy
                                  | trade #3 1@119 buy b2 0 sell a3 0 by buy
    phase closed                  | phase closed
    phase continuous              | phase continuous
    c1 sell 1@130                 | new c1 #6 1
    b3 buy 1@130                  | new b3 #7 1
                                  | canceled b3 1 price_band
                                  | phase halted
  `);
});

test.each(['closed', 'closed halted', 'closed pre_open auction', 'closed pre_open closed'])(
  'R6.7 should begin a day on leaving closed: %s continuous',
  (path) => {
    play(`
    instrument TEST reference=100 band=1000 |
    ${asks(100, 110, 120)}
    b1 buy 1@100                  | new b1 #4 1
                                  | trade #1 1@100 buy b1 0 sell a1 0 by buy
    ${path
      .split(' ')
      .map((phase) => `phase ${phase} | phase ${phase}`)
      .join('\n')}
    phase continuous              | phase continuous
    b2 buy 2@120                  | new b2 #5 2
                                  | trade #2 1@110 buy b2 1 sell a2 0 by buy
                                  | trade #3 1@120 buy b2 0 sell a3 0 by buy
  `);
  },
);

test.each(['halted', 'pre_open auction', 'auction halted pre_open'])(
  'R6.7 should not begin a day without closed: %s continuous',
  (path) => {
    play(`
    instrument TEST reference=100 band=1000 |
    ${asks(100, 110, 120)}
    b1 buy 1@100                  | new b1 #4 1
                                  | trade #1 1@100 buy b1 0 sell a1 0 by buy
    ${path
      .split(' ')
      .map((phase) => `phase ${phase} | phase ${phase}`)
      .join('\n')}
    phase continuous              | phase continuous
    b2 buy 2@120                  | new b2 #5 2
                                  | trade #2 1@110 buy b2 1 sell a2 0 by buy
                                  | canceled b2 1 price_band
                                  | phase halted
  `);
  },
);

test('R6.7 should keep it when the day trades on', () => {
  play(`
    instrument TEST reference=100 band=1000 |
    ${asks(100, 105, 110, 111)}
    b1 buy 1@100                  | new b1 #5 1
                                  | trade #1 1@100 buy b1 0 sell a1 0 by buy
    b2 buy 1@105                  | new b2 #6 1
                                  | trade #2 1@105 buy b2 0 sell a2 0 by buy
    b3 buy 2@111                  | new b3 #7 2
                                  | trade #3 1@110 buy b3 1 sell a3 0 by buy
                                  | canceled b3 1 price_band
                                  | phase halted
  `);
});

describe('R6.7 should set it anew by an auction', () => {
  test('that trades, at any time of the day', () => {
    play(`
      instrument TEST reference=100 band=1000 |
      ${asks(100, 220, 221)}
      b1 buy 1@100                | new b1 #4 1
                                  | trade #1 1@100 buy b1 0 sell a1 0 by buy
      phase auction               | phase auction
      c1 buy 1@200                | new c1 #5 1
      c2 sell 1@200               | new c2 #6 1
                                  | indicative 1@200 0
      phase continuous            | phase continuous
                                  | trade #2 1@200 buy c1 0 sell c2 0 by none
      b2 buy 2@221                | new b2 #7 2
                                  | trade #3 1@220 buy b2 1 sell a2 0 by buy
                                  | canceled b2 1 price_band
                                  | phase halted
    `);
  });

  test('not one that does not trade', () => {
    play(`
      instrument TEST reference=100 band=1000 |
      ${asks(100, 111)}
      b1 buy 1@100                | new b1 #3 1
                                  | trade #1 1@100 buy b1 0 sell a1 0 by buy
      phase auction               | phase auction
      c1 buy 1@105                | new c1 #4 1
      phase continuous            | phase continuous
      b2 buy 1@111                | new b2 #5 1
                                  | canceled b2 1 price_band
                                  | phase halted
    `);
  });

  test('whose trades are the first of the day', () => {
    play(`
      instrument TEST reference=100 band=1000 |
      phase closed                | phase closed
      phase auction               | phase auction
      ${asks(100, 108, 111)}
      c1 buy 1@100                | new c1 #4 1
                                  | indicative 1@100 0
      phase continuous            | phase continuous
                                  | trade #1 1@100 buy c1 0 sell a1 0 by none
      b1 buy 2@111                | new b1 #5 2
                                  | trade #2 1@108 buy b1 1 sell a2 0 by buy
                                  | canceled b1 1 price_band
                                  | phase halted
    `);
  });
});

test('R6.7 should have no band without a reference, until the first trade sets one', () => {
  play(`
    instrument TEST band=1000     |
    ${asks(500, 550, 551)}
    b1 buy 3@600                  | new b1 #4 3
                                  | trade #1 1@500 buy b1 2 sell a1 0 by buy
                                  | trade #2 1@550 buy b1 1 sell a2 0 by buy
                                  | canceled b1 1 price_band
                                  | phase halted
  `);
});

test('R6.7 should have no band without a reference, until an auction sets one', () => {
  play(`
    instrument TEST band=1000     |
    phase auction                 | phase auction
    ${asks(500, 551)}
    b1 buy 1@500                  | new b1 #3 1
                                  | indicative 1@500 0
    phase continuous              | phase continuous
                                  | trade #1 1@500 buy b1 0 sell a1 0 by none
    b2 buy 1@551                  | new b2 #4 1
                                  | canceled b2 1 price_band
                                  | phase halted
  `);
});

test('R6.7 should keep the references of instruments apart', () => {
  play(`
    instrument TEST reference=100 band=1000 |
    instrument OTHER reference=200 band=500 |
    a1 sell 1@110                 | new a1 #1 1
    a2 sell 1@210 on=OTHER        | new a2 #2 1
    a3 sell 1@221 on=OTHER        | new a3 #3 1
    b1 buy 1@110                  | new b1 #4 1
                                  | trade #1 1@110 buy b1 0 sell a1 0 by buy
    b2 buy 2@221 on=OTHER         | new b2 #5 2
                                  | trade #1 on OTHER 1@210 buy b2 1 sell a2 0 by buy
                                  | canceled b2 1 price_band
                                  | phase on OTHER halted
  `);
});
