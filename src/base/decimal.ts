// Positive decimal numbers as text, such as a tick or lot size, and as a whole number of units of
// which the last `decimals` digits stand behind the point.

export interface Decimal {
  /** 1 … 2^31-1. */
  units: number;
  /** 0 … 31. */
  decimals: number;
}

const UNITS_MAX = 0x7fffffff;
const DECIMALS_MAX = 31;

/**
 * The number that a text such as `5`, `0.01` or `2.50` says; its digits are kept as they are. Null:
 * it says none, or one that is 0 or does not fit.
 */
export function parseDecimal(text: string): Decimal | null {
  const digits = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text);
  if (digits === null) return null;
  const fraction = digits[2] ?? '';
  const units = Number(`${digits[1]}${fraction}`);
  if (units < 1 || units > UNITS_MAX || fraction.length > DECIMALS_MAX) return null;
  return { units, decimals: fraction.length };
}

/** The text that gave it. */
export function decimalText({ units, decimals }: Decimal): string {
  const digits = String(units).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}
