import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BatchLoop, type BatchLoopOptions } from '../src/ring/batch-loop.ts';
import { Consumer } from '../src/ring/consumer.ts';
import { createRing } from '../src/ring/create-ring.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import { Ring } from '../src/ring/ring.ts';
import { ASLEEP } from '../src/ring/ring-layout.ts';
import { sleepAt } from '../src/ring/sequences.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';
import { RUN, STOP_NOW, STOP_WHEN_EMPTY } from '../src/ring/stop-codes.ts';
import {
  ByTheClock,
  defaultWaitStrategy,
  WAIT_STRATEGIES,
  type WaitStrategy,
  waitStrategy,
} from '../src/ring/wait-strategy.ts';
import { sleepAsync, wake } from '../src/ring/wake.ts';

/** What the only consumer sleeps on. */
const LINE = sleepAt(0);

interface Rig {
  ring: Ring;
  producer: SingleProducer;
  stop: Int32Array;
  /** Batches that came, as [first, end]. */
  batches: [number, number][];
  loop: BatchLoop;
}

function makeRig(options: Partial<BatchLoopOptions> = {}): Rig {
  const ring = new Ring(createRing({ slots: 8, slotWords: 1, consumers: 1, producers: 'single' }));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const batches: [number, number][] = [];
  const loop = new BatchLoop({
    consumer: new Consumer(ring, 0, 2),
    handler: (_words, first, end) => {
      batches.push([first, end]);
      return end;
    },
    stopWords: stop,
    stopAt: 0,
    ...options,
  });
  return { ring, producer: new SingleProducer(ring), stop, batches, loop };
}

/** Does the thing when the loop first has nothing to do, and fails when it comes again. */
function once(thing: () => void): WaitStrategy {
  let isDone = false;
  return {
    wait() {
      if (isDone) throw new Error('waits though it should go on');
      isDone = true;
      thing();
    },
  };
}

/** Lets the event loop turn until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns > 100_000) throw new Error('never so');
    await nextTurn();
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('run', () => {
  test('should handle what is published, then return when stopped', () => {
    const { producer, stop, batches, loop } = makeRig();
    producer.publish(3);
    loop.run(once(() => Atomics.store(stop, 0, STOP_NOW)));
    expect(batches).toEqual([
      [0, 2],
      [2, 3],
    ]);
    expect(loop.next).toBe(3);
    expect(producer.hasRoom(8)).toBe(true);
  });

  test('should leave the rest unread at a stop now, and read it at a stop when empty', () => {
    const now = makeRig();
    now.producer.publish(5);
    now.stop[0] = STOP_NOW;
    now.loop.run(waitStrategy('blocking'));
    expect(now.batches).toEqual([]);
    now.stop[0] = STOP_WHEN_EMPTY;
    now.loop.run(waitStrategy('blocking'));
    expect(now.loop.next).toBe(5);
    now.loop.run(waitStrategy('blocking'));
    expect(now.batches).toHaveLength(3);
  });

  test('should throw what the handler throws and not commit that batch', () => {
    const { producer, loop } = makeRig({
      handler: (_words, first, end) => {
        if (first === 2) throw new Error('bad slot');
        return end;
      },
    });
    producer.publish(8);
    expect(() => loop.run(waitStrategy('blocking'))).toThrow('bad slot');
    expect(loop.next).toBe(2);
    expect(producer.hasRoom(2)).toBe(true);
    expect(producer.hasRoom(3)).toBe(false);
  });

  test('should give again what the handler withheld, once it is not held', () => {
    let allowed = 1;
    const seen: number[] = [];
    const rig: Rig = makeRig({
      handler: (_words, first, end) => {
        const reached = Math.min(end, allowed);
        for (let s = first; s < reached; s++) seen.push(s);
        return reached;
      },
      isHeld: () => rig.loop.next >= allowed,
    });
    rig.producer.publish(2);
    rig.stop[0] = STOP_WHEN_EMPTY;
    rig.loop.run(
      once(() => {
        expect(seen).toEqual([0]);
        allowed = 2;
      }),
    );
    expect(seen).toEqual([0, 1]);
  });

  test('should refuse a handler that answers a sequence outside its batch', () => {
    for (const [answer, message] of [
      [3, /pass the end/],
      [-1, /go back/],
    ] as const) {
      const { producer, loop } = makeRig({ handler: () => answer });
      producer.publish(1);
      expect(() => loop.run(waitStrategy('blocking'))).toThrow(message);
    }
  });
});

describe('runAsync', () => {
  test('should sleep without blocking and wake at a publication', async () => {
    const { ring, producer, stop, batches, loop } = makeRig();
    let turns = 0;
    const running = loop.runAsync(() => {
      turns += 1;
      return nextTurn();
    });
    for (let i = 1; i <= 100; i++) {
      await until(() => ring.words[LINE + ASLEEP] === 1);
      expect(producer.hasRoom(1)).toBe(true);
      producer.publish(i);
      await until(() => loop.next === i);
    }
    Atomics.store(stop, 0, STOP_NOW);
    wake(ring);
    await running;
    expect(batches).toHaveLength(100);
    expect(ring.words[LINE]).toBe(101);
    expect(turns).toBe(0);
  });

  test('should let a turn pass between two batches', async () => {
    const { producer, stop, batches, loop } = makeRig();
    const seen: number[] = [];
    producer.publish(8);
    stop[0] = STOP_WHEN_EMPTY;
    await loop.runAsync(() => {
      seen.push(batches.length);
      return nextTurn();
    });
    expect(batches).toHaveLength(4);
    expect(seen).toEqual([1, 2, 3]);
  });

  test.each(['not-equal', 'timed-out'])(
    'should go on when a sleep ends at once: %s',
    async (value) => {
      const { producer, stop, loop } = makeRig();
      let sleeps = 0;
      const atomics = Atomics as unknown as { waitAsync(): object };
      vi.spyOn(atomics, 'waitAsync').mockImplementation(() => {
        sleeps += 1;
        producer.publish(sleeps);
        if (sleeps === 5) stop[0] = STOP_WHEN_EMPTY;
        return { async: false, value };
      });
      let turns = 0;
      await loop.runAsync(() => {
        turns += 1;
        return nextTurn();
      });
      expect(loop.next).toBe(5);
      expect(turns).toBe(5);
    },
  );

  test('should nap behind a large batch, and need no wake-up for what came meanwhile', async () => {
    const slots = 512;
    const ring = new Ring(createRing({ slots, slotWords: 1, consumers: 1, producers: 'single' }));
    const producer = new SingleProducer(ring);
    const { stop, loop } = makeRig({ consumer: new Consumer(ring, 0), napMs: 7 });
    const naps: unknown[] = [];
    vi.spyOn(Atomics, 'wait').mockImplementation((...wait) => {
      naps.push(wait[3]);
      expect(ring.words[LINE + ASLEEP]).toBe(0);
      expect(producer.hasRoom(256)).toBe(true);
      if (naps.length < 3) producer.publishSilently(loop.next + 256);
      return 'timed-out';
    });
    producer.publishSilently(256);
    const running = loop.runAsync(() => nextTurn());
    await until(() => ring.words[LINE + ASLEEP] === 1);
    expect([loop.next, naps]).toEqual([768, [7, 7, 7]]);
    producer.publish(768 + 255);
    await until(() => loop.next === 768 + 255 && ring.words[LINE + ASLEEP] === 1);
    expect(naps).toHaveLength(3);
    Atomics.store(stop, 0, STOP_NOW);
    wake(ring);
    await running;
  });

  test('should not sleep when its last look finds something', async () => {
    const { ring } = makeRig();
    let looks = 0;
    const isReady = (): boolean => {
      looks += 1;
      // Whoever publishes from now on sees that someone may sleep.
      return ring.words[LINE + ASLEEP] === 1;
    };
    expect(await sleepAsync(ring.words, LINE, { isReady })).toBe(false);
    expect(looks).toBe(1);
  });

  test('should reject with what the handler throws', async () => {
    const { producer, loop } = makeRig({
      handler: () => {
        throw new Error('bad slot');
      },
    });
    producer.publish(1);
    await expect(loop.runAsync(nextTurn)).rejects.toThrow('bad slot');
  });
});

describe('wait strategies', () => {
  test.each(WAIT_STRATEGIES)('should return once ready: %s', (name) => {
    const { ring } = makeRig();
    let looks = 0;
    waitStrategy(name).wait(ring.words, LINE, {
      isReady() {
        looks += 1;
        // What a waker in another thread does before the sleeper has gone to sleep.
        if (ring.words[LINE + ASLEEP] === 1) wake(ring);
        return looks > 1_020;
      },
    });
    expect(looks).toBe(1_021);
  });

  test('should let a thread that goes by the clock look again without being woken', () => {
    const { ring } = makeRig();
    let looks = 0;
    new ByTheClock().wait(ring.words, LINE, { isReady: () => ++looks > 3 });
    expect(looks).toBe(4);
    expect(ring.words[LINE + ASLEEP]).toBe(0);
  });

  test('should suit the number of cores', () => {
    expect([1, 2, 4, 5, 7, 8, 64].map(defaultWaitStrategy)).toEqual([
      'blocking',
      'blocking',
      'blocking',
      'yielding',
      'yielding',
      'busy-spin',
      'busy-spin',
    ]);
  });

  test('should wake each consumer that sleeps, and not the one that is spared', () => {
    const shape = { slots: 8, slotWords: 1, consumers: 3 } as const;
    const ring = new Ring(createRing({ ...shape, producers: 'multi' }));
    const sleeping = (consumers: readonly number[]): void => {
      for (const one of consumers) ring.words[sleepAt(one) + ASLEEP] = 1;
    };
    const woken = (): number[] => [0, 1, 2].map((one) => ring.words[sleepAt(one)]!);
    sleeping([0, 1]);
    wake(ring, 1);
    expect(woken()).toEqual([1, 0, 0]);
    sleeping([0, 2]);
    wake(ring);
    expect(woken()).toEqual([2, 1, 1]);
    const producer = new MultiProducer(ring, 2);
    sleeping([0, 1, 2]);
    expect(producer.tryClaim(1)).toBe(true);
    producer.publish();
    expect(woken()).toEqual([3, 2, 1]);
    expect(ring.words[sleepAt(2) + ASLEEP]).toBe(1);
  });

  test('should cost a waker nothing while nobody sleeps', () => {
    const { ring, producer } = makeRig();
    producer.publish(1);
    wake(ring);
    expect([ring.words[LINE], RUN]).toEqual([0, 0]);
  });
});
