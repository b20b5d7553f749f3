// R6.2: the price of a call auction, found by trying prices. Part of the naive engine
// (naive-book.ts).

import { leavesOf, type NaiveOrder } from './naive-state.ts';

/** What an auction would trade: ticks, lots, and buys minus sells at that price. */
export interface Indicative {
  /** 0 = nothing would trade. */
  readonly price: number;
  readonly qty: number;
  readonly imbalance: number;
}

export const NOTHING_WOULD_TRADE: Indicative = { price: 0, qty: 0, imbalance: 0 };

/** The uncross of a book whose sides are given best price first. `reference`: ticks, 0 = none. */
export function auctionOf(
  buys: readonly NaiveOrder[],
  sells: readonly NaiveOrder[],
  reference: number,
): Indicative {
  const range = rangeOf(buys, sells);
  if (range.length === 0) return NOTHING_WOULD_TRADE;
  return tradeAt(priceOfRange(range, reference), buys, sells);
}

/**
 * The prices at which most would trade and least be left over, lowest first: the ends of all runs
 * of ticks that do, since between two neighbouring candidates no order has its limit. None when
 * nothing would trade.
 */
export function rangeOf(buys: readonly NaiveOrder[], sells: readonly NaiveOrder[]): Indicative[] {
  const bestBid = buys[0]?.price ?? 0;
  const bestAsk = sells[0]?.price ?? Number.POSITIVE_INFINITY;
  if (bestBid < bestAsk) return [];
  const inBuys = buys.filter(({ price }) => price >= bestAsk);
  const inSells = sells.filter(({ price }) => price <= bestBid);
  const tried = candidates([...inBuys, ...inSells], bestAsk, bestBid).map((price) =>
    tradeAt(price, inBuys, inSells),
  );
  const most = Math.max(...tried.map(({ qty }) => qty));
  const trading = tried.filter(({ qty }) => qty === most);
  const least = Math.min(...trading.map(({ imbalance }) => Math.abs(imbalance)));
  return trading.filter(({ imbalance }) => Math.abs(imbalance) === least);
}

/** Every limit and its two neighbours, within the best prices; ascending. */
function candidates(orders: readonly NaiveOrder[], low: number, high: number): number[] {
  const prices = new Set<number>();
  for (const { price } of orders)
    prices
      .add(price - 1)
      .add(price)
      .add(price + 1);
  return [...prices].filter((price) => price >= low && price <= high).sort((a, b) => a - b);
}

function tradeAt(
  price: number,
  buys: readonly NaiveOrder[],
  sells: readonly NaiveOrder[],
): Indicative {
  let bought = 0;
  let sold = 0;
  for (const order of buys) if (order.price >= price) bought += leavesOf(order);
  for (const order of sells) if (order.price <= price) sold += leavesOf(order);
  return { price, qty: Math.min(bought, sold), imbalance: bought - sold };
}

function priceOfRange(range: readonly Indicative[], reference: number): number {
  const lowest = range[0]!.price;
  const highest = range.at(-1)!.price;
  if (range.every(({ imbalance }) => imbalance > 0)) return highest;
  if (range.every(({ imbalance }) => imbalance < 0)) return lowest;
  if (reference === 0) return Math.floor((lowest + highest) / 2);
  return Math.min(Math.max(reference, lowest), highest);
}
