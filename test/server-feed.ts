// A book of a running server's feed, which can be waited for.

import { WebSocket } from 'ws';
import { type FeedBook, MarketFeed, type SubscribeOptions } from '../src/client/index.ts';
import { within } from './server-kit.ts';

/** What has not come by then never will. */
const WAIT_MS_MAX = 60_000;

export interface WatchedBook {
  feed: MarketFeed;
  book: FeedBook;
  until(what: string, isTrue: (book: FeedBook) => boolean): Promise<void>;
}

export async function watchBook(
  url: string,
  symbol: string,
  options: SubscribeOptions = {},
): Promise<WatchedBook> {
  const feed = await MarketFeed.connect({ url, WebSocket });
  let look = () => {};
  const onUpdate = () => look();
  const { book } = await feed.subscribe(symbol, { l2: true, l3: true, ...options, onUpdate });
  const until = (what: string, isTrue: (book: FeedBook) => boolean) => {
    const seen = new Promise<void>((resolve) => {
      look = () => {
        if (isTrue(book)) resolve();
      };
      look();
    });
    return within(WAIT_MS_MAX, what, seen);
  };
  return { feed, book, until };
}
