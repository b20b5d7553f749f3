// Whether a publisher that has just begun tells the books of a core: a consumer without a network.

import { FeedBook } from '../../client/index.ts';
import { hasInstrument } from '../../core/views.ts';
import { CHANNELS_ALL } from '../../feed/instrument-stream.ts';
import type { Publisher } from '../../feed/publisher.ts';
import type { Replica } from '../../journal/replica.ts';
import { encodeSubscribe, FeedDecoder } from '../../wire/feed.ts';
import { difference } from './watcher.ts';

/** What is wrong with the books of all instruments; '' when nothing is. */
export function probeFeed(publisher: Publisher, { core, limits }: Replica): string {
  const numbers = Array.from({ length: limits.instruments }, (_, i) => i + 1);
  const instruments = numbers.filter((number) => hasInstrument(core, number));
  const decoder = new FeedDecoder();
  const books = instruments.map((number) => new FeedBook(number));
  const connection = publisher.connect({
    send(bytes) {
      decoder.decode(bytes);
      for (const book of books) book.apply(decoder);
      return 0;
    },
    close() {},
  });
  for (const number of instruments) connection.frame(encodeSubscribe(number, CHANNELS_ALL));
  // A large book waits for its turn.
  publisher.tick(0);
  connection.closed();
  for (const book of books) {
    const what = book.state === 'live' ? difference(book, core) : `it is ${book.state}`;
    if (what !== '') return `a new consumer's book ${book.instrument}: ${what}`;
  }
  return '';
}
