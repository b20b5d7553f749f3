/** One side of a book: whatever there is at each price, best price first. */
export class PriceSide<T> {
  /** Worst first: most changes are near the best, and the end of an array is the cheap one. */
  private readonly ranks: number[] = [];
  private readonly entries = new Map<number, T>();
  private readonly sign: 1 | -1;

  /** `isBid`: the highest price is the best. */
  constructor(isBid: boolean) {
    this.sign = isBid ? 1 : -1;
  }

  get(price: number): T | undefined {
    return this.entries.get(price);
  }

  set(price: number, entry: T): void {
    if (!this.entries.has(price)) {
      const rank = price * this.sign;
      this.ranks.splice(this.placeOf(rank), 0, rank);
    }
    this.entries.set(price, entry);
  }

  delete(price: number): void {
    if (!this.entries.delete(price)) return;
    this.ranks.splice(this.placeOf(price * this.sign), 1);
  }

  /** Up to `max` entries, best first. */
  best(max: number): T[] {
    const entries: T[] = [];
    for (let i = this.ranks.length - 1; i >= 0 && entries.length < max; i--) {
      entries.push(this.entries.get(this.ranks[i]! * this.sign)!);
    }
    return entries;
  }

  /** Index of the first rank that is not below this one. */
  private placeOf(rank: number): number {
    let from = 0;
    let to = this.ranks.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.ranks[middle]! < rank) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
