// Decimal numbers and symbols as texts.

import { expect, test } from 'vitest';
import { decimalText, parseDecimal } from '../src/base/decimal.ts';
import { isSymbol, SYMBOL_BYTES_MAX } from '../src/base/symbol.ts';

test.each([
  ['1', 1, 0],
  ['0.01', 1, 2],
  ['2.50', 250, 2],
  ['10', 10, 0],
  ['2147483647', 2 ** 31 - 1, 0],
  ['0.2147483647', 2 ** 31 - 1, 10],
  [`0.${'0'.repeat(30)}1`, 1, 31],
])('a decimal should keep its digits: %s', (text, units, decimals) => {
  expect(parseDecimal(text)).toEqual({ units, decimals });
  expect(decimalText({ units, decimals })).toBe(text);
});

test.each([
  ...['', '0', '0.0', '-1', '+1', '.5', '5.', '1e3', '01', ' 1', '1,5', '0x1', '1_0', '½'],
  '2147483648',
  '21474836.48',
  `0.${'0'.repeat(31)}1`,
])('no decimal that fits: %j', (text) => {
  expect(parseDecimal(text)).toBe(null);
});

test.each(['A', 'BRK.B', 'ÉTÉ', '株式', 'x'.repeat(SYMBOL_BYTES_MAX), 'é'.repeat(16)])(
  'a symbol: %s',
  (text) => {
    expect(isSymbol(text)).toBe(true);
  },
);

test.each(['', ' ', 'A B', 'A\n', 'A\u0000', 'A\u00a0', '\ud800', 'x'.repeat(33), 'é'.repeat(17)])(
  'no symbol: %j',
  (text) => {
    expect(isSymbol(text)).toBe(false);
  },
);
