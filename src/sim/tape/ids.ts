// The numbers that a tape's texts have in the core, and the way back. Accounts and symbols are
// numbered from 1 by first appearance, clOrdIds from 1 within their account by first appearance in
// a new or replace (so a text used again has a number that is not above the account's highest,
// which is the core's duplicate_clordid). 0 is never the number of anything: it stands for a text
// not seen.
//
// Texts are remembered for the whole run, as JSON.stringify writes them, quotes left off.

/** A text that JSON.stringify changes in nothing. */
const PRINTED_AS_IS = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** V8 cuts a text of so many characters out of a longer one by reference, a shorter one by copy. */
const CUT_BY_REFERENCE_MIN = 13;

/** A text that is remembered, but not the block of lines that it was cut out of. */
function ownCopy(text: string): string {
  return text.length < CUT_BY_REFERENCE_MIN ? text : JSON.parse(JSON.stringify(text));
}

/** Texts with numbers from 1. */
class Numbered {
  private readonly numbers = new Map<string, number>();
  private readonly printed: string[] = [''];

  get count(): number {
    return this.numbers.size;
  }

  /** The number of a text, 0 when it has none. */
  find(text: string): number {
    return this.numbers.get(text) ?? 0;
  }

  /** The number of a text, which gets the next one if it has none. */
  number(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const next = this.printed.length;
    const own = ownCopy(text);
    this.numbers.set(own, next);
    this.printed.push(PRINTED_AS_IS.test(own) ? own : JSON.stringify(own).slice(1, -1));
    return next;
  }

  /** The text of a number that was given out, as it is printed. */
  text(number: number): string {
    return this.printed[number]!;
  }
}

/** The symbols, accounts and clOrdIds of one tape. */
export class TapeIds {
  readonly symbols = new Numbered();
  readonly accounts = new Numbered();
  private readonly clOrdIds: Numbered[] = [new Numbered()];

  /** The number of an account that sends a new or replace: it has one from now on. */
  accountNumber(account: string): number {
    const number = this.accounts.number(account);
    if (number === this.clOrdIds.length) this.clOrdIds.push(new Numbered());
    return number;
  }

  /** The clOrdIds of an account (its number). Account 0 has none. */
  clOrdIdsOf(account: number): Numbered {
    return this.clOrdIds[account]!;
  }
}
