// Cancel, replace and mass cancel of stops that wait.

import { describe, test } from 'vitest';
import { play } from './rules-kit.ts';

/** Trade `id` at a price; the orders of Y and Z for it are the `order`th and the next. */
function trade(id: number, price: number, order: number): string {
  return `
    y${id} sell 1@${price}      | new y${id} #${order} 1
    z${id} buy 1@${price} ioc   | new z${id} #${order + 1} 1
                                  | trade #${id} 1@${price} buy z${id} 0 sell y${id} 0 by buy
  `;
}

test('R4.1 should cancel a stop that waits, which then never triggers', () => {
  play(`
    a1 buy 5 stop stop=100        | new a1 #1 5
    a2 sell 4@90 stop_limit stop=100 | new a2 #2 4
    cancel a1                     | canceled a1 5 user
    cancel a1                     | rejected cancel a1 unknown_order
    cancel a2                     | canceled a2 4 user
    ${trade(1, 100, 3)}
  `);
});

test('R4.2 should change the stopPrice of a stop that waits', () => {
  play(`
    a1 buy 5 stop stop=105        | new a1 #1 5
    a2 replaces a1 stop=103       | replaced a1 a2 5
    ${trade(1, 102, 2)}
    ${trade(2, 103, 4)}
                                  | triggered a2
                                  | canceled a2 5 no_liquidity
  `);
});

test('R4.2 should find a stop by its new id alone', () => {
  play(`
    a1 buy 5 stop stop=105        | new a1 #1 5
    a2 replaces a1                | replaced a1 a2 5
    a3 replaces a1                | rejected replace a3 unknown_order
    cancel a1                     | rejected cancel a1 unknown_order
    cancel a2                     | canceled a2 5 user
  `);
});

test('R4.2 should not change the stopPrice of a stop that has triggered and rests', () => {
  play(`
    ${trade(1, 100, 1)}
    a1 buy 5@99 stop_limit stop=100 display=2 | new a1 #3 5
                                  | triggered a1
    a2 replaces a1 stop=99        | rejected replace a2 invalid_stop_price
    a3 replaces a1 stop=100       | rejected replace a3 invalid_stop_price
    a4 replaces a1 @98            | replaced a1 a4 5
    book                          | book 98x2x1 / -
  `);
});

describe('R4.2 should judge the replace of a stop as the new stop that it amounts to:', () => {
  test.each([
    ['5 stop stop=100', '0', 'invalid_qty'],
    ['5 stop stop=100', '@100', 'invalid_price'],
    ['5 stop stop=100', '@0', 'invalid_price'],
    ['5 stop stop=100', 'stop=0', 'invalid_stop_price'],
    ['5 stop stop=100', 'stop=2147483648', 'invalid_stop_price'],
    ['5 stop stop=100', 'display=6', 'invalid_display_qty'],
    ['5 stop stop=100', 'display=5', 'unsupported_combination'],
    ['5@90 stop_limit stop=100', '@0', 'invalid_price'],
    ['5@90 stop_limit stop=100', 'stop=-1', 'invalid_stop_price'],
    ['5@90 stop_limit stop=100', '5 display=6', 'invalid_display_qty'],
    ['5@90 stop_limit stop=100', '2147483647@2147483647', 'notional_too_large'],
    ['5@90 stop_limit stop=100 ioc', 'display=5', 'unsupported_combination'],
    ['5@90 stop_limit stop=100 fok', 'display=1', 'unsupported_combination'],
  ])('%s, %s: %s', (terms, change, reason) => {
    play(`
      a1 buy ${terms}             | new a1 #1 5
      a2 replaces a1 ${change}    | rejected replace a2 ${reason}
      cancel a1                   | canceled a1 5 user
    `);
  });
});

test('R4.2 should change price, quantity and displayQty of a stop_limit, seen as it rests', () => {
  play(`
    a1 buy 5@90 stop_limit stop=100 | new a1 #1 5
    a2 replaces a1 12@91 display=4 stop=101 | replaced a1 a2 12
    ${trade(1, 100, 2)}
    ${trade(2, 101, 4)}
                                  | triggered a2
    book                          | book 91x4x1 / -
  `);
});

describe('R4.3 should keep the entry of a stop for', () => {
  test.each([
    ['a smaller total', '4', 4],
    ['the same total', '5', 5],
    ['the same stopPrice', 'stop=105', 5],
    ['nothing but a new id', '', 5],
  ])('%s', (_what, terms, leaves) => {
    play(`
      a1 buy 5 stop stop=105      | new a1 #1 5
      b1 buy 5 stop stop=105      | new b1 #2 5
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      ${trade(1, 105, 3)}
                                  | triggered a2
                                  | canceled a2 ${leaves} no_liquidity
                                  | triggered b1
                                  | canceled b1 5 no_liquidity
    `);
  });
});

describe('R4.3 should give a stop a new entry for', () => {
  test.each([
    ['a larger total', ['6'], 6],
    ['another stopPrice, though it comes back', ['stop=106', 'stop=105'], 5],
  ])('%s', (_what, changes, leaves) => {
    const replaces = changes.map(
      (terms, i) =>
        `a${i + 2} replaces a${i + 1} ${terms} | replaced a${i + 1} a${i + 2} ${leaves}`,
    );
    const last = `a${changes.length + 1}`;
    play(`
      a1 buy 5 stop stop=105      | new a1 #1 5
      b1 buy 5 stop stop=105      | new b1 #2 5
      ${replaces.join('\n')}
      ${trade(1, 105, 3)}
                                  | triggered b1
                                  | canceled b1 5 no_liquidity
                                  | triggered ${last}
                                  | canceled ${last} ${leaves} no_liquidity
    `);
  });

  test.each([
    ['another limit', '@89', 5, '89x5x1'],
    ['a displayQty', 'display=5', 5, '90x5x1'],
    ['a displayQty and a smaller total', '4 display=2', 4, '90x2x1'],
  ])('%s', (_what, terms, leaves, bids) => {
    play(`
      a1 buy 5@90 stop_limit stop=105 | new a1 #1 5
      b1 buy 5 stop stop=105      | new b1 #2 5
      a2 replaces a1 ${terms}     | replaced a1 a2 ${leaves}
      ${trade(1, 105, 3)}
                                  | triggered b1
                                  | canceled b1 5 no_liquidity
                                  | triggered a2
      book                        | book ${bids} / -
    `);
  });
});

test('R4.3 should trigger a stop at once that its replace brings to the last trade price', () => {
  play(`
    ${trade(1, 100, 1)}
    b1 sell 3@101                 | new b1 #3 3
    a1 buy 5 stop stop=105        | new a1 #4 5
    a2 replaces a1 stop=101       | replaced a1 a2 5
    a3 replaces a2 stop=100       | replaced a2 a3 5
                                  | triggered a3
                                  | trade #2 3@101 buy a3 2 sell b1 0 by buy
                                  | canceled a3 2 no_liquidity
    a4 sell 5@95 stop_limit stop=99 | new a4 #5 5
    a5 replaces a4 stop=101       | replaced a4 a5 5
                                  | triggered a5
    book                          | book - / 95x5x1
  `);
});

test('R4.5 should leave a stop as it was when its replace is refused', () => {
  play(`
    a1 buy 5 stop stop=105        | new a1 #1 5
    b1 buy 5 stop stop=105        | new b1 #2 5
    a2 replaces a1 9@105 stop=106 | rejected replace a2 invalid_price
    a3 replaces a1 0 stop=90      | rejected replace a3 invalid_qty
    a4 replaces a1 9 stop=0       | rejected replace a4 invalid_stop_price
    ${trade(1, 105, 3)}
                                  | triggered a1
                                  | canceled a1 5 no_liquidity
                                  | triggered b1
                                  | canceled b1 5 no_liquidity
  `);
});

describe('R4.6 should mass cancel stops with the other orders, by orderId:', () => {
  const ORDERS = `
    a1 buy 1 stop stop=110        | new a1 #1 1
    a2 buy 2@100                  | new a2 #2 2
    a3 sell 3@90 stop_limit stop=95 on=OTHER | new a3 #3 3
    a4 sell 20@110 display=4      | new a4 #4 20
    a5 sell 5 stop stop=90        | new a5 #5 5
    b1 buy 6 stop stop=110        | new b1 #6 6
  `;

  test.each([
    ['massCancel A', ['a1 1', 'a2 2', 'a3 3', 'a4 20', 'a5 5']],
    ['massCancel A buy', ['a1 1', 'a2 2']],
    ['massCancel A sell', ['a3 3', 'a4 20', 'a5 5']],
    ['massCancel A on=TEST', ['a1 1', 'a2 2', 'a4 20', 'a5 5']],
    ['massCancel A sell on=OTHER', ['a3 3']],
    ['massCancel A buy on=OTHER', []],
    ['massCancel B', ['b1 6']],
  ])('%s', (command, canceled) => {
    const rows = canceled.map((order) => `| canceled ${order} mass_cancel`).join('\n');
    play(`${ORDERS}\n${command}\n${rows}`, { instruments: ['TEST', 'OTHER'] });
  });
});
