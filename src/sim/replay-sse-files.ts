// The two files of one Shanghai instrument, orders and trades, as one stream of records in the
// order in which the exchange issued them (ApplSeqNum).

import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import { INT32_MAX } from '../core/limits.ts';
import { integerField, LineReader } from './replay-lines.ts';
import type { ByteSource } from './replay-sources.ts';

export const RECORD_ADD = 1;
export const RECORD_CANCEL = 2;
export const RECORD_TRADE = 3;

interface Common {
  sequence: number;
  /** Milliseconds since 1970 as the exchange's own clock shows them. */
  timeMs: number;
  qty: number;
  /** `FILE:LINE`. */
  where: string;
}

export interface SseOrder extends Common {
  kind: typeof RECORD_ADD | typeof RECORD_CANCEL;
  side: 0 | 1;
  number: number;
  /** Ticks; 0 in a cancel. */
  price: number;
}

export interface SseTrade extends Common {
  kind: typeof RECORD_TRADE;
  buyNumber: number;
  sellNumber: number;
  price: number;
  /** Undefined in a call auction. */
  aggressorSide: 0 | 1 | undefined;
}

export type SseRecord = SseOrder | SseTrade;

export const MS_PER_DAY = 86_400_000;

const TICKS_PER_YUAN = 100;
/** Prices are float text: this far (yuan) from a tick is still that tick. */
const PRICE_ERROR_MAX = 1e-6;

const COMMON_COLUMNS = ['MDDate', 'MDTime', 'ApplSeqNum', 'SecurityID'];
const ORDER_COLUMNS = ['OrderType', 'OrderPrice', 'OrderQty', 'OrderBSFlag', 'OrderNO'];
const TRADE_COLUMNS = ['TradeBuyNo', 'TradeSellNo', 'TradeBSFlag', 'TradePrice', 'TradeQty'];

const ADD = '2';
const CANCEL = '10';

/** One file: header, then a record a line. */
class SseTable {
  readonly lines: LineReader;
  /** Of the record that was read last. */
  securityId = '';
  private readonly wanted: readonly string[];
  private readonly at = new Map<string, number>();
  private fields: string[] = [];
  private width = 0;
  private sequence = -1;
  private date = '';
  private dayMs = 0;

  constructor(source: ByteSource, columns: readonly string[]) {
    this.lines = new LineReader(source);
    this.wanted = [...COMMON_COLUMNS, ...columns];
  }

  /** Goes to the next record; false at the end. Then `text` and the rest speak of that record. */
  async next(): Promise<boolean> {
    if (this.width === 0 && !(await this.header())) return false;
    const pending = this.lines.next();
    const line = typeof pending === 'string' ? pending : await pending;
    if (line === undefined) return false;
    this.fields = line.split(',');
    if (this.fields.length !== this.width) {
      this.lines.fail(`${this.fields.length} columns, the header has ${this.width}`);
    }
    this.instrument(this.text('SecurityID'));
    return true;
  }

  text(column: string): string {
    return this.fields[this.at.get(column)!]!;
  }

  integer(column: string, low: number, high: number): number {
    return integerField(this.lines, column, this.text(column), low, high);
  }

  /** Ticks of 0.01. */
  price(column: string): number {
    const text = this.text(column);
    const price = /^\d{1,9}(\.\d{1,20})?$/.test(text) ? Number(text) : Number.NaN;
    const ticks = Math.round(price * TICKS_PER_YUAN);
    if (!(Math.abs(price - ticks / TICKS_PER_YUAN) <= PRICE_ERROR_MAX)) {
      this.lines.fail(`${column} '${text}' is not a multiple of ${1 / TICKS_PER_YUAN}`);
    }
    if (ticks < 1 || ticks > INT32_MAX) {
      this.lines.fail(`${column} '${text}' is not in 1 … ${INT32_MAX} ticks`);
    }
    return ticks;
  }

  common(qtyColumn: string): Common {
    const sequence = this.integer('ApplSeqNum', 0, Number.MAX_SAFE_INTEGER);
    if (sequence <= this.sequence) {
      this.lines.fail(`ApplSeqNum ${sequence} is not above ${this.sequence} of the line before`);
    }
    this.sequence = sequence;
    const qty = this.integer(qtyColumn, 1, INT32_MAX);
    const where = `${this.lines.name}:${this.lines.line}`;
    return { sequence, timeMs: this.time(), qty, where };
  }

  private async header(): Promise<boolean> {
    const line = await this.lines.next();
    if (line === undefined) return this.lines.fail('the file is empty');
    const columns = line.split(',');
    columns.forEach((name, index) => {
      this.at.set(name, index);
    });
    const missing = this.wanted.filter((name) => !this.at.has(name));
    if (missing.length > 0) this.lines.fail(`the header lacks ${missing.join(', ')}`);
    this.width = columns.length;
    return true;
  }

  private instrument(securityId: string): void {
    if (this.securityId !== '' && securityId !== this.securityId) {
      this.lines.fail(`instrument ${securityId} in a file of ${this.securityId}`);
    }
    this.securityId = securityId;
  }

  private time(): number {
    const date = this.text('MDDate');
    if (date !== this.date) this.day(date);
    const text = this.text('MDTime');
    const match = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(text);
    if (match === null) this.lines.fail(`MDTime '${text}' is not HH:MM:SS.mmm`);
    const [hours, minutes, seconds, ms] = match.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    return this.dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  }

  private day(date: string): void {
    const match = /^(\d{4})[.-]?(\d\d)[.-]?(\d\d)$/.exec(date);
    const dayMs = match === null ? Number.NaN : Date.parse(match.slice(1).join('-'));
    if (Number.isNaN(dayMs)) this.lines.fail(`MDDate '${date}' is not YYYY.MM.DD`);
    if (this.date !== '') this.lines.fail(`MDDate ${date} in a file of ${this.date}`);
    this.date = date;
    this.dayMs = dayMs;
  }
}

/** Both files of an instrument, merged by ApplSeqNum, which must grow in each. */
export class SseRecords {
  /** The record that comes next; undefined at the end. */
  head: SseRecord | undefined;
  private readonly orders: SseTable;
  private readonly trades: SseTable;
  private order: SseOrder | undefined;
  private trade: SseTrade | undefined;

  constructor(orders: ByteSource, trades: ByteSource) {
    this.orders = new SseTable(orders, ORDER_COLUMNS);
    this.trades = new SseTable(trades, TRADE_COLUMNS);
  }

  /** Such as 600961.SH. Known when `start` is done. */
  get securityId(): string {
    return this.orders.securityId || this.trades.securityId;
  }

  /** Reads the first records. To be called once, before `head` is looked at. */
  async start(): Promise<void> {
    await this.nextOrder();
    await this.nextTrade();
    const [orders, trades] = [this.orders.securityId, this.trades.securityId];
    if (orders !== trades && orders !== '' && trades !== '') {
      this.trades.lines.fail(`trades of ${trades}, the orders file is of ${orders}`);
    }
    this.pick();
  }

  /** Goes to the next record. */
  async advance(): Promise<void> {
    if (this.head === this.order) await this.nextOrder();
    else await this.nextTrade();
    this.pick();
  }

  private pick(): void {
    const { order, trade } = this;
    if (order !== undefined && trade !== undefined && order.sequence === trade.sequence) {
      this.trades.lines.fail(`ApplSeqNum ${trade.sequence} is that of ${order.where} too`);
    }
    const orderFirst = trade === undefined || (order?.sequence ?? Infinity) < trade.sequence;
    this.head = orderFirst ? order : trade;
  }

  private async nextOrder(): Promise<void> {
    const table = this.orders;
    this.order = undefined;
    if (!(await table.next())) return;
    const type = table.text('OrderType');
    if (type !== ADD && type !== CANCEL) {
      table.lines.fail(`OrderType '${type}' is not ${ADD} (add) or ${CANCEL} (cancel)`);
    }
    const flag = table.text('OrderBSFlag');
    if (flag !== '1' && flag !== '2') table.lines.fail(`OrderBSFlag '${flag}' is not 1 or 2`);
    this.order = {
      ...table.common('OrderQty'),
      kind: type === ADD ? RECORD_ADD : RECORD_CANCEL,
      side: flag === '1' ? SIDE_BUY : SIDE_SELL,
      number: table.integer('OrderNO', 1, Number.MAX_SAFE_INTEGER),
      price: type === ADD ? table.price('OrderPrice') : 0,
    };
  }

  private async nextTrade(): Promise<void> {
    const table = this.trades;
    this.trade = undefined;
    if (!(await table.next())) return;
    const flag = table.text('TradeBSFlag');
    if (!/^[012]$/.test(flag)) table.lines.fail(`TradeBSFlag '${flag}' is none of 0, 1, 2`);
    this.trade = {
      ...table.common('TradeQty'),
      kind: RECORD_TRADE,
      buyNumber: table.integer('TradeBuyNo', 1, Number.MAX_SAFE_INTEGER),
      sellNumber: table.integer('TradeSellNo', 1, Number.MAX_SAFE_INTEGER),
      price: table.price('TradePrice'),
      aggressorSide: flag === '0' ? undefined : flag === '1' ? SIDE_BUY : SIDE_SELL,
    };
  }
}
