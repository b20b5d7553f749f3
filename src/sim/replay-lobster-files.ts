// LOBSTER's two files (lobsterdata.com): messages, and the book after each message, row by row.

import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import { INT32_MAX } from '../core/limits.ts';
import { LineReader, readIntegers } from './replay-lines.ts';
import type { ByteSource } from './replay-sources.ts';

export const MESSAGE_ADD = 1;
export const MESSAGE_REDUCE = 2;
export const MESSAGE_DELETE = 3;
export const MESSAGE_EXECUTE = 4;
export const MESSAGE_EXECUTE_HIDDEN = 5;
export const MESSAGE_CROSS = 6;
export const MESSAGE_HALT = 7;

/** One message. Price in 1/10000 dollar, the tick of the replay; side of the resting order. */
export interface LobsterMessage {
  timeNs: bigint;
  type: number;
  id: number;
  size: number;
  price: number;
  side: number;
}

/** One side of the window that a row shows, best level first, empty levels left out. */
export interface WindowSide {
  prices: number[];
  sizes: number[];
}

/** One row of the orderbook file; index SIDE_*. `levels` is the window's size. */
export interface LobsterRow {
  levels: number;
  sides: [buy: WindowSide, sell: WindowSide];
}

const MESSAGE_COLUMNS = 6;
const COLUMNS_PER_LEVEL = 4;
/** An empty level's price, positive for asks, negative for bids. */
const EMPTY_PRICE = 9_999_999_999;
/** Time of day as a double is this exact, in ns. */
const PART_NS_MAX = 0.02;
const NS_PER_SECOND = 1_000_000_000n;

export class LobsterMessages {
  readonly lines: LineReader;
  private readonly columns: number[] = [];

  constructor(source: ByteSource) {
    this.lines = new LineReader(source);
  }

  /** The next message, undefined at the end. */
  async next(): Promise<LobsterMessage | undefined> {
    const pending = this.lines.next();
    const line = typeof pending === 'string' ? pending : await pending;
    return line === undefined ? undefined : this.parse(line);
  }

  private parse(line: string): LobsterMessage {
    const { lines, columns } = this;
    const comma = line.indexOf(',');
    const timeNs = this.time(comma < 0 ? line : line.slice(0, comma));
    const count = comma < 0 ? 0 : readIntegers(line.slice(comma + 1), columns);
    if (count < 0) lines.fail(`column ${1 - count} is not a whole number`);
    if (count !== MESSAGE_COLUMNS - 1) lines.fail(`${count + 1} columns, not ${MESSAGE_COLUMNS}`);
    const [type, id, size, price, direction] = columns as [number, number, number, number, number];
    if (type < MESSAGE_ADD || type > MESSAGE_HALT) lines.fail(`type ${type} is none of 1 … 7`);
    if (direction !== 1 && direction !== -1) lines.fail(`direction ${direction} is not 1 or -1`);
    if (type <= MESSAGE_EXECUTE) {
      if (id < 1) lines.fail(`order id ${id} is not positive`);
      if (size < 1 || size > INT32_MAX) lines.fail(`size ${size} is not in 1 … ${INT32_MAX}`);
      if (price < 1 || price > INT32_MAX) lines.fail(`price ${price} is not in 1 … ${INT32_MAX}`);
    }
    return { timeNs, type, id, size, price, side: direction === 1 ? SIDE_BUY : SIDE_SELL };
  }

  private time(text: string): bigint {
    const match = /^(\d{1,9})(?:\.(\d{1,9})(\d{0,9}))?$/.exec(text);
    if (match === null) this.lines.fail(`time '${text}' is not seconds with up to 9 decimals`);
    const nanos = BigInt((match[2] ?? '').padEnd(9, '0'));
    const timeNs = BigInt(match[1]!) * NS_PER_SECOND + nanos;
    // Some rows are float text: 43002.632812672004 is a whole number of ns and a double's last bit.
    const partNs = Number(`0.${match[3] || '0'}`);
    if (Math.abs(partNs - Math.round(partNs)) > PART_NS_MAX) {
      this.lines.fail(`time '${text}' is not whole nanoseconds`);
    }
    return timeNs + BigInt(Math.round(partNs));
  }
}

export class LobsterRows {
  readonly lines: LineReader;
  private readonly columns: number[] = [];
  private levels = 0;

  constructor(source: ByteSource) {
    this.lines = new LineReader(source);
  }

  /** The next row, undefined at the end. */
  async next(): Promise<LobsterRow | undefined> {
    const pending = this.lines.next();
    const line = typeof pending === 'string' ? pending : await pending;
    return line === undefined ? undefined : this.parse(line);
  }

  private parse(line: string): LobsterRow {
    const { lines, columns } = this;
    const count = readIntegers(line, columns);
    if (count < 0) lines.fail(`column ${-count} is not a whole number`);
    if (this.levels === 0) {
      if (count % COLUMNS_PER_LEVEL !== 0) {
        lines.fail(`${count} columns are not price and size of both sides of every level`);
      }
      this.levels = count / COLUMNS_PER_LEVEL;
    }
    if (count !== this.levels * COLUMNS_PER_LEVEL) {
      lines.fail(`${count} columns, the rows before have ${this.levels * COLUMNS_PER_LEVEL}`);
    }
    const sides: LobsterRow['sides'] = [
      { prices: [], sizes: [] },
      { prices: [], sizes: [] },
    ];
    for (let level = 0; level < this.levels; level++) {
      const at = level * COLUMNS_PER_LEVEL;
      this.level(sides[SIDE_SELL], columns[at]!, columns[at + 1]!, at);
      this.level(sides[SIDE_BUY], columns[at + 2]!, columns[at + 3]!, at + 2);
    }
    return { levels: this.levels, sides };
  }

  private level(side: WindowSide, price: number, size: number, column: number): void {
    if (Math.abs(price) === EMPTY_PRICE && size === 0) return;
    if (price < 1 || price > INT32_MAX) {
      this.lines.fail(`column ${column + 1}: price ${price} is not in 1 … ${INT32_MAX}`);
    }
    // A level's total may be beyond int32; one that has to be entered as one order may not.
    if (size < 1) this.lines.fail(`column ${column + 2}: size ${size} is not positive`);
    side.prices.push(price);
    side.sizes.push(size);
  }
}
