import { describe, expect, test } from 'vitest';
import { parseCommand, play, run, type TapeCommand } from './rules-kit.ts';

describe('R5.1 should trigger on a trade that reaches the stopPrice:', () => {
  test('a buy stop at it, not below it', () => {
    play(`
      b1 sell 1@99                | new b1 #1 1
      b2 sell 1@100               | new b2 #2 1
      b3 sell 9@101               | new b3 #3 9
      a1 buy 2 stop stop=100      | new a1 #4 2
      c1 buy 1@99                 | new c1 #5 1
                                  | trade #1 1@99 buy c1 0 sell b1 0 by buy
      c2 buy 1@100                | new c2 #6 1
                                  | trade #2 1@100 buy c2 0 sell b2 0 by buy
                                  | triggered a1
                                  | trade #3 2@101 buy a1 0 sell b3 7 by buy
    `);
  });

  test('a sell stop at it, not above it', () => {
    play(`
      b1 buy 1@101                | new b1 #1 1
      b2 buy 1@100                | new b2 #2 1
      b3 buy 9@99                 | new b3 #3 9
      a1 sell 2 stop stop=100     | new a1 #4 2
      c1 sell 1@101               | new c1 #5 1
                                  | trade #1 1@101 buy b1 0 sell c1 0 by sell
      c2 sell 1@100               | new c2 #6 1
                                  | trade #2 1@100 buy b2 0 sell c2 0 by sell
                                  | triggered a1
                                  | trade #3 2@99 buy b3 7 sell a1 0 by sell
    `);
  });

  test('a stop on either side, beyond it', () => {
    play(`
      a1 buy 2 stop stop=100      | new a1 #1 2
      a2 sell 3 stop stop=100     | new a2 #2 3
      b1 sell 1@107               | new b1 #3 1
      c1 buy 1@107                | new c1 #4 1
                                  | trade #1 1@107 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | canceled a1 2 no_liquidity
      b2 sell 1@93                | new b2 #5 1
      c2 buy 1@93                 | new c2 #6 1
                                  | trade #2 1@93 buy c2 0 sell b2 0 by buy
                                  | triggered a2
                                  | canceled a2 3 no_liquidity
    `);
  });

  test('whoever is the aggressor, and never by prices that only stand in the book', () => {
    play(`
      a1 buy 2 stop stop=100      | new a1 #1 2
      a2 sell 2 stop stop=90      | new a2 #2 2
      b1 buy 1@105                | new b1 #3 1
      b2 sell 1@106               | new b2 #4 1
      cancel b1                   | canceled b1 1 user
      cancel b2                   | canceled b2 1 user
      b3 sell 1@80                | new b3 #5 1
      cancel b3                   | canceled b3 1 user
      b4 buy 1@100                | new b4 #6 1
      c1 sell 1@100               | new c1 #7 1
                                  | trade #1 1@100 buy b4 0 sell c1 0 by sell
                                  | triggered a1
                                  | canceled a1 2 no_liquidity
    `);
  });

  test('of the own account too', () => {
    play(`
      a1 buy 2 stop stop=100      | new a1 #1 2
      a2 sell 5@100               | new a2 #2 5
      b1 buy 1@100                | new b1 #3 1
                                  | trade #1 1@100 buy b1 0 sell a2 4 by buy
                                  | triggered a1
                                  | canceled a1 2 stp
    `);
  });

  test('of its own instrument alone', () => {
    const table = `
      a1 buy 2 stop stop=100      | new a1 #1 2
      b1 sell 1@100 on=OTHER      | new b1 #2 1
      c1 buy 1@100 on=OTHER       | new c1 #3 1
                                  | trade #1 on OTHER 1@100 buy c1 0 sell b1 0 by buy
      cancel a1                   | canceled a1 2 user
    `;
    play(table, { instruments: ['TEST', 'OTHER'] });
  });
});

describe('R5.1 should trigger a stop on entry that the last trade price satisfies:', () => {
  const LAST = `
    y1 sell 1@100                 | new y1 #1 1
    z1 buy 1@100                  | new z1 #2 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
  `;

  test.each([
    ['buy 5 stop stop=100', 'triggered a1\n | canceled a1 5 no_liquidity'],
    ['buy 5 stop stop=99', 'triggered a1\n | canceled a1 5 no_liquidity'],
    ['buy 5 stop stop=101', ''],
    ['sell 5 stop stop=100', 'triggered a1\n | canceled a1 5 no_liquidity'],
    ['sell 5 stop stop=101', 'triggered a1\n | canceled a1 5 no_liquidity'],
    ['sell 5 stop stop=99', ''],
    ['sell 5@90 stop_limit stop=100 ioc', 'triggered a1\n | canceled a1 5 ioc'],
  ])('%s', (terms, events) => {
    play(`${LAST}
      a1 ${terms}                 | new a1 #3 5
                                  | ${events}
    `);
  });

  test('by the last trade, not by a higher one before it', () => {
    play(`${LAST}
      y2 buy 1@95                 | new y2 #3 1
      z2 sell 1@95                | new z2 #4 1
                                  | trade #2 1@95 buy y2 0 sell z2 0 by sell
      a1 buy 5 stop stop=96       | new a1 #5 5
      cancel a1                   | canceled a1 5 user
    `);
  });

  test('also on another day', () => {
    play(`${LAST}
      phase closed                | phase closed
      phase continuous            | phase continuous
      a1 buy 5 stop stop=100      | new a1 #3 5
                                  | triggered a1
                                  | canceled a1 5 no_liquidity
    `);
  });

  test('a referencePrice is no trade', () => {
    play(`
      instrument TEST reference=100 |
      a1 buy 5 stop stop=100      | new a1 #1 5
      a2 sell 5 stop stop=100     | new a2 #2 5
      massCancel A                | canceled a1 5 mass_cancel
                                  | canceled a2 5 mass_cancel
    `);
  });
});

test('R5.2 should take the stops of one trade: buys by rising, sells by falling stopPrice', () => {
  play(`
    a1 sell 1 stop stop=100       | new a1 #1 1
    a2 sell 2 stop stop=102       | new a2 #2 2
    a3 buy 3 stop stop=100        | new a3 #3 3
    a4 buy 4 stop stop=98         | new a4 #4 4
    a5 sell 5 stop stop=101       | new a5 #5 5
    a6 buy 6 stop stop=99         | new a6 #6 6
    a7 buy 7 stop stop=98         | new a7 #7 7
    a8 sell 8 stop stop=102       | new a8 #8 8
    a9 buy 9 stop stop=101        | new a9 #9 9
    b1 sell 9 stop stop=99        | new b1 #10 9
    y1 sell 1@100                 | new y1 #11 1
    z1 buy 1@100                  | new z1 #12 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
                                  | triggered a4
                                  | canceled a4 4 no_liquidity
                                  | triggered a7
                                  | canceled a7 7 no_liquidity
                                  | triggered a6
                                  | canceled a6 6 no_liquidity
                                  | triggered a3
                                  | canceled a3 3 no_liquidity
                                  | triggered a2
                                  | canceled a2 2 no_liquidity
                                  | triggered a8
                                  | canceled a8 8 no_liquidity
                                  | triggered a5
                                  | canceled a5 5 no_liquidity
                                  | triggered a1
                                  | canceled a1 1 no_liquidity
    massCancel A                  | canceled a9 9 mass_cancel
    massCancel B                  | canceled b1 9 mass_cancel
  `);
});

test('R5.2 should evaluate trade by trade, in trade order', () => {
  play(`
    b1 sell 1@100                 | new b1 #1 1
    b2 sell 1@101                 | new b2 #2 1
    b3 sell 1@102                 | new b3 #3 1
    a1 buy 1 stop stop=102        | new a1 #4 1
    a2 buy 2 stop stop=101        | new a2 #5 2
    a3 sell 3 stop stop=100       | new a3 #6 3
    a4 sell 4 stop stop=102       | new a4 #7 4
    c1 buy 3@102 ioc              | new c1 #8 3
                                  | trade #1 1@100 buy c1 2 sell b1 0 by buy
                                  | trade #2 1@101 buy c1 1 sell b2 0 by buy
                                  | trade #3 1@102 buy c1 0 sell b3 0 by buy
                                  | triggered a4
                                  | canceled a4 4 no_liquidity
                                  | triggered a3
                                  | canceled a3 3 no_liquidity
                                  | triggered a2
                                  | canceled a2 2 no_liquidity
                                  | triggered a1
                                  | canceled a1 1 no_liquidity
  `);
});

test('R5.3 should let stops enter when the command has finished, its rest in the book', () => {
  play(`
    b1 sell 1@100                 | new b1 #1 1
    b2 sell 1@101                 | new b2 #2 1
    a1 sell 5 stop stop=100       | new a1 #3 5
    c1 buy 4@101                  | new c1 #4 4
                                  | trade #1 1@100 buy c1 3 sell b1 0 by buy
                                  | trade #2 1@101 buy c1 2 sell b2 0 by buy
                                  | triggered a1
                                  | trade #3 2@101 buy c1 0 sell a1 3 by sell
                                  | canceled a1 3 no_liquidity
  `);
});

test('R5.3 should let stops enter after the own end of the aggressor', () => {
  play(`
    b1 sell 1@100                 | new b1 #1 1
    a1 sell 5@90 stop_limit stop=100 | new a1 #2 5
    c1 buy 4@101 ioc              | new c1 #3 4
                                  | trade #1 1@100 buy c1 3 sell b1 0 by buy
                                  | canceled c1 3 ioc
                                  | triggered a1
    book                          | book - / 90x5x1
  `);
});

test('R5.3 should queue what a stop triggers behind those that wait already', () => {
  play(`
    b1 sell 1@100                 | new b1 #1 1
    b2 sell 1@101                 | new b2 #2 1
    b3 sell 1@102                 | new b3 #3 1
    b4 sell 1@103                 | new b4 #4 1
    a1 buy 1 stop stop=100        | new a1 #5 1
    a2 buy 1 stop stop=100        | new a2 #6 1
    a3 buy 1 stop stop=101        | new a3 #7 1
    c1 buy 1@100                  | new c1 #8 1
                                  | trade #1 1@100 buy c1 0 sell b1 0 by buy
                                  | triggered a1
                                  | trade #2 1@101 buy a1 0 sell b2 0 by buy
                                  | triggered a2
                                  | trade #3 1@102 buy a2 0 sell b3 0 by buy
                                  | triggered a3
                                  | trade #4 1@103 buy a3 0 sell b4 0 by buy
  `);
});

test('R5.3 should give a triggered stop_limit a new queue place', () => {
  play(`
    a1 buy 5@99 stop_limit stop=100 | new a1 #1 5
    b1 buy 5@99                   | new b1 #2 5
    y1 sell 1@100                 | new y1 #3 1
    z1 buy 1@100                  | new z1 #4 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
                                  | triggered a1
    c1 sell 6@99                  | new c1 #5 6
                                  | trade #2 5@99 buy b1 0 sell c1 1 by sell
                                  | trade #3 1@99 buy a1 4 sell c1 0 by sell
  `);
});

test('R5.3 should let the trades of a replaced order trigger as well', () => {
  play(`
    b1 sell 1@100                 | new b1 #1 1
    b2 buy 2@98                   | new b2 #2 2
    a1 buy 1@100 stop_limit stop=98 | new a1 #3 1
    a2 sell 1 stop stop=98        | new a2 #4 1
    c1 sell 1@105                 | new c1 #5 1
    c2 replaces c1 @98            | replaced c1 c2 1
                                  | trade #1 1@98 buy b2 1 sell c2 0 by sell
                                  | triggered a1
                                  | trade #2 1@100 buy a1 0 sell b1 0 by buy
                                  | triggered a2
                                  | trade #3 1@98 buy b2 0 sell a2 0 by sell
  `);
});

test('R5.3 should work a chain of 5,000 stops off, each triggering the next', () => {
  const links = 5_000;
  const commands: TapeCommand[] = [];
  for (let i = 1; i <= links + 1; i++) commands.push(parseCommand(`b${i} sell 1@${i}`));
  for (let i = 1; i <= links; i++) commands.push(parseCommand(`a${i} buy 1 stop stop=${i}`));
  const all = [...commands, parseCommand('c1 buy 1@1')];
  const printed = run(all, { limits: { orders: 16_384, pages: 512 } }).slice(commands.length);
  const expected = ['new c1 #10002 1', 'trade #1 1@1 buy c1 0 sell b1 0 by buy'];
  for (let i = 1; i <= links; i++) {
    const trade = `trade #${i + 1} 1@${i + 1} buy a${i} 0 sell b${i + 1} 0 by buy`;
    expected.push(`triggered a${i}`, trade);
  }
  expect(printed.join('\n')).toBe(expected.join('\n'));
});

test('R5.5 should show no stop in the book until it is triggered', () => {
  play(`
    a1 buy 5@99 stop_limit stop=100 display=2 | new a1 #1 5
    a2 sell 5@101 stop_limit stop=90 | new a2 #2 5
    a3 buy 5 stop stop=100        | new a3 #3 5
    book                          | book - / -
    b1 buy 5@200 postOnly         | new b1 #4 5
    cancel b1                     | canceled b1 5 user
    y1 sell 1@100                 | new y1 #5 1
    z1 buy 1@100                  | new z1 #6 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
                                  | triggered a1
                                  | triggered a3
                                  | canceled a3 5 no_liquidity
    book                          | book 99x2x1 / -
  `);
});
