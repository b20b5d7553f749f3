// The quick way to read a line: one walk over its characters, for lines as programs write them. A
// line is plain when it is one object with known keys, each once, texts without escapes, integers
// of up to 15 digits, and at most one space after a comma or colon. Whatever else it may be, wrong
// or only unusual, is left to reader.ts, which reads the same values and finds the words for a
// fault.

import { CHECKS, COMMANDS, type KeyName, type TapeLine } from './commands.ts';

const KEYS = Object.keys(CHECKS) as KeyName[];
const CHECK_OF = KEYS.map((key) => CHECKS[key]);
/** Where a key's value stands in `values`. */
const AT = Object.fromEntries(KEYS.map((key, at) => [key, at])) as Record<KeyName, number>;

/** Key + 1 by length and third character (of `ns`: its quote), a pair of their own for each. */
const KEY_LENGTH_MAX = 15;
const KEY_TABLE = new Uint8Array((KEY_LENGTH_MAX + 1) << 7);
for (const [at, key] of KEYS.entries()) {
  KEY_TABLE[(key.length << 7) | `${key}"`.charCodeAt(2)] = at + 1;
}

/** The keys of each command as bits, cmd among them. */
const KEY_BITS = new Map(
  [...COMMANDS].map(([cmd, { needed, optional }]) => [
    cmd,
    { cmd, needed: bitsOf(['cmd', ...needed]), allowed: bitsOf(['cmd', ...needed, ...optional]) },
  ]),
);

function bitsOf(keys: readonly KeyName[]): number {
  return keys.reduce((bits, key) => bits | (1 << AT[key]), 0);
}

const DIGITS_MAX = 15;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The values of the line that is being read, by key. */
const values: unknown[] = new Array(KEYS.length).fill(undefined);
/** First character not read yet. */
let next = 0;

/** What a plain line says; undefined when it is not plain, or not as it should be. */
export function readPlainLine(line: string): TapeLine | undefined {
  const present = readMembers(line);
  if (present === 0) return undefined;
  const bits = KEY_BITS.get(values[AT.cmd] as string);
  if (bits === undefined || (present & bits.needed) !== bits.needed) return undefined;
  return (present & ~bits.allowed) === 0 ? lineOf(bits.cmd) : undefined;
}

/** Puts all members into `values` and returns the bits of their keys; 0: the line is not plain. */
function readMembers(line: string): number {
  if (line.charCodeAt(0) !== OPEN) return 0;
  values.fill(undefined);
  let present = 0;
  next = 1;
  for (;;) {
    const key = readKey(line);
    if (key < 0 || (present & (1 << key)) !== 0) return 0;
    present |= 1 << key;
    const value = readValue(line);
    if (value === undefined || CHECK_OF[key]!(value) !== '') return 0;
    values[key] = value;
    const after = line.charCodeAt(next++);
    if (after === CLOSE) return next === line.length ? present : 0;
    if (after !== COMMA) return 0;
    if (line.charCodeAt(next) === SPACE) next++;
  }
}

/** The key that stands next, with its colon; -1 when there is none that is known. */
function readKey(line: string): number {
  if (line.charCodeAt(next) !== QUOTE) return -1;
  const start = next + 1;
  const end = line.indexOf('"', start);
  const length = end - start;
  if (length < 1 || length > KEY_LENGTH_MAX) return -1;
  const key = KEY_TABLE[(length << 7) | (line.charCodeAt(start + 2) & 0x7f)]! - 1;
  if (key < 0 || !line.startsWith(KEYS[key]!, start)) return -1;
  if (line.charCodeAt(end + 1) !== COLON) return -1;
  next = line.charCodeAt(end + 2) === SPACE ? end + 3 : end + 2;
  return key;
}

/** The value that stands next, undefined when it is not plain. */
function readValue(line: string): unknown {
  const first = line.charCodeAt(next);
  if (first === QUOTE) return readText(line);
  if (first === MINUS || (first >= ZERO && first <= NINE)) return readDigits(line);
  if (line.startsWith('true', next)) {
    next += 4;
    return true;
  }
  if (line.startsWith('false', next)) {
    next += 5;
    return false;
  }
  return undefined;
}

function readText(line: string): string | undefined {
  const start = ++next;
  for (;;) {
    const character = line.charCodeAt(next++);
    if (character === QUOTE) return line.slice(start, next - 1);
    // Written so that NaN, which stands behind the end of the line, is refused as well.
    if (!(character >= SPACE) || character === BACKSLASH) return undefined;
  }
}

function readDigits(line: string): number | undefined {
  const isNegative = line.charCodeAt(next) === MINUS;
  if (isNegative) next++;
  const start = next;
  let value = 0;
  let digit = line.charCodeAt(next) - ZERO;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = line.charCodeAt(++next) - ZERO;
  }
  const digits = next - start;
  if (digits < 1 || digits > DIGITS_MAX) return undefined;
  if (digits > 1 && line.charCodeAt(start) === ZERO) return undefined;
  return isNegative && value !== 0 ? -value : value;
}

/** One shape of object for all lines, so that the code that reads them stays monomorphic. */
function lineOf(cmd: string): TapeLine {
  return {
    cmd,
    symbol: values[AT.symbol],
    account: values[AT.account],
    clOrdId: values[AT.clOrdId],
    origClOrdId: values[AT.origClOrdId],
    side: values[AT.side],
    type: values[AT.type],
    tif: values[AT.tif],
    postOnly: values[AT.postOnly],
    stp: values[AT.stp],
    qty: values[AT.qty],
    price: values[AT.price],
    displayQty: values[AT.displayQty],
    stopPrice: values[AT.stopPrice],
    ns: values[AT.ns],
    depth: values[AT.depth],
    tickSize: values[AT.tickSize],
    lotSize: values[AT.lotSize],
    referencePrice: values[AT.referencePrice],
    priceBandBps: values[AT.priceBandBps],
    haltNs: values[AT.haltNs],
    auctionNs: values[AT.auctionNs],
    phase: values[AT.phase],
  } as TapeLine;
}
