import { Buffer, isUtf8 } from 'node:buffer';
import { Malformed } from './json.ts';

const LINE_FEED = 0x0a;

/** No line may have more UTF-16 units, so what is held of an unfinished line stays bounded. */
export const LINE_LENGTH_MAX = 16_777_216;

/** Cuts blocks of bytes into lines, whatever the blocks' ends cut through. */
export class LineCutter {
  /** The line that `next` gave last, or refused; the first is 1. */
  lineNumber = 0;
  /** Bytes of a line that has not ended yet. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Whole lines not cut yet, each with its line feed. */
  private blocks: Buffer[] = [];
  /** The block that is being cut, and how much of it is. */
  private text = '';
  private at = 0;

  /** Takes the next bytes, which it may keep. */
  push(bytes: Buffer): void {
    let start = 0;
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (this.heldBytes > 0 && end > 0) {
      start = bytes.indexOf(LINE_FEED) + 1;
      this.hold(bytes.subarray(0, start));
      this.release();
    }
    this.blocks.push(bytes.subarray(start, end));
    this.hold(bytes.subarray(end));
  }

  /** Says that no bytes follow: the last line needs no line feed. */
  end(): void {
    if (this.heldBytes === 0) return;
    this.hold(Buffer.of(LINE_FEED));
    this.release();
  }

  /**
   * The next line without its line feed; undefined when none is whole. Throws Malformed for one
   * that is not UTF-8 or too long.
   */
  next(): string | undefined {
    while (this.at === this.text.length) {
      const block = this.blocks.shift();
      if (block === undefined) return this.refuseLongRest();
      this.text = this.decode(block);
      this.at = 0;
    }
    const end = this.text.indexOf('\n', this.at);
    const line = this.text.slice(this.at, end);
    this.at = end + 1;
    this.lineNumber++;
    if (line.length > LINE_LENGTH_MAX) throw tooLong();
    return line;
  }

  private hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.held.push(bytes);
    this.heldBytes += bytes.length;
  }

  /** What is held has become a whole line. */
  private release(): void {
    this.blocks.push(Buffer.concat(this.held));
    this.held = [];
    this.heldBytes = 0;
  }

  private refuseLongRest(): undefined {
    // UTF-8 spends three bytes at most on a UTF-16 unit.
    if (this.heldBytes <= 3 * LINE_LENGTH_MAX) return undefined;
    this.lineNumber++;
    throw tooLong();
  }

  /** The text of whole lines; of a block that is not all UTF-8, only those before a bad one. */
  private decode(block: Buffer): string {
    if (isUtf8(block)) return block.toString('utf8');
    let at = 0;
    let end = block.indexOf(LINE_FEED) + 1;
    while (isUtf8(block.subarray(at, end))) {
      at = end;
      end = block.indexOf(LINE_FEED, at) + 1;
    }
    if (at === 0) {
      this.lineNumber++;
      throw new Malformed('not valid UTF-8');
    }
    this.blocks.unshift(block.subarray(at));
    return block.toString('utf8', 0, at);
  }
}

function tooLong(): Malformed {
  return new Malformed(`longer than ${LINE_LENGTH_MAX} characters`);
}
