import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInteger } from '../src/sim/tape/number.ts';
import { runTape } from './tape.ts';

test.each<[string, number | bigint]>([
  ['0', 0],
  ['-0', 0],
  ['-0.000', 0],
  ['0e5', 0],
  ['0.0E-99999999999999999999', 0],
  ['1.0', 1],
  ['-1.0', -1],
  ['1e2', 100],
  ['1E+2', 100],
  ['120e-1', 12],
  ['0.00012e5', 12],
  ['12.50e1', 125],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['9.007199254740993e15', 9007199254740993n],
  ['9223372036854775807', 9223372036854775807n],
  ['1.5', Number.NaN],
  ['0.1', Number.NaN],
  ['1e-1', Number.NaN],
  ['15e-1', Number.NaN],
  ['1e-400', Number.NaN],
  ['1e-99999999999999999999', Number.NaN],
  ['1.0000000000000000001', Number.NaN],
  ['9007199254740992.5', Number.NaN],
  ['1e400', 10n ** 20n],
  ['-1e400', -(10n ** 20n)],
  ['1e999999999', 10n ** 20n],
  [`1e${'9'.repeat(400)}`, 10n ** 20n],
  [`-1e${'9'.repeat(400)}`, -(10n ** 20n)],
  [`1e-${'9'.repeat(400)}`, Number.NaN],
  [`1${'0'.repeat(1000)}e-1000`, 1],
  [`0.${'0'.repeat(1000)}1e1001`, 1],
])('should read %.60s', (text, value) => {
  expect(readInteger(text)).toBe(value);
});

test('should read a number of ten million digits in an instant', () => {
  const zeros = '0'.repeat(10_000_000);
  expect(readInteger(`1${zeros}e-10000000`)).toBe(1);
  expect(readInteger(`0.${zeros}1`)).toBeNaN();
  expect(readInteger(`1${zeros}1${zeros}`)).toBe(10n ** 20n);
});

/** The value of DIGITS × 10^exponent by exact fractions; undefined when it is no integer. */
function exactly(digits: bigint, exponent: number): bigint | undefined {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

test('should agree with exact fractions on any way to write a number', () => {
  const trailingZeros = fc.integer({ min: 0, max: 8 });
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
      trailingZeros,
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: -12, max: 12 }),
      (mantissa, zeros, decimals, exponent) => {
        const digits = mantissa * 10n ** BigInt(zeros);
        const plain = String(digits < 0n ? -digits : digits).padStart(decimals + 1, '0');
        const whole = plain.slice(0, plain.length - decimals);
        const fraction = plain.slice(plain.length - decimals);
        const point = fraction === '' ? '' : `.${fraction}`;
        const text = `${digits < 0n ? '-' : ''}${whole}${point}e${exponent}`;
        const expected = exactly(digits, exponent - decimals);
        const read = readInteger(text);
        if (expected === undefined) expect(read, text).toBeNaN();
        else if (expected > -(10n ** 20n) && expected < 10n ** 20n) {
          expect(BigInt(read), text).toBe(expected);
          expect(typeof read).toBe(Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint');
        } else expect(read, text).toBe(expected < 0n ? -(10n ** 20n) : 10n ** 20n);
      },
    ),
    { numRuns: 2000 },
  );
});

const ORDER = { cmd: 'new', symbol: 'TEST', account: 'A', clOrdId: 'a', side: 'buy' };

/** What becomes of an order with this text as its quantity. */
function orderOf(qty: string): string {
  const line = JSON.stringify({ ...ORDER, price: 1 }).replace('}', `,"qty":${qty}}`);
  return runTape(`{"cmd":"instrument","symbol":"TEST"}\n${line}`).join('\n');
}

test.each(['2147483647', '2147483647.0', '2.147483647e9', '21474836470e-1'])(
  'should pass the quantity %s to the core as it is',
  (qty) => {
    expect(orderOf(qty)).toBe(
      '{"evt":"new","account":"A","clOrdId":"a","orderId":1,"leaves":2147483647}',
    );
  },
);

test.each([
  ...['0', '-0', '-1', '2147483648', '4294967297', '-4294967295', '1099511627777'],
  ...['9007199254740993', '18446744073709551617', '1e400', '-1e400', '1e999999999'],
])('should let the core refuse the quantity %s', (qty) => {
  expect(orderOf(qty)).toBe(
    '{"evt":"rejected","account":"A","clOrdId":"a","cmd":"new","reason":"invalid_qty"}',
  );
});

test.each([
  ['price', '4294967297', 'invalid_price'],
  ['stopPrice', '4294967297', 'invalid_stop_price'],
  ['displayQty', '4294967297', 'invalid_display_qty'],
  ['displayQty', '1e400', 'invalid_display_qty'],
])('should let the core refuse a %s of %s', (key, value, reason) => {
  const line = JSON.stringify({ ...ORDER, qty: 1, price: 1, [key]: 0 });
  const written = line.replace(`"${key}":0`, `"${key}":${value}`);
  expect(runTape(`{"cmd":"instrument","symbol":"TEST"}\n${written}`)).toEqual([
    `{"evt":"rejected","account":"A","clOrdId":"a","cmd":"new","reason":"${reason}"}`,
  ]);
});
