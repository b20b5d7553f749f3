// The core's events into the event ring. A full ring is waited for inside the command.
//
//   matching                              journal
//     publish the events                    durable = …
//     durable by now? wake the readers      wake the readers
//
// Readers sleep while the events that come next are not durable, so to wake them for such events
// would only send them back to sleep: that is the journal's to do. Whichever of the two comes
// second sees what the other has stored, so one of them wakes the readers.

import type { EventOut } from '../core/event-buffer.ts';
import { E_SEQUENCE_LOW, EVENT_SHIFT } from '../core/event-slot.ts';
import type { Ring } from '../ring/ring.ts';
import { SingleProducer } from '../ring/single-producer.ts';
import type { WaitStrategy } from '../ring/wait-strategy.ts';
import { wake } from '../ring/wake.ts';
import type { Control } from './control.ts';

export class RingEventOut implements EventOut {
  readonly slots: Int32Array;
  readonly mask: number;
  cursor: number;
  limit: number;
  private readonly producer: SingleProducer;
  private readonly strategy: WaitStrategy;
  private readonly roomWanted: number;
  private readonly control: Control | undefined;
  private readonly onPublished: (isReadable: boolean) => void;

  /**
   * `control`: says how far commands are durable; left out: events may always leave. `onPublished`:
   * takes the place of waking the readers. It hears whether they may read now.
   */
  constructor(
    ring: Ring,
    strategy: WaitStrategy,
    control?: Control,
    onPublished = (isReadable: boolean): void => {
      if (isReadable) wake(ring);
    },
  ) {
    this.producer = new SingleProducer(ring);
    this.strategy = strategy;
    this.control = control;
    this.onPublished = onPublished;
    this.slots = ring.slots;
    this.mask = ring.mask;
    this.cursor = this.producer.next;
    this.limit = this.producer.limit;
    this.roomWanted = Math.max(1, ring.capacity >> 3);
  }

  makeRoom(): void {
    this.publish();
    this.producer.waitForRoom(this.roomWanted, this.strategy);
    this.limit = this.producer.limit;
  }

  /** Hands on what is written. */
  flush(): void {
    if (this.producer.next === this.cursor) return;
    this.publish();
    this.producer.hasRoom(this.roomWanted);
    this.limit = this.producer.limit;
  }

  private publish(): void {
    const { producer, control } = this;
    const first = producer.next;
    producer.publishSilently(this.cursor);
    this.onPublished(control === undefined || this.isDurable(first, control.durable));
  }

  private isDurable(event: number, durable: number): boolean {
    const sequence = this.slots[((event & this.mask) << EVENT_SHIFT) + E_SEQUENCE_LOW]!;
    return ((sequence - durable) | 0) < 0;
  }
}
