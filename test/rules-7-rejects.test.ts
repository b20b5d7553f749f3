import { describe, expect, test } from 'vitest';
import { play } from './rules-kit.ts';

// A command with two faults must be refused for the one that stands first in R7. Every fault is the
// change to a command that provokes it; a pair of faults is both changes at once.
interface Fault {
  reason: string;
  name?: string;
  /** Replace: the order that it looks up. */
  orig?: string;
  qty?: number;
  price?: number;
  display?: number;
  words?: string;
  /** In which phase the command comes. */
  phase?: string;
}

const MAX = 2_147_483_647;
/** × MAX it is a notional too large. */
const LOTS = 5_000_000;

const NEW_FAULTS: readonly Fault[] = [
  { reason: 'unknown_symbol', words: 'on=NONE' },
  { reason: 'duplicate_clordid', name: 'a0' },
  { reason: 'invalid_qty', qty: 0 },
  { reason: 'invalid_price', price: MAX + 1 },
  { reason: 'invalid_stop_price', words: 'stop=99' },
  { reason: 'invalid_display_qty', words: 'display=0' },
  { reason: 'notional_too_large', qty: MAX, price: MAX },
  { reason: 'unsupported_combination', words: 'postOnly ioc' },
  { reason: 'post_only_would_cross', words: 'postOnly' },
  { reason: 'phase', phase: 'halted' },
  { reason: 'capacity' },
];

const REPLACE_FAULTS: readonly Fault[] = [
  { reason: 'duplicate_clordid', name: 'a0' },
  { reason: 'unknown_order', orig: 'zz' },
  { reason: 'invalid_qty', qty: 0 },
  { reason: 'invalid_price', price: MAX + 1 },
  { reason: 'invalid_stop_price', words: 'stop=0' },
  { reason: 'invalid_display_qty', display: 0 },
  { reason: 'notional_too_large', qty: LOTS, price: MAX },
  {
    reason: 'unsupported_combination',
    orig: 's0',
    display: LOTS / 10_000,
    words: 'stop=5000',
  },
  { reason: 'post_only_would_cross', orig: 'a0' },
  { reason: 'phase', phase: 'halted' },
  { reason: 'capacity' },
];

/** No command can have both: postOnly is judged by the book in the continuous phase alone. */
const IMPOSSIBLE = 'post_only_would_cross before phase';

/** Every two faults that one command can have, the one that stands first in R7 first. */
function pairs(faults: readonly Fault[]): [first: string, second: string, both: Fault][] {
  const found: [string, string, Fault][] = [];
  faults.forEach((first, index) => {
    for (const second of faults.slice(index + 1)) {
      const keys = ['name', 'orig', 'qty', 'price', 'display'] as const;
      if (keys.some((key) => first[key] !== undefined && second[key] !== undefined)) continue;
      if (`${first.reason} before ${second.reason}` === IMPOSSIBLE) continue;
      // Of a key that is there twice, the last counts.
      const words = [second.words, first.words].filter((word) => word).join(' ');
      found.push([first.reason, second.reason, { ...second, ...first, words }]);
    }
  });
  return found;
}

/** A buy that meets the resting sell. The pool of orders is full, unless `orders` says more. */
function playNew(fault: Omit<Fault, 'reason'>, result: string, orders = 1): void {
  const { name = 'a1', qty = 5, price = 100, words = '', phase } = fault;
  const table = `
    a0 sell 5@100                 | new a0 #1 5
    ${phase === undefined ? '' : `phase ${phase} | phase ${phase}`}
    ${name} buy ${qty}@${price} none ${words} | ${result}
  `;
  play(table, { limits: { orders } });
}

/**
 * A replace of a bid, a0 being postOnly and a2 not, to a price that meets the ask and lies on a
 * page that does not exist. All pages are taken, unless `pages` says more. s0 is a stop, which has
 * a page for its stopPrice.
 */
function playReplace(fault: Omit<Fault, 'reason'>, result: string, pages = 2): void {
  const { name = 'a3', orig = 'a2', qty = LOTS, price = 100, words = '', display, phase } = fault;
  const shown = display === undefined ? '' : `display=${display}`;
  const isStop = orig === 's0';
  const table = `
    a0 buy 5@40 postOnly          | new a0 #1 5
    a1 sell ${LOTS}@100           | new a1 #2 ${LOTS}
    a2 buy 5@40 none              | new a2 #3 5
    ${isStop ? 'A:s0 buy 5@40 stop_limit ioc stop=200 | new A:s0 #4 5' : ''}
    ${phase === undefined ? '' : `phase ${phase} | phase ${phase}`}
    ${name} replaces ${orig} ${qty}@${price} ${words} ${shown} | ${result}
  `;
  play(table, { limits: { pages: isStop ? pages + 1 : pages } });
}

const refuseNew = (fault: Fault): void =>
  playNew(fault, `rejected new ${fault.name ?? 'a1'} ${fault.reason}`);
const refuseReplace = (fault: Fault): void =>
  playReplace(fault, `rejected replace ${fault.name ?? 'a3'} ${fault.reason}`);

test('R7 should accept the new order and the replace that the tables below spoil', () => {
  playNew({}, 'new a1 #2 5 \n | trade #1 5@100 buy a1 0 sell a0 0 by buy', 2);
  const trades = `replaced a2 a3 ${LOTS} \n | trade #1 ${LOTS}@100 buy a3 0 sell a1 0 by buy`;
  playReplace({}, trades, 3);
});

describe('R7 should refuse a new order for', () => {
  test.each(NEW_FAULTS)('$reason', refuseNew);
});

describe('R7 should give the first of two reasons to a new order:', () => {
  test.each(pairs(NEW_FAULTS))('%s before %s', (_first, _second, both) => refuseNew(both));
});

describe('R7 should refuse a replace for', () => {
  test.each(REPLACE_FAULTS)('$reason', refuseReplace);
});

describe('R7 should give the first of two reasons to a replace:', () => {
  test.each(pairs(REPLACE_FAULTS))('%s before %s', (_first, _second, both) => refuseReplace(both));
});

describe('R7 should judge stops and icebergs in the same order:', () => {
  test.each([
    ['0 stop stop=99', 'invalid_qty'],
    ['5@100 stop stop=0', 'invalid_price'],
    ['5 stop_limit stop=0', 'invalid_price'],
    ['5@100 stop_limit stop=0 display=0', 'invalid_stop_price'],
    ['5@100 stop_limit stop=9 display=6', 'invalid_display_qty'],
    ['5 stop stop=9 display=6', 'invalid_display_qty'],
    [`${MAX}@${MAX} stop_limit stop=9`, 'notional_too_large'],
    [`${MAX}@${MAX} stop_limit ioc display=${MAX} stop=9`, 'notional_too_large'],
    [`${MAX}@${MAX} day`, 'notional_too_large'],
    [`${MAX}@${MAX} display=${MAX}`, 'notional_too_large'],
    [`${MAX} stop stop=${MAX} postOnly`, 'unsupported_combination'],
    ['5@100 stop_limit stop=9 fok display=5', 'unsupported_combination'],
    ['5@100 display=5 postOnly', 'post_only_would_cross'],
    ['5@100 day postOnly', 'post_only_would_cross'],
    ['5@100 stop_limit stop=9', 'capacity'],
    ['5 stop stop=9', 'capacity'],
    ['5@100 display=5', 'capacity'],
  ])('%s: %s', (terms, reason) => {
    const table = `
      b1 sell 5@100               | new b1 #1 5
      a1 buy ${terms}             | rejected new a1 ${reason}
    `;
    play(table, { limits: { orders: 1 } });
  });

  test.each([
    ['5 market', 'phase'],
    ['5@100 ioc postOnly', 'unsupported_combination'],
    ['5 stop stop=9 ioc', 'phase'],
    ['5 stop stop=0 ioc', 'invalid_stop_price'],
    ['5@100 postOnly', 'phase'],
    ['5@100 fok', 'phase'],
    ['5@100', 'capacity'],
  ])('in an auction %s: %s', (terms, reason) => {
    const table = `
      b1 sell 5@100               | new b1 #1 5
      phase auction               | phase auction
      a1 buy ${terms}             | rejected new a1 ${reason}
    `;
    play(table, { limits: { orders: 1 } });
  });
});

test('R7 should be tested for every two neighbours that one command can have', () => {
  const neighbours = (faults: readonly Fault[]): string[] =>
    faults
      .slice(1)
      .map((fault, index) => `${faults[index]!.reason} before ${fault.reason}`)
      .filter((pair) => pair !== IMPOSSIBLE);
  const tested = (faults: readonly Fault[]): string[] =>
    pairs(faults).map(([first, second]) => `${first} before ${second}`);
  expect(tested(NEW_FAULTS)).toEqual(expect.arrayContaining(neighbours(NEW_FAULTS)));
  // A stop cannot be postOnly.
  const ofReplace = neighbours(REPLACE_FAULTS).filter((pair) => !pair.endsWith('would_cross'));
  expect(tested(REPLACE_FAULTS)).toEqual(expect.arrayContaining(ofReplace));
});

test('R7 should refuse an unknown symbol in a mass cancel, a phase and a book', () => {
  play(`
    a1 sell 5@100                 | new a1 #1 5
    phase halted on=NONE          | rejected phase - unknown_symbol
    massCancel A on=NONE          | rejected massCancel A unknown_symbol
    massCancel Z buy on=NONE      | rejected massCancel Z unknown_symbol
    book on=NONE                  | rejected book - unknown_symbol
    book                          | book - / 100x5x1
  `);
});

test('R7 should take the text of another account for no duplicate', () => {
  play(`
    A:x sell 0@100                | rejected new A:x invalid_qty
    B:x sell 5@100                | new B:x #1 5
    A:x replaces y 5              | rejected replace A:x duplicate_clordid
  `);
});
