// Wrong versions of parts of the ring, each one mistake away from the right one, which the explorer
// must find.

import { Consumer } from '../src/ring/consumer.ts';
import { MultiProducer } from '../src/ring/multi-producer.ts';
import type { Ring } from '../src/ring/ring.ts';
import { ASLEEP, CURSOR, GATE } from '../src/ring/ring-layout.ts';
import { sequenceAt, sleepAt } from '../src/ring/sequences.ts';
import { SingleProducer } from '../src/ring/single-producer.ts';
import type { WaitStrategy } from '../src/ring/wait-strategy.ts';
import { wake } from '../src/ring/wake.ts';

/** Shows slots before they are filled. */
export class PublishesBeforeFilling extends SingleProducer {
  override waitForRoom(count: number, strategy: WaitStrategy): void {
    super.waitForRoom(count, strategy);
    Atomics.store(this.ring.words, CURSOR, (this.next + count) | 0);
    wake(this.ring);
  }
}

/** Takes every slot for free. */
export class OverwritesUnread extends SingleProducer {
  override hasRoom(count: number): boolean {
    this.limit = (this.next + count) | 0;
    return true;
  }
}

/** Looks for sleepers first, then publishes. */
export class LooksForSleepersFirst extends SingleProducer {
  override publish(end: number): void {
    wake(this.ring);
    this.next = end;
    Atomics.store(this.ring.words, CURSOR, end);
  }
}

/** Moves the counter before it clears the flag. */
export class ClearsTheFlagLast extends SingleProducer {
  override publish(end: number): void {
    const words = this.ring.words;
    this.next = end;
    Atomics.store(words, CURSOR, end);
    const line = sleepAt(0);
    if (Atomics.load(words, line + ASLEEP) === 0) return;
    Atomics.add(words, line, 1);
    Atomics.store(words, line + ASLEEP, 0);
    Atomics.notify(words, line);
  }
}

/** Claims with a load and a store. */
export class ClaimsWithoutExchange extends MultiProducer {
  override tryClaim(count: number): boolean {
    const words = this.ring.words;
    const first = Atomics.load(words, CURSOR);
    if (((Atomics.load(words, sequenceAt(0)) + this.ring.capacity - first) | 0) < count)
      return false;
    Atomics.store(words, CURSOR, (first + count) | 0);
    this.first = first;
    this.count = count;
    return true;
  }
}

/** Lets GATE run ahead: takes what is claimed for what is consumed. */
export class BelievesAWrongGate extends MultiProducer {
  override tryClaim(count: number): boolean {
    Atomics.store(this.ring.words, GATE, Atomics.load(this.ring.words, CURSOR));
    return super.tryClaim(count);
  }
}

/** Publishes the batch first and then writes the flags of its other slots. */
export class WritesOtherFlagsLate extends MultiProducer {
  override publish(): void {
    const { first, count } = this;
    const { words, mask, flagsAt } = this.ring;
    this.count = 0;
    Atomics.store(words, flagsAt + (first & mask), (first & ~mask) | (count - 1));
    wake(this.ring);
    for (let s = (first + 1) | 0; s !== ((first + count) | 0); s = (s + 1) | 0) {
      words[flagsAt + (s & mask)] = (s - mask - 1) & ~mask;
    }
  }
}

/** Publishes slot by slot: another thread sees half a batch. */
export class WritesFlagsPlainly extends MultiProducer {
  override publish(): void {
    const { first, count } = this;
    const { words, mask, flagsAt } = this.ring;
    this.count = 0;
    words[flagsAt + (first & mask)] = (first & ~mask) | (count - 1);
    wake(this.ring);
  }
}

/** Gives slots back as soon as it may read them. */
export class CommitsBeforeReading extends Consumer {
  override poll(next: number): number {
    const end = super.poll(next);
    if (end !== next) super.commit(end);
    return end;
  }
}

/** Tells neither followers nor the producer. */
export class CommitsInSilence extends Consumer {
  override commit(next: number): void {
    this.committed = next;
    Atomics.store(this.ring.words, sequenceAt(0), next);
  }
}

/** Takes what is claimed for published. */
export function readsClaimedSlots(ring: Ring): Consumer {
  const lookFrom = (): number => Atomics.load(ring.words, CURSOR);
  return Object.assign(new Consumer(ring, 0), { lookFrom });
}

/** Does not wait for the consumer that it follows. */
export function overtakesItsLeader(ring: Ring): Consumer {
  return Object.assign(new Consumer(ring, 1), { follows: 0 });
}

/** Looks a last time, then says that it sleeps. */
export const announcesTooLate: WaitStrategy = {
  wait(words, line, waiter) {
    while (!waiter.isReady()) {
      const seen = Atomics.load(words, line);
      if (waiter.isReady()) return;
      Atomics.store(words, line + ASLEEP, 1);
      Atomics.wait(words, line, seen);
    }
  },
};

/** Reads the counter after its last look. */
export const readsTheCounterTooLate: WaitStrategy = {
  wait(words, line, waiter) {
    while (!waiter.isReady()) {
      Atomics.store(words, line + ASLEEP, 1);
      if (waiter.isReady()) return;
      Atomics.wait(words, line, Atomics.load(words, line));
    }
  },
};

/** Does not look again after it has said that it sleeps. */
export const doesNotLookAgain: WaitStrategy = {
  wait(words, line, waiter) {
    while (!waiter.isReady()) {
      const seen = Atomics.load(words, line);
      Atomics.store(words, line + ASLEEP, 1);
      Atomics.wait(words, line, seen);
    }
  },
};
