// The surprises of section 9, each shown.

import { test } from 'vitest';
import { play } from './rules-kit.ts';

test('R9 a cancel has no id of its own', () => {
  play(`
    cancel a2                     | rejected cancel a2 unknown_order
    a1 buy 5@100                  | new a1 #1 5
    cancel a1                     | canceled a1 5 user
    a2 buy 5@100                  | new a2 #2 5
  `);
});

test('R9 ids must grow: what was used once, and be it in vain, is used up', () => {
  play(`
    a1 buy 5 market postOnly      | rejected new a1 unsupported_combination
    a1 buy 5@100                  | rejected new a1 duplicate_clordid
    a2 replaces a1 5              | rejected replace a2 unknown_order
    a2 buy 5@100                  | rejected new a2 duplicate_clordid
    a3 buy 5@100                  | new a3 #1 5
  `);
});

test('R9 a stop through the market fires at once', () => {
  play(`
    y1 sell 1@100                 | new y1 #1 1
    z1 buy 1@100                  | new z1 #2 1
                                  | trade #1 1@100 buy z1 0 sell y1 0 by buy
    b1 sell 5@103                 | new b1 #3 5
    a1 buy 5 stop stop=95         | new a1 #4 5
                                  | triggered a1
                                  | trade #2 5@103 buy a1 0 sell b1 0 by buy
  `);
});

test('R9 a decrement may print both canceled and restated', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 sell 2@100                 | new a2 #2 2
    a3 buy 6@100 decrement        | new a3 #3 6
                                  | canceled a1 5 stp
                                  | restated a3 1
                                  | restated a2 1
                                  | canceled a3 1 stp
  `);
});

test('R9 one account can trade with itself in an auction', () => {
  play(`
    phase auction                 | phase auction
    a1 sell 5@100                 | new a1 #1 5
    a2 buy 5@100                  | new a2 #2 5
                                  | indicative 5@100 0
    phase continuous              | phase continuous
                                  | trade #1 5@100 buy a2 0 sell a1 0 by none
  `);
});

test('R9 a fok killed by an own order says fok, not stp', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    a2 buy 5@100 fok              | new a2 #2 5
                                  | canceled a2 5 fok
    a3 buy 5 market fok cancel_both | new a3 #3 5
                                  | canceled a3 5 fok
    book                          | book - / 100x5x1
  `);
});
