import { describe, expect, test } from 'vitest';
import { hashAfter, play } from './rules-kit.ts';

const PHASES = ['pre_open', 'auction', 'continuous', 'halted', 'closed'] as const;
const CALLS = ['pre_open', 'auction'] as const;
const SHUT = ['halted', 'closed'] as const;

describe.each(CALLS)('R6 should, in %s,', (phase) => {
  test.each([
    'buy 5@100',
    'buy 5@100 day',
    'sell 5@100 display=2',
    'sell 5@100 display=2 day',
    'buy 5 stop stop=100',
    'sell 5 stop stop=100 day',
    'buy 5@100 stop_limit stop=99',
    'buy 5@100 stop_limit stop=99 day display=1',
  ])('accept %s', (terms) => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 ${terms}                 | new a1 #1 5
      cancel a1                   | canceled a1 5 user
    `);
  });

  test.each([
    'buy 5 market',
    'sell 5 market fok',
    'buy 5 market day',
    'sell 5@100 ioc',
    'buy 5@100 fok',
    'buy 5@100 postOnly',
    'sell 5@100 day postOnly',
    'sell 5 stop stop=100 ioc',
    'buy 5 stop stop=100 fok',
    'buy 5@100 stop_limit stop=99 ioc',
    'buy 5@100 stop_limit stop=99 fok',
  ])('refuse %s', (terms) => {
    play(`
      b1 sell 5@90                | new b1 #1 5
      phase ${phase}              | phase ${phase}
      a1 ${terms}                 | rejected new a1 phase
      book                        | book - / 90x5x1
    `);
  });

  test('not match, and let the book be crossed', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      b1 sell 3@99                | new b1 #2 3
                                  | indicative 3@100 2
      book                        | book 100x5x1 / 99x3x1
      b2 sell 3@98                | new b2 #3 3
                                  | indicative 5@99 -1
      book                        | book 100x5x1 / 98x3x1 99x3x1
    `);
  });
});

describe.each(SHUT)('R6 should, in %s,', (phase) => {
  test.each([
    'buy 5@100',
    'buy 5@100 day',
    'sell 5@100 display=2',
    'buy 5 market',
    'buy 5 market fok',
    'sell 5@100 ioc',
    'sell 5@100 fok',
    'buy 5@100 postOnly',
    'buy 5@80 postOnly',
    'buy 5 stop stop=100',
    'buy 5@100 stop_limit stop=99',
  ])('refuse %s', (terms) => {
    play(`
      b1 sell 5@90                | new b1 #1 5
      phase ${phase}              | phase ${phase}
      a1 ${terms}                 | rejected new a1 phase
      book                        | book - / 90x5x1
    `);
  });

  test('let orders be canceled, and neither match nor publish a price', () => {
    play(`
      phase auction               | phase auction
      a1 buy 5@100                | new a1 #1 5
      b1 sell 3@99                | new b1 #2 3
                                  | indicative 3@100 2
      a2 buy 5@98                 | new a2 #3 5
      phase ${phase}              | phase ${phase}
      cancel a2                   | canceled a2 5 user
      cancel b1                   | canceled b1 3 user
      massCancel A                | canceled a1 5 mass_cancel
    `);
  });
});

describe('R6.1 any phase should follow any other:', () => {
  const pairs = PHASES.flatMap((from) =>
    PHASES.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  test.each(pairs)('%s, %s', (from, to) => {
    play(`
      ${from === 'continuous' ? '' : `phase ${from} | phase ${from}`}
      phase ${to}                 | phase ${to}
      phase ${to}                 |
      phase ${from}               | phase ${from}
    `);
  });
});

test('R6.1 should start an instrument in continuous', () => {
  play(`
    phase continuous              |
    a1 sell 5@100                 | new a1 #1 5
    b1 buy 5@100                  | new b1 #2 5
                                  | trade #1 5@100 buy b1 0 sell a1 0 by buy
  `);
});

test('R6.1 should do nothing for the phase that it is in already', () => {
  play(`
    a1 buy 5@100 day              | new a1 #1 5
    phase auction                 | phase auction
    b1 sell 5@100                 | new b1 #2 5
                                  | indicative 5@100 0
    phase auction                 |
    phase pre_open                | phase pre_open
                                  | indicative 5@100 0
    phase pre_open                |
    phase halted                  | phase halted
    phase halted                  |
  `);
});

test('R6.1 should change the phase of one instrument alone', () => {
  const table = `
    phase halted                  | phase halted
    a1 buy 5@100                  | rejected new a1 phase
    a2 buy 5@100 on=OTHER         | new a2 #1 5
    phase closed on=OTHER         | phase on OTHER closed
    phase continuous              | phase continuous
    a3 buy 5@100                  | new a3 #2 5
    a4 buy 5@100 on=OTHER         | rejected new a4 phase
  `;
  play(table, { instruments: ['TEST', 'OTHER'] });
});

test('R6.1 should keep resting orders, their queue and waiting stops through every change', () => {
  const phases = ['pre_open', 'halted', 'auction', 'closed', 'auction', 'pre_open', 'closed'];
  play(`
    a1 sell 20@100 display=5      | new a1 #1 20
    b1 sell 4@100                 | new b1 #2 4
    a2 buy 3 stop stop=100        | new a2 #3 3
    c1 buy 2@100                  | new c1 #4 2
                                  | trade #1 2@100 buy c1 0 sell a1 18 by buy
                                  | triggered a2
                                  | canceled a2 3 stp
    a3 buy 3 stop stop=101        | new a3 #5 3
    ${[...phases, 'continuous'].map((phase) => `phase ${phase} | phase ${phase}`).join('\n')}
    book                          | book - / 100x7x2
    c2 buy 4@100                  | new c2 #6 4
                                  | trade #2 3@100 buy c2 1 sell a1 15 by buy
                                  | trade #3 1@100 buy c2 0 sell b1 3 by buy
    cancel a3                     | canceled a3 3 user
  `);
});

describe('R6.1 should end the day on entry to closed:', () => {
  const ORDERS = `
    b1 buy 1@90 day               | new b1 #1 1
    a1 sell 20@110 day display=5  | new a1 #2 20
    a2 sell 3@110                 | new a2 #3 3
    b2 buy 4@95 day on=OTHER      | new b2 #4 4
    b3 sell 5 stop stop=80 day    | new b3 #5 5
    a3 buy 6@120 stop_limit stop=115 day | new a3 #6 6
    a4 buy 7 stop stop=115        | new a4 #7 7
    b4 sell 8@105 day             | new b4 #8 8
    c1 buy 3@105                  | new c1 #9 3
                                  | trade #1 3@105 buy c1 0 sell b4 5 by buy
  `;
  const DAY_END = `
                                  | canceled b1 1 day_end
                                  | canceled a1 20 day_end
                                  | canceled b3 5 day_end
                                  | canceled a3 6 day_end
                                  | canceled b4 5 day_end
  `;
  const instruments = ['TEST', 'OTHER'];

  test.each(['', 'pre_open', 'auction', 'halted'])('from continuous over "%s"', (between) => {
    const table = `${ORDERS}
      ${between === '' ? '' : `phase ${between} | phase ${between}`}
      phase closed                | phase closed
      ${DAY_END}
      book                        | book - / 110x3x1
      book on=OTHER               | book on OTHER 95x4x1 / -
      phase closed                |
      cancel a4                   | canceled a4 7 user
    `;
    play(table, { instruments });
  });

  test('not on any other change', () => {
    const table = `${ORDERS}
      phase halted                | phase halted
      phase auction               | phase auction
      phase continuous            | phase continuous
      book                        | book 90x1x1 / 105x5x1 110x8x2
    `;
    play(table, { instruments });
  });
});

test('R6.1 should cancel day orders that an auction has taken, too', () => {
  play(`
    phase closed                  | phase closed
    phase pre_open                | phase pre_open
    a1 buy 5@100 day              | new a1 #1 5
    b1 sell 3@100 day             | new b1 #2 3
                                  | indicative 3@100 2
    phase closed                  | phase closed
                                  | canceled a1 5 day_end
                                  | canceled b1 3 day_end
    phase pre_open                | phase pre_open
    a2 buy 5@100 day              | new a2 #3 5
    b2 sell 5@100                 | new b2 #4 5
                                  | indicative 5@100 0
  `);
});

test('R6.1 should know in which phase an instrument is, as part of the state', () => {
  const after = (phase: string): string => hashAfter(`phase ${phase}`);
  expect(new Set(PHASES.map(after)).size).toBe(PHASES.length);
});

test('R7 should refuse a phase of an unknown symbol', () => {
  play(`
    phase halted on=NONE          | rejected phase - unknown_symbol
    a1 buy 5@100                  | new a1 #1 5
  `);
});
