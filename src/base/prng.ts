/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey, PractRand), integers only, so a seed gives the
 * same stream on every machine. Not for secrets.
 */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = 0;
    this.b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.c = seed | 0;
    for (let i = 0; i < 12; i++) this.word();
  }

  /** The next 32 bits, as an int32. */
  word(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }

  /** A whole number in 0 … bound-1 (bound 1 … 2^31-1). Bias below 2^-20 for bounds up to 4096. */
  below(bound: number): number {
    return Math.floor(((this.word() >>> 0) / 0x1_0000_0000) * bound);
  }

  /** A whole number in low … high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of the given things, which must not be none. */
  pick<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }
}
