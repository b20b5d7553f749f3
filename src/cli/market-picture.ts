// Draws a market as text: depth with bars on the left, the last trades on the right.

import type { Indicative, Phase } from '../client/index.ts';
import { SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import type { PriceLevel } from '../core/views.ts';
import type { LastTrade } from '../sim/core-market.ts';

/** What the picture needs to know of a market. */
export interface PicturedMarket {
  readonly symbol: string;
  readonly trades: number;
  readonly tradedQty: number;
  /** Phase and indicative as `statusText` has them. */
  readonly status?: string;
  /** Newest first. */
  readonly lastTrades: readonly LastTrade[];
  bids(levelsMax: number): PriceLevel[];
  asks(levelsMax: number): PriceLevel[];
  /** A price in ticks as decimal text. */
  priceText(price: number): string;
}

const GREEN = '\x1b[32m';
const RED = '\x1b[31m';
const DIM = '\x1b[2m';
const BOLD = '\x1b[1m';
const RESET = '\x1b[0m';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const HEADER_ROWS = 3;
const LADDER_COLUMNS = 30;
const TRADES_COLUMNS = 26;

/** The picture, `rows` lines at most, for a terminal of that many columns; `pace`: what happens. */
export function drawMarket(
  market: PicturedMarket,
  pace: string,
  columns: number,
  rows: number,
): string {
  const levelsMax = Math.max(1, Math.floor((rows - HEADER_ROWS - 1) / 2));
  const asks = market.asks(levelsMax).reverse();
  const bids = market.bids(levelsMax);
  const largest = Math.max(1, ...asks.map((level) => level[1]), ...bids.map((level) => level[1]));
  const hasTrades = columns >= LADDER_COLUMNS + TRADES_COLUMNS + 10;
  const barColumns = Math.max(4, columns - LADDER_COLUMNS - (hasTrades ? TRADES_COLUMNS : 0));
  const blank = ' '.repeat(LADDER_COLUMNS - 2 + barColumns);
  const drawLevel = (level: PriceLevel, color: string) => {
    const bar = '█'.repeat(Math.max(1, Math.round((level[1] / largest) * (barColumns - 2))));
    const numbers = `${pad(level[2], 5)} ${pad(level[1], 9)}  ${BOLD}${color}`;
    const price = pad(market.priceText(level[0]), 9);
    return `${numbers}${price}${RESET}  ${color}${bar.padEnd(barColumns)}${RESET}`;
  };
  const ladder = [
    ...new Array<string>(levelsMax - asks.length).fill(blank),
    ...asks.map((level) => drawLevel(level, RED)),
    spreadLine(market, blank.length),
    ...bids.map((level) => drawLevel(level, GREEN)),
    ...new Array<string>(levelsMax - bids.length).fill(blank),
  ];
  const lines = [...header(market, pace), ...ladder.map((text, row) => text + tradeAt(row))];
  function tradeAt(row: number): string {
    const trade = hasTrades ? market.lastTrades[row] : undefined;
    if (trade === undefined) return '';
    const color = colorOf(trade.aggressorSide);
    return `${color}${pad(market.priceText(trade.price), 11)}${RESET}${pad(trade.qty, 7)}`;
  }
  return lines.map((text) => text + CLEAR_LINE_END).join('\r\n') + CLEAR_BELOW;
}

/** The market on one line. */
export function marketLine(market: PicturedMarket, pace: string): string {
  const level = ([best]: PriceLevel[]) =>
    best === undefined ? 'none' : `${best[1]} @ ${market.priceText(best[0])}`;
  const status = market.status ? `${market.status}  ` : '';
  return `bid ${level(market.bids(1))}  ask ${level(market.asks(1))}  ${status}${pace}`;
}

/** What an instrument is up to, and what its auction would trade; '' in the continuous phase. */
export function statusText(
  { phase, indicative }: { phase: Phase | null; indicative: Indicative | null },
  priceText: (price: number) => string,
): string {
  if (phase === null || phase === 'continuous') return '';
  if (phase !== 'pre_open' && phase !== 'auction') return phase;
  if (indicative === null) return `${phase}: nothing would trade`;
  const { price, qty, imbalance } = indicative;
  const surplus = imbalance === 0 ? '' : `, ${Math.abs(imbalance)} ${sideOf(imbalance)} over`;
  return `${phase}: ${qty} @ ${priceText(price)}${surplus}`;
}

function sideOf(imbalance: number): string {
  return imbalance > 0 ? 'to buy' : 'to sell';
}

/** What lies between the best bid and the best ask, which an auction lets cross. */
export function between(
  bid: number | undefined,
  ask: number | undefined,
  priceText: (price: number) => string,
): string {
  if (bid === undefined || ask === undefined) return 'one side is empty';
  return bid < ask ? `spread ${priceText(ask - bid)}` : `crossed by ${priceText(bid - ask)}`;
}

/** Prices in ticks as decimal text, exactly; `tickSize` is one tick as decimal text ('0.01'). */
export function decimalPrices(tickSize: string): (ticks: number) => string {
  const [whole, decimals = ''] = tickSize.split('.');
  const tick = BigInt(`${whole}${decimals}`);
  return (ticks) => {
    const value = BigInt(Math.abs(ticks)) * tick;
    const digits = value.toString().padStart(decimals.length + 1, '0');
    const point = digits.length - decimals.length;
    const text = decimals === '' ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
    return ticks < 0 ? `-${text}` : text;
  };
}

function header(market: PicturedMarket, pace: string): string[] {
  const last = market.lastTrades[0];
  const lastText = last === undefined ? 'no trade yet' : `last ${market.priceText(last.price)}`;
  return [
    `${BOLD}${market.symbol}${RESET}  ${lastText}   ` +
      `${market.trades} trades, ${market.tradedQty} lots` +
      (market.status ? `   ${BOLD}${market.status}${RESET}` : ''),
    `${pace}  ${DIM}Ctrl-C stops${RESET}`,
    `${DIM}orders  quantity      price${RESET}`,
  ];
}

function colorOf(side: number): string {
  if (side === SIDE_BUY) return GREEN;
  return side === SIDE_SELL ? RED : '';
}

function spreadLine(market: PicturedMarket, columns: number): string {
  const bid = market.bids(1)[0]?.[0];
  const ask = market.asks(1)[0]?.[0];
  const spread = between(bid, ask, (price) => market.priceText(price));
  return `${DIM}${spread.padStart(27).padEnd(columns)}${RESET}`;
}

function pad(value: string | number, columns: number): string {
  return String(value).padStart(columns);
}
