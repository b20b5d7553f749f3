import { describe, expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import type { Instrument } from '../src/client/index.ts';
import { MarketFeed } from '../src/client/index.ts';
import {
  COMMAND_CANCEL,
  EVENT_NEW,
  PHASE_AUCTION,
  PHASE_CONTINUOUS,
  SIDE_BUY,
  SIDE_SELL,
} from '../src/core/codes.ts';
import { EVENT_WORDS } from '../src/core/event-slot.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { connected, FeedServer, listener } from './client-feed-kit.ts';
import { settle } from './client-kit.ts';
import { command, indicative, ofOrder, phase, trade, type Words } from './event-words.ts';
import { EPOCH, expectEqualBook } from './feed-kit.ts';

describe('a feed', () => {
  test('should tell instruments and epoch when it is connected', async () => {
    const lists: (readonly Instrument[])[] = [];
    const { server, feed } = await connected(false, { onInstruments: (list) => lists.push(list) });
    expect(feed.state).toBe('ready');
    expect(feed.epoch).toBe(EPOCH);
    expect(feed.instruments.map(({ symbol }) => symbol)).toEqual(['S1', 'S2']);
    expect(lists).toEqual([feed.instruments]);
    await feed.close();
    expect(server.states).toEqual(['ready', 'closed']);
    expect(server.socket.closedWith).toBe(1000);
    await expect(feed.subscribe('S1')).rejects.toMatchObject({ code: 'closed' });
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should take a list of instruments of several frames, and a new one', async () => {
    const { server, feed } = await connected(true);
    await server.list(['1 S1'], false);
    expect(feed.instruments).toHaveLength(2);
    await server.list(['3 S3', '4 S4']);
    expect(feed.instruments.map(({ symbol }) => symbol)).toEqual(['S1', 'S3', 'S4']);
    await feed.close();
  });

  test('should learn of an instrument that is defined meanwhile, and take it up', async () => {
    const lists: string[] = [];
    const onInstruments = (list: readonly Instrument[]) =>
      lists.push(list.map(({ symbol, phase }) => `${symbol} ${phase}`).join());
    const { server, feed } = await connected(true, { onInstruments });
    await server.define('3 NEW');
    expect(lists.at(-1)).toBe('S1 continuous,S2 continuous,NEW continuous');
    feed.subscribe('NEW').catch(() => {});
    await settle();
    expect(server.heard).toEqual(['subscribe 3 5']);
    // Told again, it is there once.
    await server.define('3 NEW');
    expect(feed.instruments).toHaveLength(3);
    await feed.close();
  });

  test('should tell phases before trades, and the indicative with the book', async () => {
    const { server, feed } = await connected();
    const { told, options } = listener();
    const subscription = await feed.subscribe('S1', options);
    const take = async (...events: Words[]) => {
      const slots = command(...events);
      const ring = new Int32Array(slots.length * 4);
      ring.set(slots);
      server.market.publisher.onEvents(ring, ring.length / EVENT_WORDS - 1, 0, events.length);
      await settle();
    };
    await take(phase(PHASE_AUCTION, 77));
    const order = (id: number, side: number) => ofOrder(EVENT_NEW, { id, side, leaves: 5 });
    await take(order(1, SIDE_BUY), indicative(0, 0, 0));
    await take(order(2, SIDE_SELL), indicative(100, 5, 0));
    expect(subscription.book.indicative).toEqual({ price: 100, qty: 5, imbalance: 0 });
    expect(subscription.book).toMatchObject({ phase: 'auction', nextPhaseDue: 77n });
    const traded = trade({ qty: 5, resting: [1, 0], other: [2, 0], isAuction: true });
    await take(phase(PHASE_CONTINUOUS), traded);
    expect(told).toEqual([
      'live',
      'snapshot ',
      'phase auction until 77',
      'update ',
      'update 5@100',
      'update 5@100/5@100',
      'phase continuous',
      'trade 5@100 none',
      'update ',
    ]);
    expect(subscription.book.indicative).toBe(null);
    await feed.close();
  });

  test('should keep a book and tell trades, command by command', async () => {
    const { server, feed } = await connected();
    const { market } = server;
    market.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    market.flush();
    const { told, options } = listener();
    const subscription = await feed.subscribe('S1', options);
    expect(subscription).toMatchObject({ symbol: 'S1', status: 'live', gaps: 0 });
    expect(subscription.book.bids()).toEqual([{ price: 100, qty: 5, orders: 1 }]);
    market.enter({ side: SIDE_SELL, qty: 7, price: 100 });
    market.enter({ side: SIDE_BUY, qty: 9, price: 90, instrument: 2 });
    await server.flush();
    expect(told).toEqual(['live', 'snapshot 5@100', 'trade 5@100 sell', 'update 2@100']);
    expect(server.heard).toEqual(['subscribe 1 5']);
    subscription.unsubscribe();
    market.enter({ side: SIDE_BUY, qty: 1, price: 99 });
    await server.flush();
    expect(told.slice(4)).toEqual(['ended']);
    expect(server.heard.slice(1)).toEqual(['unsubscribe 1 7']);
    await feed.close();
  });

  test('should tell no more to who unsubscribes on hearing of a trade', async () => {
    const { server, feed } = await connected();
    const { market } = server;
    for (let i = 0; i < 2; i++) market.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    market.flush();
    const { told, options } = listener();
    const onTrade = () => {
      told.push('trade');
      subscription.unsubscribe();
    };
    const subscription = await feed.subscribe('S1', { ...options, onTrade });
    market.enter({ side: SIDE_SELL, qty: 10, price: 100 });
    await server.flush();
    expect(told).toEqual(['live', 'snapshot 10@100', 'trade', 'ended']);
    await feed.close();
  });

  test('should not be asked for what cannot be', async () => {
    const { feed } = await connected();
    await feed.subscribe('S1');
    await expect(feed.subscribe('NONE')).rejects.toMatchObject({ code: 'unknown_symbol' });
    await expect(feed.subscribe('S1')).rejects.toMatchObject({ code: 'invalid_argument' });
    const none = feed.subscribe('S2', { l2: false });
    await expect(none).rejects.toMatchObject({ code: 'invalid_argument' });
    await feed.close();
  });

  test('should reject a subscription that the server refuses', async () => {
    const { server, feed } = await connected(true);
    const { told, options } = listener();
    const refused = expect(feed.subscribe('S1', options)).rejects.toMatchObject({
      code: 'too_many',
    });
    await settle();
    await server.say(kinds.FEED_REFUSED, { instrument: 1, channels: 5, reason: 3 });
    await refused;
    expect(told).toEqual(['ended too_many']);
    expect(server.heard).toEqual(['subscribe 1 5']);
    await feed.close();
  });

  test.each([
    [4001, 'unsupported_version'],
    [4012, 'too_many_connections'],
    [1006, 'unreachable'],
  ])('should reject when the first connection ends with %i', async (closeCode, code) => {
    const server = new FeedServer(true);
    const connecting = expect(MarketFeed.connect(server.options())).rejects.toMatchObject({ code });
    await settle();
    await server.cut(closeCode);
    await connecting;
    expect(server.timers.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('should end with a server that breaks the protocol', async () => {
    const { server, feed } = await connected();
    const { told, options } = listener();
    await feed.subscribe('S2', options);
    server.socket.message(Uint8Array.of(1, 2, 3, 4));
    expect(server.states.at(-1)).toBe('closed protocol');
    expect(told.at(-1)).toBe('ended protocol');
    await feed.close();
  });
});

describe('a lost connection', () => {
  test('should be dialed again, and every subscription made anew', async () => {
    const { server, feed } = await connected();
    const { told, options } = listener();
    const first = await feed.subscribe('S1', { ...options, l3: true });
    const second = await feed.subscribe('S2');
    second.unsubscribe();
    await server.cut();
    expect(first).toMatchObject({ status: 'waiting', book: { state: 'waiting' } });
    server.market.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    server.market.flush();
    await server.timers.pass(25);
    expect(first.status).toBe('live');
    server.market.enter({ side: SIDE_BUY, qty: 1, price: 101 });
    await server.flush();
    expect(told).toEqual([
      'live',
      'snapshot ',
      'waiting',
      'live',
      'snapshot 5@100',
      'update 1@101',
    ]);
    expect(server.heard.at(-1)).toBe('subscribe 1 2');
    expectEqualBook(first.book, server.market.core, 'after it');
    expect(server.states).toEqual(['ready', 'reconnecting unreachable', 'ready']);
    await feed.close();
    expect(first.status).toBe('ended');
  });

  test('should keep subscriptions by symbol, in whatever epoch', async () => {
    const { server, feed } = await connected(true);
    const gone = listener();
    const moved = listener();
    const subscribing = [feed.subscribe('S1', gone.options), feed.subscribe('S2', moved.options)];
    const isLast = true;
    const channels = 5;
    await server.say(kinds.FEED_SNAPSHOT, { instrument: 1, channels, isLast });
    await server.say(kinds.FEED_SNAPSHOT, { instrument: 2, channels, isLast });
    const [, second] = await Promise.all(subscribing);
    const before = second!.book;
    await server.cut();
    const added = feed.subscribe('S1');
    await expect(added).rejects.toMatchObject({ code: 'invalid_argument' });
    await server.timers.pass(25);
    await server.list(['1 S2', '2 NEW'], true, 99);
    expect(feed.epoch).toBe(99);
    expect(gone.told.slice(-1)).toEqual(['ended unknown_instrument']);
    expect(server.heard.slice(2)).toEqual(['subscribe 1 5']);
    await server.say(kinds.FEED_SNAPSHOT, { instrument: 1, channels, isLast, epoch: 99 });
    expect(moved.told.slice(-3)).toEqual(['waiting', 'live', 'snapshot ']);
    expect(second!.book).not.toBe(before);
    expect(second!.book.instrument).toBe(1);
    await feed.close();
  });

  test('should be noticed by silence, and heartbeats be sent', async () => {
    const { server, feed } = await connected(true);
    await server.timers.pass(3_000);
    expect(server.heard).toEqual(['beat', 'beat', 'beat']);
    await server.say(kinds.FEED_HEARTBEAT);
    await server.timers.pass(5_000);
    expect(feed.state).toBe('ready');
    await server.timers.pass(1_000);
    expect(server.states.at(-1)).toBe('reconnecting unreachable');
    await feed.close();
  });
});

describe('a gap', () => {
  test('should be noticed and mended by a fresh snapshot', async () => {
    const { server, feed } = await connected();
    const { market } = server;
    const { told, options } = listener();
    const subscription = await feed.subscribe('S1', { ...options, l2: true, l3: true });
    market.enter({ side: SIDE_BUY, qty: 5, price: 100 });
    server.passes = () => false;
    market.flush();
    server.passes = () => true;
    market.enter({ side: SIDE_BUY, qty: 6, price: 101 });
    await server.flush();
    expect(told).toEqual(['live', 'snapshot ', 'gap', 'live', 'snapshot 6@101']);
    expect(subscription.gaps).toBe(1);
    expectEqualBook(subscription.book, market.core, 'mended');
    await feed.close();
  });

  test('should be asked about again when no snapshot comes', async () => {
    const { server, feed } = await connected(true);
    const subscribing = feed.subscribe('S1');
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        await server.timers.pass(1_000);
        await server.say(kinds.FEED_HEARTBEAT);
      }
    };
    const asked = () => server.heard.filter((text) => text.startsWith('subscribe')).length;
    await pass(29);
    // Of a subscription that was before.
    await server.say(kinds.FEED_UPDATE, { instrument: 1, channels: 5, sequence: 9 });
    expect(asked()).toBe(1);
    await server.say(kinds.FEED_SNAPSHOT, { instrument: 1, channels: 5, isLast: false });
    await pass(29);
    expect(asked()).toBe(1);
    await pass(1);
    expect(asked()).toBe(2);
    await server.say(kinds.FEED_SNAPSHOT, { instrument: 1, channels: 5, isLast: true });
    expect(await subscribing).toMatchObject({ status: 'live', gaps: 0 });
    await pass(60);
    expect(asked()).toBe(2);
    await feed.close();
  });

  test('should never leave a book wrong, whatever is lost, cut or unsubscribed', async () => {
    const { server, feed } = await connected();
    const { market } = server;
    const prng = new Prng(4);
    const subscriptions = new Map<string, Awaited<ReturnType<typeof feed.subscribe>>>();
    let gaps = 0;
    let cuts = 0;
    for (let i = 0; i < 1_000; i++) {
      const last = market.enter({
        instrument: prng.between(1, 2),
        side: prng.pick([SIDE_BUY, SIDE_SELL]),
        qty: prng.between(1, 9),
        price: prng.between(95, 105),
      });
      const clOrdId = Math.max(1, last - prng.below(40));
      if (prng.chance(40)) market.send({ cmd: COMMAND_CANCEL, account: 1, clOrdId });
      server.passes = () => !prng.chance(2);
      if (prng.chance(50)) market.flush();
      server.passes = () => true;
      const symbol = prng.pick(['S1', 'S2']);
      const known = subscriptions.get(symbol);
      if (known === undefined && prng.chance(50)) {
        const l3 = prng.chance(50);
        market.flush();
        subscriptions.set(symbol, await feed.subscribe(symbol, { l2: !l3 || prng.chance(50), l3 }));
      } else if (known !== undefined && prng.chance(10)) {
        gaps += known.gaps;
        known.unsubscribe();
        subscriptions.delete(symbol);
      }
      if (prng.chance(2)) {
        cuts += 1;
        await server.cut();
        await server.timers.pass(server.timers.nextMs);
      }
      if (!prng.chance(10)) continue;
      // An update that was lost shows with the next one.
      market.enter({ side: SIDE_BUY, qty: 1, price: 50 });
      market.enter({ side: SIDE_BUY, qty: 1, price: 50, instrument: 2 });
      await server.flush();
      for (const { book } of subscriptions.values()) {
        expectEqualBook(book, market.core, `seed 4, step ${i}`);
      }
    }
    expect(gaps).toBeGreaterThan(3);
    expect(cuts).toBeGreaterThan(10);
    await feed.close();
  });
});
