// Where the consumers' words are, and their sequences, read together.

import { lowestBit } from '../base/bits.ts';
import { CONSUMER_SHIFT, CONSUMERS, SLEEP } from './ring-layout.ts';

/** Word of a consumer's sequence. */
export function sequenceAt(consumer: number): number {
  return (CONSUMERS + (consumer << CONSUMER_SHIFT)) | 0;
}

/** The line that a consumer sleeps on. */
export function sleepAt(consumer: number): number {
  return (CONSUMERS + SLEEP + (consumer << CONSUMER_SHIFT)) | 0;
}

/**
 * The earliest of the sequences of a bit set of consumers, which must not be empty. They are read
 * one after the other; since each only moves on, none is behind the answer.
 */
export function earliest(words: Int32Array, consumers: number): number {
  let first = Atomics.load(words, sequenceAt(lowestBit(consumers)));
  for (let rest = consumers & (consumers - 1); rest !== 0; rest &= rest - 1) {
    const sequence = Atomics.load(words, sequenceAt(lowestBit(rest)));
    if (((sequence - first) | 0) < 0) first = sequence;
  }
  return first;
}
