// What the publisher asks of its subscribers, and how it parts from those that do not keep it.

import { describe, expect, test } from 'vitest';
import { SIDE_BUY } from '../src/core/codes.ts';
import { SNAPSHOT_MS_MAX } from '../src/feed/feed-limits.ts';
import * as k from '../src/wire/frame-kinds.ts';
import { ALL, expectEqualBook, framesOf, marketOf, TestConsumer } from './feed-kit.ts';

describe('a subscriber', () => {
  test('that takes nothing should be closed as slow, and others notice nothing', () => {
    const busy = marketOf();
    const [slow, other] = [new TestConsumer(busy.publisher), new TestConsumer(busy.publisher)];
    for (const consumer of [slow, other]) consumer.subscribe(1, ALL);
    slow.isStuck = true;
    slow.unsentBytes = k.UNSENT_BYTES_MAX - 10_000;
    for (let i = 0; i < 200; i++) {
      busy.enter({ side: SIDE_BUY, qty: 1, price: 1 + i });
      if (slow.closeCode === 0) expect(slow.unsentBytes).toBeLessThanOrEqual(k.UNSENT_BYTES_MAX);
    }
    busy.flush();
    expect(slow.closeCode).toBe(k.CLOSE_SLOW);
    expect(slow.unsentBytes).toBeGreaterThan(k.UNSENT_BYTES_MAX);
    other.deliver();
    expect(other).toMatchObject({ closeCode: 0, gaps: 0 });
    expectEqualBook(other.books.get(1)!, busy.core, 'the other');
    // Nothing reaches the closed one, whatever its socket still says.
    const frames = slow.inbox.length;
    slow.heartbeat();
    slow.subscribe(1, ALL);
    slow.drain();
    slow.connection.closed();
    busy.publisher.tick(0);
    expect(slow.inbox).toHaveLength(frames);
  });

  test('should be closed as slow when too much is kept behind its snapshot', () => {
    const busy = marketOf(1_500);
    const consumer = new TestConsumer(busy.publisher);
    consumer.isStuck = true;
    consumer.unsentBytes = k.UNSENT_BYTES_MAX - 20_000;
    consumer.subscribe(1, ALL);
    expect(consumer.inbox).toHaveLength(2);
    for (let i = 0; i < 200 && consumer.closeCode === 0; i++) {
      busy.enter({ side: SIDE_BUY, qty: 1, price: 1 + (i % 50) });
      busy.flush();
    }
    expect(consumer.closeCode).toBe(k.CLOSE_SLOW);
    expect(consumer.inbox).toHaveLength(2);
  });

  test('should be closed as slow when a snapshot takes it too long', () => {
    const busy = marketOf(1_500);
    const consumer = new TestConsumer(busy.publisher);
    consumer.isStuck = true;
    consumer.unsentBytes = k.UNSENT_BYTES_PAUSE;
    consumer.subscribe(1, ALL);
    for (let ms = 0; ms <= SNAPSHOT_MS_MAX; ms += k.HEARTBEAT_MS) {
      consumer.heartbeat();
      busy.publisher.tick(ms);
    }
    expect(consumer.closeCode).toBe(0);
    busy.publisher.tick(SNAPSHOT_MS_MAX + k.HEARTBEAT_MS);
    expect(consumer.closeCode).toBe(k.CLOSE_SLOW);
  });

  test('should get a heartbeat when nothing else came for a while', () => {
    const busy = marketOf();
    const consumer = new TestConsumer(busy.publisher);
    consumer.subscribe(1, ALL);
    busy.publisher.tick(10_000);
    framesOf(consumer);
    busy.publisher.tick(10_000 + k.HEARTBEAT_MS - 1);
    expect(consumer.inbox).toEqual([]);
    busy.enter({ side: SIDE_BUY, qty: 1, price: 1 });
    busy.flush();
    expect(framesOf(consumer)).toEqual([k.FEED_UPDATE]);
    busy.publisher.tick(10_000 + 2 * k.HEARTBEAT_MS - 2);
    expect(consumer.inbox).toEqual([]);
    busy.publisher.tick(10_000 + 2 * k.HEARTBEAT_MS - 1);
    expect(framesOf(consumer)).toEqual([k.FEED_HEARTBEAT]);
    const { sequence, commandSequence } = consumer.heads[0]!;
    expect([sequence, commandSequence]).toEqual([0, consumer.books.get(1)!.commandSequence]);
    expect(consumer.books.get(1)!.state).toBe('live');
  });

  test('should be closed when silent, but not for a pause of the publisher', () => {
    const { publisher } = marketOf();
    const [silent, alive] = [new TestConsumer(publisher), new TestConsumer(publisher)];
    publisher.tick(0);
    publisher.tick(60_000);
    // Of the pause one HEARTBEAT_MS counts.
    for (let ms = 500; ms <= k.SILENCE_MS_MAX - k.HEARTBEAT_MS; ms += 500) {
      alive.heartbeat();
      publisher.tick(60_000 + ms);
      expect(silent.closeCode, `${ms}`).toBe(0);
    }
    publisher.tick(60_000 + k.SILENCE_MS_MAX - k.HEARTBEAT_MS + 1);
    expect([silent.closeCode, alive.closeCode]).toEqual([k.CLOSE_SILENT, 0]);
    publisher.shutDown();
    expect([silent.closeCode, alive.closeCode]).toEqual([k.CLOSE_SILENT, k.CLOSE_SHUTTING_DOWN]);
  });

  test('should be closed when it sends what is no frame, and others notice nothing', () => {
    const busy = marketOf(3);
    const [bad, good] = [new TestConsumer(busy.publisher), new TestConsumer(busy.publisher)];
    for (const consumer of [bad, good]) consumer.subscribe(1, ALL);
    bad.connection.frame(new Uint8Array([1, 2, 3]));
    expect(bad.closeCode).toBe(k.CLOSE_BAD_FRAME);
    busy.enter({ side: SIDE_BUY, qty: 1, price: 100 });
    busy.flush();
    good.deliver();
    expectEqualBook(good.books.get(1)!, busy.core, 'the good one');
  });

  test('should be closed when it floods, but a second later may go on', () => {
    const { publisher } = marketOf();
    const consumer = new TestConsumer(publisher);
    publisher.tick(0);
    for (let i = 0; i < 8_192; i++) consumer.heartbeat();
    publisher.tick(1_000);
    for (let i = 0; i < 8_192; i++) consumer.heartbeat();
    expect(consumer.closeCode).toBe(0);
    consumer.heartbeat();
    expect(consumer.closeCode).toBe(k.CLOSE_FLOOD);
  });
});
