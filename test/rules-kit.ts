// Rules as two columns: commands on the left, the events that they print on the right.
//
//   a1 sell 10@100         | new a1 #1 10
//   b1 buy 4@101 ioc       | new b1 #2 4
//                          | trade #1 4@100 buy b1 0 sell a1 6 by buy
//   book                   | book - / 100x6x1
//
// An order's first letter is its account: a1 belongs to A, where not written B:a1. The instrument
// TEST is there already, unless the table begins with a definition of its own.
//
// Commands
//   a1 buy 10@100 WORDS      new; `10` alone has no price. WORDS: market, stop, stop_limit, gtc,
//                            day, ioc, fok, postOnly, a stp mode, display=5, stop=99, on=SYMBOL
//   a2 replaces a1 12@101    replace; `12` changes only the quantity, `@101` only the price,
//                            neither only the id. WORDS: display=5, stop=99
//   cancel a1 · massCancel A [buy|sell] [on=SYMBOL] · time 12
//   instrument SYMBOL [reference=100] [band=1000] [halt=10] [auction=20]
//   phase halted [on=SYMBOL] · book [on=SYMBOL] [depth=2] · hash
//
// Events
//   new a1 #1 10                              orderId 1, leaves 10
//   rejected new a1 invalid_qty               the command, its id (massCancel: the account), why
//   trade #1 4@100 buy b1 0 sell a1 6 by buy  tradeId 1; after each order its leaves
//   canceled a1 6 ioc · replaced a1 a2 12 · restated a1 3 · triggered a1
//   phase halted · indicative 5@100 -2        quantity at a price, imbalance
//   indicative 0 0                            nothing would trade
//   book 100x12x2 99x5x1 / 101x4x1            bids / asks as price x quantity x orders; - is none
// Events of another instrument than TEST have `on SYMBOL` behind their first word.

import { expect } from 'vitest';
import type { Limits } from '../src/core/limits.ts';
import { runTape } from './tape.ts';

export type TapeCommand = Readonly<Record<string, unknown>>;
type Line = Readonly<Record<string, unknown>>;
interface Options {
  limits?: Partial<Limits>;
  /** Instruments defined before the table begins. */
  instruments?: readonly string[];
}

const INSTRUMENTS = ['TEST'] as const;
/** Enough for a table, and laid out in an instant. */
const LIMITS: Limits = { orders: 512, accounts: 64, instruments: 8, pages: 128 };

/** Runs the left column of a table and compares what it prints with the right one. */
export function play(table: string, options: Options = {}): void {
  const commands: TapeCommand[] = [];
  const expected: string[] = [];
  for (const row of table.split('\n')) {
    const [command, event, ...more] = row.split('|').map((text) => text.trim().replace(/ +/g, ' '));
    if (more.length > 0) throw new Error(`more than two columns: ${row}`);
    if (command) commands.push(parseCommand(command));
    if (event) expected.push(event);
  }
  expect(run(commands, options)).toEqual(expected);
}

/** Runs commands and gives the compact text of each event. */
export function run(commands: readonly TapeCommand[], options: Options = {}): string[] {
  const known = commands[0]?.cmd === 'instrument' ? [] : (options.instruments ?? INSTRUMENTS);
  const instruments = known.map((symbol) => ({ cmd: 'instrument', symbol }));
  return runTape([...instruments, ...commands], { ...LIMITS, ...options.limits }).map(compact);
}

/** The state hash after the left column of a table. */
export function hashAfter(table: string, options: Options = {}): string {
  const lines = run([...parseTable(table), { cmd: 'hash' }], options);
  return lines.at(-1)!;
}

/** The commands of a table, whose right column is not looked at. */
export function parseTable(table: string): TapeCommand[] {
  const left = table.split('\n').map((row) => row.split('|')[0]!.trim());
  return left.filter((command) => command !== '').map(parseCommand);
}

/** One command in the words of the table. */
export function parseCommand(text: string): TapeCommand {
  const words = text.split(/ +/);
  const [first, second, third] = words as [string, string, string];
  switch (first) {
    case 'instrument':
      return { cmd: 'instrument', symbol: second, ...numbers(words.slice(2), BAND_KEYS) };
    case 'phase':
      return { cmd: 'phase', symbol: 'TEST', phase: second, ...options(words.slice(2)) };
    case 'time':
      return { cmd: 'time', ns: BigInt(second) };
    case 'hash':
      return { cmd: 'hash' };
    case 'book':
      return { cmd: 'book', symbol: 'TEST', ...options(words.slice(1)) };
    case 'cancel':
      return { cmd: 'cancel', ...owned(second) };
    case 'massCancel':
      return { cmd: 'massCancel', account: second, ...options(words.slice(2)) };
  }
  if (second === 'replaces') {
    const sized = words[3] !== undefined && !words[3].includes('=');
    const terms = { ...size(sized ? words[3]! : ''), ...options(words.slice(sized ? 4 : 3)) };
    return { cmd: 'replace', ...owned(first), origClOrdId: third, ...terms };
  }
  if (second !== 'buy' && second !== 'sell') throw new Error(`not a command: ${text}`);
  const terms = { side: second, ...size(third), ...options(words.slice(3)) };
  return { cmd: 'new', symbol: 'TEST', ...owned(first), ...terms };
}

/** Account and clOrdId of an order's name: `a1` is A's, `B:a1` says whose it is. */
function owned(name: string): TapeCommand {
  const [account, clOrdId] = name.includes(':') ? name.split(':') : [name[0]!.toUpperCase(), name];
  return { account, clOrdId };
}

function size(text: string): TapeCommand {
  const [qty, price] = text.split('@') as [string, string | undefined];
  return {
    ...(qty === '' ? {} : { qty: Number(qty) }),
    ...(price === undefined ? {} : { price: Number(price) }),
  };
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  side: ['buy', 'sell'],
  type: ['limit', 'market', 'stop', 'stop_limit'],
  tif: ['gtc', 'day', 'ioc', 'fok'],
  stp: ['none', 'cancel_aggressor', 'cancel_resting', 'cancel_both', 'decrement'],
};
const KEYS: Readonly<Record<string, string>> = {
  on: 'symbol',
  depth: 'depth',
  display: 'displayQty',
  stop: 'stopPrice',
};

const BAND_KEYS: Readonly<Record<string, string>> = {
  reference: 'referencePrice',
  band: 'priceBandBps',
  halt: 'haltNs',
  auction: 'auctionNs',
};

/** `name=5` as the key that `keys` has for the name. */
function numbers(words: readonly string[], keys: Readonly<Record<string, string>>): TapeCommand {
  return Object.fromEntries(
    words.map((word) => {
      const [name, value] = word.split('=') as [string, string];
      if (keys[name] === undefined) throw new Error(`not an option: ${word}`);
      return [keys[name], Number(value)];
    }),
  );
}

function options(words: readonly string[]): TapeCommand {
  return Object.fromEntries(words.map(option));
}

function option(word: string): [string, unknown] {
  if (word === 'postOnly') return ['postOnly', true];
  const [name, value] = word.split('=') as [string, string | undefined];
  if (value !== undefined && KEYS[name] !== undefined) {
    return [KEYS[name], name === 'on' ? value : Number(value)];
  }
  const key = Object.keys(WORDS).find((candidate) => WORDS[candidate]!.includes(word));
  if (key === undefined) throw new Error(`not an option: ${word}`);
  return [key, word];
}

/** The compact text of one printed event. */
export function compact(text: string): string {
  const line = JSON.parse(text) as Line;
  switch (line.evt) {
    case 'new':
      return `new ${name(line)} #${line.orderId} ${line.leaves}`;
    case 'rejected':
      return `rejected ${line.cmd} ${name(line)} ${line.reason}`;
    case 'trade':
      return (
        `trade #${line.tradeId} ${on(line)}${line.qty}@${line.price}` +
        ` buy ${nameOf(line.buy)} ${line.buyLeaves} sell ${nameOf(line.sell)} ${line.sellLeaves}` +
        ` by ${line.aggressor}`
      );
    case 'canceled':
      return `canceled ${name(line)} ${line.qty} ${line.reason}`;
    case 'replaced':
      return `replaced ${line.origClOrdId} ${name(line)} ${line.leaves}`;
    case 'restated':
      return `restated ${name(line)} ${line.leaves}`;
    case 'triggered':
      return `triggered ${name(line)}`;
    case 'phase':
      return `phase ${on(line)}${line.phase}`;
    case 'indicative': {
      const price = line.price === undefined ? '' : `@${line.price}`;
      return `indicative ${on(line)}${line.qty}${price} ${line.imbalance}`;
    }
    case 'book':
      return `book ${on(line)}${levels(line.bids)} / ${levels(line.asks)}`;
    case 'hash':
      return `hash ${line.value}`;
    default:
      return text;
  }
}

/** `on SYMBOL` where it is not the instrument that every table has. */
function on(line: Line): string {
  return line.symbol === 'TEST' ? '' : `on ${line.symbol} `;
}

function name(line: Line): string {
  return line.clOrdId === undefined
    ? String(line.account ?? '-')
    : nameOf(`${line.account}:${line.clOrdId}`);
}

/** `a1` for A:a1; the whole text where the account is not the first letter. */
function nameOf(text: unknown): string {
  const [account, id] = String(text).split(/:(.*)/s) as [string, string];
  return id[0]!.toUpperCase() === account ? id : `${account}:${id}`;
}

function levels(side: unknown): string {
  const rows = side as readonly (readonly number[])[];
  return rows.map((level) => level.join('x')).join(' ') || '-';
}
