import { describe, expect, test } from 'vitest';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { E_HEAD, EVENT_SHIFT, EVENT_WORDS } from '../src/core/event-slot.ts';
import { readEvent } from '../src/core/plain-events.ts';

describe('an event buffer', () => {
  test.each([1, 2, 4, 4096])('of %i slots should give its events once, in order', (capacity) => {
    const read: number[] = [];
    const firstCursor = 0x7fffffff;
    const buffer = new EventBuffer(
      (slots, at) => read.push(slots[at + E_HEAD]!),
      capacity,
      firstCursor,
    );
    for (let event = 0; event < 10; event++) {
      if (buffer.cursor === buffer.limit) buffer.makeRoom();
      expect((buffer.limit - buffer.cursor) | 0).toBeGreaterThan(0);
      buffer.slots[((buffer.cursor & buffer.mask) << EVENT_SHIFT) + E_HEAD] = event;
      buffer.cursor = (buffer.cursor + 1) | 0;
    }
    buffer.drain();
    buffer.drain();
    expect(read).toEqual(Array.from({ length: 10 }, (_, i) => i));
    expect((buffer.limit - buffer.cursor) | 0).toBe(capacity);
  });

  test.each([0, -1, 3, 6, 12, 4095])('of %i slots should be refused', (capacity) => {
    expect(() => new EventBuffer(() => {}, capacity)).toThrow('capacity is a power of two');
  });
});

test('a slot that holds no event should not be read as one', () => {
  const slots = new Int32Array(EVENT_WORDS);
  slots[E_HEAD] = 200;
  expect(() => readEvent(slots, 0)).toThrow('unknown event code 200');
});
