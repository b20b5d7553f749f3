// A consumer of a simulated world's feed: the books of all instruments, through the SDK.

import { type FeedBook, MarketFeed, type Subscription } from '../../client/index.ts';
import { SIDE_BUY, SIDE_SELL } from '../../core/codes.ts';
import type { Core } from '../../core/core.ts';
import { depth, restingOrders } from '../../core/views.ts';
import { type ProgramSurroundings, SimClient } from './sim-client.ts';
import type { SimProgram } from './sim-program.ts';

export class Watcher extends SimClient<MarketFeed> {
  private readonly subscriptions = new Map<string, Subscription>();
  /** Symbols that it has asked for. */
  private readonly wanted = new Set<string>();

  /** All books are there and nothing is missing in them. */
  protected get isDone(): boolean {
    if (this.client?.state !== 'ready' || this.subscriptions.size < this.wanted.size) return false;
    return [...this.subscriptions.values()].every(({ status }) => status === 'live');
  }

  /** Its books against those of a core that has had all commands. */
  compare(core: Core): void {
    for (const { book } of this.subscriptions.values()) {
      const what = difference(book, core);
      if (what !== '') this.around.violate(`${this.name}, instrument ${book.instrument}: ${what}`);
    }
  }

  protected connect(around: ProgramSurroundings, program: SimProgram): Promise<MarketFeed> {
    return MarketFeed.connect({
      ...around,
      onInstruments: () => {
        if (program.isAlive && this.client !== null) this.follow(this.client, program);
      },
      onState: (state, error) => {
        if (state === 'closed' && error !== null) this.ended(program, error);
      },
    });
  }

  protected connected(client: MarketFeed, program: SimProgram): void {
    this.subscriptions.clear();
    this.wanted.clear();
    this.follow(client, program);
  }

  /** Asks for the books that it has not asked for. */
  private follow(client: MarketFeed, program: SimProgram): void {
    const { oracle } = this.around;
    for (const { symbol } of client.instruments) {
      if (this.wanted.has(symbol)) continue;
      this.wanted.add(symbol);
      const subscribed = client.subscribe(symbol, {
        l2: true,
        l3: true,
        trades: true,
        onUpdate: ({ commandSequence }) => oracle.onTold(commandSequence),
      });
      subscribed.then(
        (subscription) => {
          if (program.isAlive) this.subscriptions.set(symbol, subscription);
        },
        () => {},
      );
    }
  }
}

/** How a book made from the feed differs from a core's; '' when it does not. */
export function difference(book: FeedBook, core: Core): string {
  for (const side of [SIDE_BUY, SIDE_SELL]) {
    const levels = depth(core, book.instrument, side, Number.MAX_SAFE_INTEGER);
    const told = side === SIDE_BUY ? book.bids() : book.asks();
    const l2 = told.map(({ price, qty, orders }) => `${price} ${qty} ${orders}`).join(', ');
    const due = levels.map((level) => level.join(' ')).join(', ');
    if (l2 !== due) return `side ${side} has levels ${l2}, not ${due}`;
    const orders = restingOrders(core, book.instrument, side);
    const queue = orders.map((one) => `${one.orderId} ${one.price} ${one.displayed}`).join(', ');
    const l3 = book.orders(side).map((one) => `${one.orderId} ${one.price} ${one.qty}`);
    if (l3.join(', ') !== queue) return `side ${side} has orders ${l3.join(', ')}, not ${queue}`;
  }
  return '';
}
