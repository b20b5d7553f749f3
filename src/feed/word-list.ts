import { assert } from '../base/assert.ts';

/**
 * A list of int32 words that is emptied and filled again and again. It doubles when it is full and
 * keeps its room, so after a while nothing is allocated.
 */
export class WordList {
  words: Int32Array;
  length = 0;

  /** `capacity` words (1 or more) to begin with. */
  constructor(capacity = 64) {
    assert(capacity > 0, 'a list has room');
    this.words = new Int32Array(capacity);
  }

  /**
   * Makes the list `count` words longer and gives the index of the first; they are not cleared.
   * `words` may be another array afterwards.
   */
  extend(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.words.length) {
      const larger = new Int32Array(Math.max(this.length, this.words.length * 2));
      larger.set(this.words);
      this.words = larger;
    }
    return at;
  }

  clear(): void {
    this.length = 0;
  }
}
