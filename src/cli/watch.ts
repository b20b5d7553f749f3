// `ringside watch`: depth and trades of an instrument as the feed tells them.

import { Command } from 'commander';
import type {
  BookLevel,
  ClientError,
  FeedState,
  Instrument,
  MarketTrade,
  Subscription,
} from '../client/index.ts';
import { SIDE_NAMES } from '../core/codes.ts';
import type { PriceLevel } from '../core/views.ts';
import { LAST_TRADES_KEPT, type LastTrade } from '../sim/core-market.ts';
import { instrumentNamed } from './book.ts';
import {
  connectFeed,
  feedFlags,
  readable,
  reasonOf,
  type ServerOptions,
} from './client-options.ts';
import { decimalPrices, type PicturedMarket, statusText } from './market-picture.ts';
import { showMarket } from './market-screen.ts';
import { wholeNumber } from './whole-number.ts';

const HELP = `
Example:
  $ ringside watch DEMO --seconds 60

On a terminal it draws the market ten times a second until Ctrl-C; elsewhere it prints a line a
second. A lost connection is dialed again, and the book goes on with a fresh snapshot.
Exit status: 0 ended, 2 wrong usage, no server, no such instrument, or the feed ended it.`;

interface WatchOptions extends ServerOptions {
  seconds?: number;
}

export function watchCommand(): Command {
  const command = new Command('watch')
    .description('live depth and trades of an instrument of a running exchange')
    .argument('[symbol]', 'instrument (default: the first)')
    .option('--seconds <n>', 'stop after this long (default: at Ctrl-C)', wholeNumber(1));
  return feedFlags(command).addHelpText('after', HELP).action(runWatch);
}

async function runWatch(symbol: string | undefined, options: WatchOptions): Promise<void> {
  const { seconds = Number.POSITIVE_INFINITY } = options;
  let market: FeedMarket | undefined;
  const feed = await connectFeed(options, {
    onState: (state, error) => market?.connection(state, error),
  });
  try {
    const instrument = instrumentNamed(feed, symbol);
    const watched = new FeedMarket(instrument);
    market = watched;
    watched.subscription = await feed.subscribe(instrument.symbol, {
      onUpdate: () => {
        watched.updates += 1;
      },
      onTrade: (trade) => watched.trade(trade),
      onStatus: (_, error) => watched.ended(error),
    });
    await showMarket(watched, {
      advance: (ms) => watched.failure === null && ms < seconds * 1_000,
      rates: (inSeconds) => watched.rates(inSeconds),
      note: () => watched.note(),
    });
    if (watched.failure !== null) throw watched.failure;
    process.stdout.write(`${watched.trades} trades, ${watched.updates} updates seen\n`);
  } catch (error) {
    throw readable(error);
  } finally {
    await feed.close();
  }
}

/** A market as far as a subscription tells of it. */
class FeedMarket implements PicturedMarket {
  readonly symbol: string;
  readonly priceText: (price: number) => string;
  readonly lastTrades: LastTrade[] = [];
  trades = 0;
  tradedQty = 0;
  updates = 0;
  subscription: Subscription | undefined;
  /** Why it goes on no more. */
  failure: ClientError | null = null;
  private reconnecting = '';
  private reconnects = 0;
  private before = { trades: 0, updates: 0 };

  constructor({ symbol, tickSize }: Instrument) {
    this.symbol = symbol;
    this.priceText = decimalPrices(tickSize);
  }

  get status(): string {
    return this.subscription === undefined
      ? ''
      : statusText(this.subscription.book, this.priceText);
  }

  bids(levelsMax: number): PriceLevel[] {
    return (this.subscription?.book.bids(levelsMax) ?? []).map(toPriceLevel);
  }

  asks(levelsMax: number): PriceLevel[] {
    return (this.subscription?.book.asks(levelsMax) ?? []).map(toPriceLevel);
  }

  trade({ price, qty, aggressor }: MarketTrade): void {
    this.trades += 1;
    this.tradedQty += qty;
    const aggressorSide = (SIDE_NAMES as readonly string[]).indexOf(aggressor);
    this.lastTrades.unshift({ price, qty, aggressorSide });
    if (this.lastTrades.length > LAST_TRADES_KEPT) this.lastTrades.pop();
  }

  connection(state: FeedState, error: ClientError | null): void {
    if (state === 'reconnecting') this.reconnects += 1;
    this.reconnecting = error === null ? '' : `reconnecting: ${reasonOf(error)}`;
    if (state === 'closed') this.ended(error);
  }

  ended(error: ClientError | null): void {
    this.failure ??= error;
  }

  rates(seconds: number): string {
    const { trades, updates } = this;
    const perSecond = (count: number) => Math.round(count / seconds);
    const text =
      `${perSecond(trades - this.before.trades)} trades/s  ` +
      `${perSecond(updates - this.before.updates)} updates/s`;
    this.before = { trades, updates };
    return text;
  }

  note(): string {
    if (this.reconnecting !== '') return this.reconnecting;
    const { status = 'waiting' } = this.subscription ?? {};
    const notes = status === 'live' ? [] : [`no book now: ${status}`];
    if (this.reconnects > 0) notes.push(`connected again, ${this.reconnects} in all`);
    return notes.join('  ');
  }
}

function toPriceLevel({ price, qty, orders }: BookLevel): PriceLevel {
  return [price, qty, orders];
}
