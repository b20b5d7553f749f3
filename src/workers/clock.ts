import { wordsToBigint } from '../base/words.ts';
import type { Stamp } from '../session/ports.ts';

const TWO_32 = 0x1_0000_0000;
const NS_PER_MS = 1e6;

/** The wall clock as the stamp of commands: ns since 1970 in two words, in steps of 256. */
export class StampClock implements Stamp {
  low = 0;
  high = 0;

  /** The stamp as one number. */
  ns(): bigint {
    return wordsToBigint(this.low, this.high);
  }

  /** Reads the clock. */
  advance(): void {
    // Doubles near 1.8e18 are 256 apart: exact integers, so the words are too.
    const ns = (performance.timeOrigin + performance.now()) * NS_PER_MS;
    const high = Math.floor(ns / TWO_32);
    this.high = high | 0;
    this.low = (ns - high * TWO_32) | 0;
  }
}
