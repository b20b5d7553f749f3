// Text input by lines, and the fields of a line. Every complaint names file and line.

import { InputError } from '../base/input-error.ts';
import { type ByteSource, reasonOf } from './replay-sources.ts';

/** No line of any format is longer; what is, is not text. */
const LINE_LENGTH_MAX = 65_536;

export class LineReader {
  readonly name: string;
  /** Number of the line that was taken last, from 1. */
  line = 0;
  private readonly source: ByteSource;
  private text = '';
  private from = 0;
  private ended = false;

  constructor(source: ByteSource) {
    this.source = source;
    this.name = source.name;
  }

  /**
   * The next line without its end (LF or CR LF), undefined at the end of the file. At once when
   * it is in memory, so that a caller need not wait for every line.
   */
  next(): string | undefined | Promise<string | undefined> {
    const end = this.text.indexOf('\n', this.from);
    return end < 0 ? this.readOn() : this.take(end);
  }

  /** Stops the replay with the line that was taken last, or with another one. */
  fail(reason: string, line: number = this.line): never {
    throw new InputError(`${this.name}:${Math.max(line, 1)}: ${reason}`);
  }

  private take(end: number): string {
    const last = this.text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > this.from;
    const line = this.text.slice(this.from, last ? end - 1 : end);
    this.from = end + 1;
    this.line += 1;
    return line;
  }

  private async readOn(): Promise<string | undefined> {
    while (!this.ended) {
      const chunk = await this.readChunk();
      const rest = this.text.slice(this.from);
      if (rest.length > LINE_LENGTH_MAX) {
        this.fail(`longer than ${LINE_LENGTH_MAX} characters`, this.line + 1);
      }
      this.from = 0;
      // Every format is ASCII in the columns that count; names in others may be anything.
      this.text = rest + (chunk?.toString('latin1') ?? '');
      if (this.line === 0 && rest === '' && this.text.startsWith(BYTE_ORDER_MARK)) this.from = 3;
      this.ended = chunk === undefined;
      const end = this.text.indexOf('\n', this.from);
      if (end >= 0) return this.take(end);
    }
    return this.from < this.text.length ? this.take(this.text.length) : undefined;
  }

  private async readChunk(): Promise<Buffer | undefined> {
    try {
      return await this.source.next();
    } catch (error) {
      return this.fail(reasonOf(error), this.line + 1);
    }
  }
}

const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const COMMA = 44;
const MINUS = 45;
const DIGIT_0 = 48;

/** Fifteen digits are exact in a double. */
const DIGITS_MAX = 15;

/**
 * Puts the comma separated whole numbers of a line into `columns` and says how many there are; a
 * negative answer -n means that column n is no whole number.
 */
export function readIntegers(line: string, columns: number[]): number {
  let column = 0;
  let value = 0;
  let digits = 0;
  let negative = false;
  for (let i = 0; i <= line.length; i++) {
    const code = i < line.length ? line.charCodeAt(i) : COMMA;
    if (code === COMMA) {
      if (digits === 0 || digits > DIGITS_MAX) return -column - 1;
      columns[column++] = negative ? -value : value;
      value = 0;
      digits = 0;
      negative = false;
    } else if (code === MINUS && digits === 0 && !negative) {
      negative = true;
    } else if (code >= DIGIT_0 && code < DIGIT_0 + 10) {
      value = value * 10 + (code - DIGIT_0);
      digits += 1;
    } else {
      return -column - 1;
    }
  }
  return column;
}

/** A whole number in low … high, or a complaint that names the field. */
export function integerField(
  reader: LineReader,
  field: string,
  text: string,
  low: number,
  high: number,
): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    reader.fail(`${field} must be a whole number in ${low} … ${high}, not '${text}'`);
  }
  return value;
}
