// Numbers of a tape, which are integers written in any way that JSON knows: 100, 1e2, 100.0. They
// are read digit by digit from their text, because a double holds no more than 53 bits of them.

/** Integers beyond it, on either side of 0, are read as this one: far outside all that is used. */
const INTEGER_MAX = 10n ** 20n;

const ZERO = 0x30;
const DOT = 0x2e;

/**
 * The value of a JSON number's text: a number when it is an integer up to 2^53-1, a bigint when it
 * is a larger one (exact up to 10^20, then 10^20), NaN when it is no integer. Time and memory grow
 * with the text, never with the value, so `1e999999999` is no burden.
 */
export function readInteger(text: string): number | bigint {
  const isNegative = text.startsWith('-');
  const exponentAt = text.search(/[eE]/);
  const mantissa = text.slice(isNegative ? 1 : 0, exponentAt < 0 ? text.length : exponentAt);
  const digits = mantissa.replace('.', '');
  let first = 0;
  while (first < digits.length && digits.charCodeAt(first) === ZERO) first++;
  if (first === digits.length) return 0;
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end--;
  // The value is 0.DIGITS × 10^pointAt, DIGITS running from `first` to `end`. An exponent too long
  // for a number is read as an infinity, which compares as it should.
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const pointAt = wholeDigits(mantissa) - first + exponent;
  if (pointAt < end - first) return Number.NaN;
  if (pointAt > 20) return isNegative ? -INTEGER_MAX : INTEGER_MAX;
  const value = BigInt(digits.slice(first, end).padEnd(pointAt, '0'));
  const signed = isNegative ? -value : value;
  const rounded = Number(signed);
  return Number.isSafeInteger(rounded) ? rounded : signed;
}

/** How many digits stand before the decimal point. */
function wholeDigits(mantissa: string): number {
  let at = 0;
  while (at < mantissa.length && mantissa.charCodeAt(at) !== DOT) at++;
  return at;
}
