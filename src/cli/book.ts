// `ringside book`: the book of an instrument, once.

import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import { wordsToBigint } from '../base/words.ts';
import type { BookLevel, FeedBook, Instrument, MarketFeed } from '../client/index.ts';
import {
  connectFeed,
  feedFlags,
  jsonLine,
  type ServerOptions,
  withClient,
} from './client-options.ts';
import { between, decimalPrices, statusText } from './market-picture.ts';
import { wholeNumber } from './whole-number.ts';

const LEVELS_SHOWN = 10;

const HELP = `
Example:
  $ ringside book DEMO --json
  {"symbol":"DEMO","commandSequence":7,"time":"1750000000000000000","phase":"continuous",
   "indicative":null,"lastTrade":null,"bids":[[9990,5,1]],"asks":[]}      (on one line)

A level is [price in ticks, quantity in lots, number of orders], best first; icebergs count with
what they show. commandSequence is the last command that the book contains, time the exchange's
clock at it (ns since 1970). indicative is what a pre-open or auction would trade if it ended now:
price, qty, imbalance (buys less sells).
Exit status: 0 printed, 2 wrong usage, no server, no such instrument.`;

interface BookOptions extends ServerOptions {
  json?: true;
  depth?: number;
}

export function bookCommand(): Command {
  const command = new Command('book')
    .description('print the book of an instrument of a running exchange')
    .argument('[symbol]', 'instrument (default: the first)')
    .option('--depth <n>', `levels of a side (default: ${LEVELS_SHOWN}, with --json all)`, toDepth)
    .option('--json', 'print JSON');
  return feedFlags(command).addHelpText('after', HELP).action(runBook);
}

const toDepth = wholeNumber(1);

/** The instrument of that symbol, or the first. Throws an InputError that lists what there is. */
export function instrumentNamed(feed: MarketFeed, symbol: string | undefined): Instrument {
  const { instruments } = feed;
  const found =
    symbol === undefined ? instruments[0] : instruments.find((one) => one.symbol === symbol);
  if (found !== undefined) return found;
  const symbols = instruments.map((one) => one.symbol).join(', ');
  throw new InputError(`there is no instrument ${symbol ?? 'at all'}, only ${symbols || 'none'}`);
}

async function runBook(symbol: string | undefined, options: BookOptions): Promise<void> {
  const feed = await connectFeed(options);
  await withClient(feed, async () => {
    const instrument = instrumentNamed(feed, symbol);
    const { book } = await feed.subscribe(instrument.symbol);
    const text = options.json
      ? bookJson(instrument, book, options.depth ?? Number.POSITIVE_INFINITY)
      : bookText(instrument, book, options.depth ?? LEVELS_SHOWN);
    process.stdout.write(text);
  });
}

function bookJson({ symbol }: Instrument, book: FeedBook, levelsMax: number): string {
  const { commandSequence, timeLow, timeHigh, phase, indicative, lastTrade } = book;
  const level = ({ price, qty, orders }: BookLevel) => [price, qty, orders];
  return jsonLine({
    symbol,
    commandSequence,
    time: wordsToBigint(timeLow, timeHigh),
    phase,
    indicative,
    lastTrade: lastTrade && { price: lastTrade.price, qty: lastTrade.qty },
    bids: book.bids(levelsMax).map(level),
    asks: book.asks(levelsMax).map(level),
  });
}

function bookText(instrument: Instrument, book: FeedBook, levelsMax: number): string {
  const { symbol, tickSize } = instrument;
  const decimal = decimalPrices(tickSize);
  const { lastTrade } = book;
  const level = (side: string) => (one: BookLevel) =>
    row(side, one.orders, one.qty, decimal(one.price), one.price);
  const bids = book.bids(levelsMax);
  const asks = book.asks(levelsMax);
  const [bid] = bids;
  const [ask] = asks;
  const last = lastTrade ? `last ${lastTrade.qty} @ ${decimal(lastTrade.price)}` : 'no trade yet';
  const status = statusText(book, decimal);
  const lines = [
    `${symbol}  ${last}${status === '' ? '' : `  ${status}`}`,
    row('', 'orders', 'quantity', 'price', 'ticks'),
    ...asks.reverse().map(level('ask')),
    `     ${between(bid?.price, ask?.price, decimal)}`,
    ...bids.map(level('bid')),
  ];
  return `${lines.join('\n')}\n`;
}

function row(side: string, ...cells: (string | number)[]): string {
  const widths = [8, 11, 14, 12];
  return side.padEnd(3) + cells.map((cell, i) => String(cell).padStart(widths[i]!)).join('');
}
