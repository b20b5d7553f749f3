import type { EventOut } from '../core/event-buffer.ts';
import type { Ring } from '../ring/ring.ts';
import { SingleProducer } from '../ring/single-producer.ts';
import type { WaitStrategy } from '../ring/wait-strategy.ts';

/** The core's events into the event ring. A full ring is waited for inside the command. */
export class RingEventOut implements EventOut {
  readonly slots: Int32Array;
  readonly mask: number;
  cursor: number;
  limit: number;
  private readonly producer: SingleProducer;
  private readonly strategy: WaitStrategy;
  private readonly roomWanted: number;

  constructor(ring: Ring, strategy: WaitStrategy) {
    this.producer = new SingleProducer(ring);
    this.strategy = strategy;
    this.slots = ring.slots;
    this.mask = ring.mask;
    this.cursor = this.producer.next;
    this.limit = this.producer.limit;
    this.roomWanted = Math.max(1, ring.capacity >> 3);
  }

  makeRoom(): void {
    this.producer.publish(this.cursor);
    this.producer.waitForRoom(this.roomWanted, this.strategy);
    this.limit = this.producer.limit;
  }

  /** Hands on what is written. */
  flush(): void {
    if (this.producer.next === this.cursor) return;
    this.producer.publish(this.cursor);
    this.producer.hasRoom(this.roomWanted);
    this.limit = this.producer.limit;
  }
}
