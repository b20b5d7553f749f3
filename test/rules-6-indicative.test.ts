import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

const CALLS = ['pre_open', 'auction'] as const;

describe.each(CALLS)('R6.5 should, in %s, publish', (phase) => {
  test('nothing while nothing would trade', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      b1 sell 5@101               | new b1 #2 5
      b2 buy 9 stop stop=100      | new b2 #3 9
      a2 replaces a1 7            | replaced a1 a2 7
      cancel b1                   | canceled b1 5 user
    `);
  });

  test('whenever price, quantity or imbalance changes, and only then', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      b1 sell 3@100               | new b1 #2 3
                                  | indicative 3@100 2
      b2 sell 1@101               | new b2 #3 1
      a2 buy 9@99                 | new a2 #4 9
      b3 sell 1@100               | new b3 #5 1
                                  | indicative 4@100 1
      a3 buy 1@100                | new a3 #6 1
                                  | indicative 4@100 2
      cancel b2                   | canceled b2 1 user
      b4 sell 2@99                | new b4 #7 2
                                  | indicative 6@100 0
      cancel zz                   | rejected cancel zz unknown_order
      a4 replaces a2 8            | replaced a2 a4 8
    `);
  });

  test('a price that moves though quantity and imbalance do not', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@110                | new a1 #1 5
      b1 sell 5@100               | new b1 #2 5
                                  | indicative 5@105 0
      b2 replaces b1 @104         | replaced b1 b2 5
                                  | indicative 5@107 0
      b3 replaces b2 5@104        | replaced b2 b3 5
    `);
  });

  test('that nothing would trade any more, once', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      b1 sell 3@100               | new b1 #2 3
                                  | indicative 3@100 2
      cancel b1                   | canceled b1 3 user
                                  | indicative 0 0
      b2 sell 3@101               | new b2 #3 3
      cancel b2                   | canceled b2 3 user
      b3 sell 3@100               | new b3 #4 3
                                  | indicative 3@100 2
      massCancel B                | canceled b3 3 mass_cancel
                                  | indicative 0 0
    `);
  });

  test('nothing for a command that is refused', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      b1 sell 3@100               | new b1 #2 3
                                  | indicative 3@100 2
      b2 sell 3@100 ioc           | rejected new b2 phase
      b3 sell 0@100               | rejected new b3 invalid_qty
      b4 replaces b1 0            | rejected replace b4 invalid_qty
    `);
  });

  test('after a mass cancel once, not after each order', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 5@100                | new a1 #1 5
      a2 buy 5@101                | new a2 #2 5
      b1 sell 9@100               | new b1 #3 9
                                  | indicative 9@100 1
      b2 sell 1@100               | new b2 #4 1
                                  | indicative 10@100 0
      a3 buy 1@102                | new a3 #5 1
                                  | indicative 10@100 1
      massCancel B                | canceled b1 9 mass_cancel
                                  | canceled b2 1 mass_cancel
                                  | indicative 0 0
    `);
  });

  test('what icebergs hide as well', () => {
    play(`
      phase ${phase}              | phase ${phase}
      a1 buy 50@100 display=1     | new a1 #1 50
      b1 sell 20@100 display=2    | new b1 #2 20
                                  | indicative 20@100 30
    `);
  });

  test('a price between bid and ask by the last trade, else by the referencePrice', () => {
    play(`
      instrument TEST reference=104 |
      phase ${phase}              | phase ${phase}
      a1 buy 1@105                | new a1 #1 1
      b1 sell 1@100               | new b1 #2 1
                                  | indicative 1@104 0
      phase continuous            | phase continuous
                                  | trade #1 1@104 buy a1 0 sell b1 0 by none
      c1 buy 1@101                | new c1 #3 1
      d1 sell 1@101               | new d1 #4 1
                                  | trade #2 1@101 buy c1 0 sell d1 0 by sell
      phase ${phase}              | phase ${phase}
      a2 buy 1@105                | new a2 #5 1
      b2 sell 1@100               | new b2 #6 1
                                  | indicative 1@101 0
    `);
  });
});

test('R6.5 should count the last value as nothing on entry, and print the book as it is', () => {
  play(`
    phase pre_open                | phase pre_open
    a1 buy 5@100                  | new a1 #1 5
    b1 sell 3@100                 | new b1 #2 3
                                  | indicative 3@100 2
    phase auction                 | phase auction
                                  | indicative 3@100 2
    phase halted                  | phase halted
    phase auction                 | phase auction
                                  | indicative 3@100 2
    phase pre_open                | phase pre_open
                                  | indicative 3@100 2
    cancel b1                     | canceled b1 3 user
                                  | indicative 0 0
    phase auction                 | phase auction
    a2 buy 1@100                  | new a2 #3 1
  `);
});

test('R6.5 should publish nothing on leaving, whatever was published last', () => {
  play(`
    phase auction                 | phase auction
    a1 buy 5@100                  | new a1 #1 5
    b1 sell 3@100                 | new b1 #2 3
                                  | indicative 3@100 2
    phase closed                  | phase closed
    cancel b1                     | canceled b1 3 user
    phase auction                 | phase auction
    b2 sell 3@100                 | new b2 #3 3
                                  | indicative 3@100 2
    phase continuous              | phase continuous
                                  | trade #1 3@100 buy a1 2 sell b2 0 by none
    b3 sell 1@100                 | new b3 #4 1
                                  | trade #2 1@100 buy a1 1 sell b3 0 by sell
  `);
});

test('R6.5 should publish after all other events, instruments in order of definition', () => {
  const table = `
    phase auction on=THREE        | phase on THREE auction
    phase pre_open on=ONE         | phase on ONE pre_open
    phase auction on=TWO          | phase on TWO auction
    b1 sell 3@100 on=TWO          | new b1 #1 3
    b2 sell 3@100 on=ONE          | new b2 #2 3
    b3 sell 3@100 on=THREE        | new b3 #3 3
    b4 sell 3@100 on=FOUR         | new b4 #4 3
    a1 buy 5@100 on=THREE         | new a1 #5 5
                                  | indicative on THREE 3@100 2
    a2 buy 5@100 on=TWO           | new a2 #6 5
                                  | indicative on TWO 3@100 2
    c1 buy 4@100 on=ONE           | new c1 #7 4
                                  | indicative on ONE 3@100 1
    a3 buy 9@100 on=ONE           | new a3 #8 9
                                  | indicative on ONE 3@100 10
    a4 buy 2@90 on=FOUR           | new a4 #9 2
    massCancel A                  | canceled a1 5 mass_cancel
                                  | canceled a2 5 mass_cancel
                                  | canceled a3 9 mass_cancel
                                  | canceled a4 2 mass_cancel
                                  | indicative on ONE 3@100 1
                                  | indicative on TWO 0 0
                                  | indicative on THREE 0 0
  `;
  play(table, { instruments: ['ONE', 'TWO', 'THREE', 'FOUR'] });
});
