import { C_SEQUENCE } from '../core/command-slot.ts';
import { MultiProducer } from '../ring/multi-producer.ts';
import type { Ring } from '../ring/ring.ts';
import type { CommandPort } from '../session/ports.ts';
import type { ConsumerHere } from './consumer-here.ts';

/** The sessions' port over the command ring. A slot's sequence in it is its command's. */
export class RingCommandPort implements CommandPort {
  readonly words: Int32Array;
  protected readonly producer: MultiProducer;
  private readonly here: ConsumerHere | undefined;

  constructor(ring: Ring, here?: ConsumerHere) {
    this.words = ring.words;
    this.producer = new MultiProducer(ring, here?.consumer);
    this.here = here;
  }

  claim(count: number): boolean {
    return count <= this.producer.ring.capacity && this.producer.tryClaim(count);
  }

  slotAt(index: number): number {
    return this.producer.ring.slotAt(this.producer.first + index);
  }

  publish(): void {
    const { first, count } = this.producer;
    for (let i = 0; i < count; i++) {
      this.words[this.slotAt(i) + C_SEQUENCE] = (first + i) | 0;
    }
    this.producer.publish();
    this.here?.schedule();
  }
}
