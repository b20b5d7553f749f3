// Runs a tape: lines in, the core's events out. One thread, one core, and nothing but the lines
// decides what is printed.

import type { Buffer } from 'node:buffer';
import { InputError } from '../../base/input-error.ts';
import * as codes from '../../core/codes.ts';
import { COMMAND_WORDS } from '../../core/command-slot.ts';
import type { Core } from '../../core/core.ts';
import { apply, createCore } from '../../core/engine.ts';
import { EventBuffer } from '../../core/event-buffer.ts';
import { INT32_MAX, type Limits } from '../../core/limits.ts';
import { type Command, writeCommand } from '../../core/plain.ts';
import { readEvent } from '../../core/plain-events.ts';
import { depth, stateHash } from '../../core/views.ts';
import type { TapeInteger, TapeLine, Terms } from './commands.ts';
import { TapeIds } from './ids.ts';
import { Malformed, quoted } from './json.ts';
import { LineCutter } from './lines.ts';
import { printBook, printEvent, printHash, printRejected } from './printer.ts';
import { readTapeLine } from './reader.ts';

/** The line of one command. */
type Line<Cmd extends TapeLine['cmd']> = Extract<TapeLine, { cmd: Cmd }>;

/** A comment, or nothing. */
const SKIPPED = /^(?:#|[ \t\r]*$)/;

/** Printed text is handed on in pieces of about this many characters. */
const OUTPUT_LENGTH = 65_536;

/** One run of a tape over a core of its own. */
export class Tape {
  private readonly name: string;
  private readonly instrumentsMax: number;
  private readonly write: (text: string) => boolean;
  private readonly lines = new LineCutter();
  private readonly ids = new TapeIds();
  private readonly core: Core;
  private readonly events: EventBuffer;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private clock: TapeInteger = 0;
  private cause: TapeLine = { cmd: 'hash' };
  private output = '';
  private mayWrite = true;

  /**
   * `name` stands for the tape in messages. `write` gets what is printed, whole lines, each with
   * its line feed; with false it asks for a pause. Throws RangeError when there is no memory for
   * `limits`.
   */
  constructor(name: string, limits: Limits, write: (text: string) => boolean) {
    this.name = name;
    this.instrumentsMax = limits.instruments;
    this.write = write;
    this.events = new EventBuffer((slots, at) => {
      this.print(printEvent(readEvent(slots, at), this.ids, this.cause));
    });
    this.core = createCore(limits, this.events);
  }

  /** Takes the next bytes (UTF-8), which it may keep, for `run`. */
  push(bytes: Buffer): void {
    this.lines.push(bytes);
  }

  /** Says that no bytes follow; the last line needs no line feed. */
  end(): void {
    this.lines.end();
  }

  /**
   * Runs the lines that are whole, and hands on all that they print. True when it stopped early
   * because `write` asked for a pause: there may be more to run. Throws InputError at a malformed
   * line.
   */
  run(): boolean {
    this.mayWrite = true;
    try {
      for (;;) {
        const line = this.lines.next();
        if (line === undefined) return false;
        this.runLine(line);
        if (!this.mayWrite) return true;
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw new InputError(`${this.name}:${this.lines.lineNumber}: ${error.message}`);
    } finally {
      this.flush();
    }
  }

  private print(text: string): void {
    this.output += text;
    if (this.output.length >= OUTPUT_LENGTH) this.flush();
  }

  private flush(): void {
    const text = this.output;
    this.output = '';
    if (text !== '' && !this.write(text)) this.mayWrite = false;
  }

  private runLine(text: string): void {
    if (!text.startsWith('{') && SKIPPED.test(text)) return;
    const line = readTapeLine(text);
    const command = this.commandOf(line);
    this.cause = line;
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.events.drain();
    if (line.cmd === 'book') this.printBook(line);
    else if (line.cmd === 'hash') this.print(printHash(stateHash(this.core)));
  }

  private printBook(line: Line<'book'>): void {
    const instrument = this.ids.symbols.find(line.symbol);
    if (instrument === 0) {
      const reason = codes.REJECT_NAMES[codes.REJECT_UNKNOWN_SYMBOL]!;
      this.print(printRejected(line, line.cmd, reason));
      return;
    }
    const levelsMax = line.depth ?? INT32_MAX;
    const bids = depth(this.core, instrument, codes.SIDE_BUY, levelsMax);
    const asks = depth(this.core, instrument, codes.SIDE_SELL, levelsMax);
    this.print(printBook(line.symbol, bids, asks));
  }

  /** The core's command; a look at its state lets happen what is due by then, as any command. */
  private commandOf(line: TapeLine): Command {
    switch (line.cmd) {
      case 'book':
      case 'hash':
        return { cmd: codes.COMMAND_TIME };
      case 'new':
        return this.newOrder(line);
      case 'cancel': {
        const account = this.ids.accounts.find(line.account);
        const clOrdId = this.ids.clOrdIdsOf(account).find(line.clOrdId);
        return { cmd: codes.COMMAND_CANCEL, account, clOrdId };
      }
      case 'replace': {
        const account = this.ids.accountNumber(line.account);
        const texts = this.ids.clOrdIdsOf(account);
        const origClOrdId = texts.find(line.origClOrdId);
        const clOrdId = texts.number(line.clOrdId);
        return { cmd: codes.COMMAND_REPLACE, account, origClOrdId, clOrdId, ...termsOf(line) };
      }
      case 'massCancel':
        return this.massCancel(line);
      case 'phase': {
        const phase = codes.PHASE_NAMES.indexOf(line.phase);
        return { cmd: codes.COMMAND_PHASE, instrument: this.ids.symbols.find(line.symbol), phase };
      }
      case 'time':
        return this.time(line);
      case 'instrument':
        return this.instrument(line);
    }
  }

  private newOrder(line: Line<'new'>): Command {
    const account = this.ids.accountNumber(line.account);
    return {
      cmd: codes.COMMAND_NEW,
      instrument: this.ids.symbols.find(line.symbol),
      account,
      clOrdId: this.ids.clOrdIdsOf(account).number(line.clOrdId),
      side: codes.SIDE_NAMES.indexOf(line.side),
      type: line.type === undefined ? codes.TYPE_LIMIT : codes.TYPE_NAMES.indexOf(line.type),
      tif: line.tif === undefined ? codes.TIF_GTC : codes.TIF_NAMES.indexOf(line.tif),
      postOnly: line.postOnly ?? false,
      stp: line.stp === undefined ? codes.STP_CANCEL_AGGRESSOR : codes.STP_NAMES.indexOf(line.stp),
      ...termsOf(line),
      qty: Number(line.qty),
    };
  }

  private massCancel(line: Line<'massCancel'>): Command {
    const account = this.ids.accounts.find(line.account);
    return {
      cmd: codes.COMMAND_MASS_CANCEL,
      account,
      ...(line.symbol === undefined ? {} : { instrument: this.ids.symbols.find(line.symbol) }),
      ...(line.side === undefined ? {} : { side: codes.SIDE_NAMES.indexOf(line.side) }),
    };
  }

  private time(line: Line<'time'>): Command {
    if (line.ns < this.clock) throw new Malformed(`ns goes back: the clock is at ${this.clock}`);
    this.clock = line.ns;
    return { cmd: codes.COMMAND_TIME, time: BigInt(line.ns) };
  }

  private instrument(line: Line<'instrument'>): Command {
    const { symbols } = this.ids;
    const symbol = quoted(line.symbol);
    if (symbols.find(line.symbol) !== 0) {
      throw new Malformed(`the instrument ${symbol} is there already`);
    }
    if (symbols.count === this.instrumentsMax) {
      throw new Malformed(`no room for ${symbol}: the limit is ${symbols.count} instruments`);
    }
    return {
      cmd: codes.COMMAND_INSTRUMENT,
      instrument: symbols.number(line.symbol),
      ...(line.referencePrice === undefined ? {} : { referencePrice: line.referencePrice }),
      ...(line.priceBandBps === undefined ? {} : { priceBandBps: line.priceBandBps }),
      ...(line.haltNs === undefined ? {} : { haltNs: line.haltNs }),
      ...(line.auctionNs === undefined ? {} : { auctionNs: line.auctionNs }),
    };
  }
}

/** The numbers of an order that are there. One beyond int32 stays beyond it. */
function termsOf(order: Terms): { [Name in keyof Terms]?: number } {
  const terms: { [Name in keyof Terms]?: number } = {};
  if (order.qty !== undefined) terms.qty = Number(order.qty);
  if (order.price !== undefined) terms.price = Number(order.price);
  if (order.displayQty !== undefined) terms.displayQty = Number(order.displayQty);
  if (order.stopPrice !== undefined) terms.stopPrice = Number(order.stopPrice);
  return terms;
}
