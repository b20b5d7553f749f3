/**
 * A 64-bit hash over 32-bit words: two lanes of FNV-1a's form (Fowler, Noll, Vo), each finished
 * with MurmurHash3's mixer. For comparing states, not against an adversary.
 */
export class WordHash {
  private first = 0x811c9dc5 | 0;
  private second = 0x2f0b4a87;

  /** Takes one int32 or uint32 word in. */
  add(word: number): void {
    this.first = Math.imul(this.first ^ word, 0x01000193);
    this.second = Math.imul((this.second << 13) ^ (this.second >>> 19) ^ word, 0x5bd1e995);
  }

  /** 16 lower-case hexadecimal digits. */
  hex(): string {
    return hex32(mix(this.first ^ (this.second >>> 16))) + hex32(mix(this.second));
  }
}

function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
