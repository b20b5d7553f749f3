// What lies in the slots of the ring's bench and stress test: 16 words (a cache line) that tell
// their producer, their number, eleven words made of both, and a checksum; two words are for marks
// of the consumers that others follow.
//
// Layout: 0 producer · 1 number · 2-12 filling · 13, 14 marks of consumers 0 and 1 · 15 checksum

export const SLOT_WORDS = 16;

const MARKS = 13;
const CHECKSUM = 15;

function seedOf(producer: number, number: number): number {
  const mixed = Math.imul(number ^ (producer << 24), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Fills the slot at word `at` with a producer's item `number` (from 0). */
export function fillSlot(words: Int32Array, at: number, producer: number, number: number): void {
  words[at] = producer;
  words[at + 1] = number;
  let word = seedOf(producer, number);
  let sum = (producer + number) | 0;
  for (let i = 2; i < MARKS; i++) {
    words[at + i] = word;
    sum = (sum + word) | 0;
    word = (word + 0x61c88647) ^ (word << 7);
  }
  words[at + CHECKSUM] = sum;
}

/** Whether the slot is whole, and of that producer and number. */
export function isSlot(words: Int32Array, at: number, producer: number, number: number): boolean {
  let sum = (words[at]! + words[at + 1]!) | 0;
  for (let i = 2; i < MARKS; i++) sum = (sum + words[at + i]!) | 0;
  return (
    words[at] === producer &&
    words[at + 1] === number &&
    words[at + 2] === seedOf(producer, number) &&
    words[at + CHECKSUM] === sum
  );
}

/** Consumer 0 or 1, which another follows, leaves its mark. */
export function markSlot(words: Int32Array, at: number, consumer: number): void {
  words[at + MARKS + consumer] = ~words[at + 1]!;
}

export function isMarked(words: Int32Array, at: number, consumer: number): boolean {
  return words[at + MARKS + consumer] === ~words[at + 1]!;
}
