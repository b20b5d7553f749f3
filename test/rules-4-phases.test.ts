// Cancel, replace and mass cancel outside of the continuous phase.

import { describe, expect, test } from 'vitest';
import { hashAfter, play } from './rules-kit.ts';

const CALLS = ['pre_open', 'auction'] as const;
const SHUT = ['halted', 'closed'] as const;

test.each([...CALLS, ...SHUT])('R4.1 should cancel in %s', (phase) => {
  play(`
    a1 sell 5@100 display=2       | new a1 #1 5
    a2 buy 5 stop stop=110        | new a2 #2 5
    phase ${phase}                | phase ${phase}
    cancel a1                     | canceled a1 5 user
    cancel a2                     | canceled a2 5 user
    cancel a2                     | rejected cancel a2 unknown_order
    book                          | book - / -
  `);
});

test.each([...CALLS, ...SHUT])('R4.6 should mass cancel in %s', (phase) => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 buy 5 stop stop=110        | new a2 #2 5
    b1 sell 3@100                 | new b1 #3 3
    phase ${phase}                | phase ${phase}
    massCancel A                  | canceled a1 5 mass_cancel
                                  | canceled a2 5 mass_cancel
    massCancel A                  |
    book                          | book - / 100x3x1
  `);
});

describe.each(SHUT)('R4.2 should refuse a replace in %s', (phase) => {
  test('for the phase, whatever it changes, and leave the order as it was', () => {
    play(`
      a1 sell 5@100               | new a1 #1 5
      b1 sell 5@100               | new b1 #2 5
      a2 buy 5 stop stop=110      | new a2 #3 5
      phase ${phase}              | phase ${phase}
      a3 replaces a1              | rejected replace a3 phase
      a4 replaces a1 4            | rejected replace a4 phase
      a5 replaces a1 6@101        | rejected replace a5 phase
      a6 replaces a2 stop=111     | rejected replace a6 phase
      a7 replaces a1 0            | rejected replace a7 invalid_qty
      phase continuous            | phase continuous
      a3 replaces a1              | rejected replace a3 duplicate_clordid
      c1 buy 1@100                | new c1 #4 1
                                  | trade #1 1@100 buy c1 0 sell a1 4 by buy
      cancel a2                   | canceled a2 5 user
    `);
  });
});

describe.each(CALLS)('R4.2 should take a replace in %s', (phase) => {
  test('without trading, at its place or at the back', () => {
    play(`
      a1 buy 5@100                | new a1 #1 5
      b1 buy 5@100                | new b1 #2 5
      phase ${phase}              | phase ${phase}
      a2 replaces a1 4            | replaced a1 a2 4
      c1 sell 6@101               | new c1 #3 6
      c2 replaces c1 @100         | replaced c1 c2 6
                                  | indicative 6@100 3
      b2 replaces b1 6            | replaced b1 b2 6
                                  | indicative 6@100 4
      a3 replaces a2 5            | replaced a2 a3 5
                                  | indicative 6@100 5
      book                        | book 100x11x2 / 100x6x1
      phase continuous            | phase continuous
                                  | trade #1 6@100 buy b2 0 sell c2 0 by none
      book                        | book 100x5x1 / -
    `);
  });

  test('of an iceberg, whose hidden part counts', () => {
    play(`
      a1 buy 5@100                | new a1 #1 5
      phase ${phase}              | phase ${phase}
      b1 sell 4@100               | new b1 #2 4
                                  | indicative 4@100 1
      a2 replaces a1 20 display=3 | replaced a1 a2 20
                                  | indicative 4@100 16
      a3 replaces a2 12           | replaced a2 a3 12
                                  | indicative 4@100 8
      book                        | book 100x3x1 / 100x4x1
    `);
  });

  test('never refusing it for its time in force', () => {
    play(`
      a1 buy 5 stop stop=105 ioc  | new a1 #1 5
      a2 buy 5@90 stop_limit stop=105 fok | new a2 #2 5
      phase ${phase}              | phase ${phase}
      a3 replaces a1 7 stop=104   | replaced a1 a3 7
      a4 replaces a2 6@91         | replaced a2 a4 6
      a5 replaces a4 display=3    | rejected replace a5 unsupported_combination
      a6 buy 5 stop stop=105 ioc  | rejected new a6 phase
    `);
  });

  test('R4.4 of a postOnly order to any price, and let it take part', () => {
    play(`
      a1 sell 5@105 postOnly      | new a1 #1 5
      b1 buy 5@100                | new b1 #2 5
      a2 replaces a1 @100         | rejected replace a2 post_only_would_cross
      phase ${phase}              | phase ${phase}
      a3 replaces a1 @100         | replaced a1 a3 5
                                  | indicative 5@100 0
      a4 replaces a3 9@99         | replaced a3 a4 9
                                  | indicative 5@99 -4
      phase continuous            | phase continuous
                                  | trade #1 5@99 buy b1 0 sell a4 4 by none
      b2 buy 1@98                 | new b2 #3 1
      a5 replaces a4 @98          | rejected replace a5 post_only_would_cross
      cancel a4                   | canceled a4 4 user
    `);
  });
});

test('R4.5 should leave the state as any other refused command when the phase refuses', () => {
  const setUp = `
    a1 sell 5@100
    phase halted
  `;
  const refused = hashAfter(`${setUp}\n a2 replaces a1 6@101`);
  expect(hashAfter(`${setUp}\n a2 replaces zz 5`)).toBe(refused);
  expect(hashAfter(`${setUp}\n a2 buy 5@100`)).toBe(refused);
});
