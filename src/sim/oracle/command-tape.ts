// Plain commands as tape lines, to show a failure that anyone can run again with `ringside tape`.
//
// The tape numbers its texts by first appearance, so an id that the core saw as a duplicate must be
// a text that appeared before: every id that grew gets a text of its own ("c17"), every other one
// in a new or replace says an earlier text of its account, and a look-up of an id that never grew
// says a text that never appeared. A time that a command carries becomes a `time` line before it.
//
// Known limitations: session and request are not in a tape, and what it cannot say (a duplicate
// before the first id of its account, an instrument that cannot be defined, a mass cancel of a
// session, open orders, symbols, the kill switch) becomes a comment.

import * as codes from '../../core/codes.ts';
import type { Limits } from '../../core/limits.ts';
import type { Command, DefineInstrument, MassCancel, NewOrder, Replace } from '../../core/plain.ts';

type Line = Record<string, unknown>;

/** A line and the command that it says; a comment says none. */
interface Said {
  readonly line: string;
  readonly command?: Command;
}

/** The commands as lines of a tape for a core of these limits, each ending with a line feed. */
export function tapeOf(commands: readonly Command[], limits: Limits): string {
  const writer = new TapeWriter(limits);
  return commands
    .flatMap((command) => writer.take(command).map(({ line }) => `${line}\n`))
    .join('');
}

/** The commands that `tapeOf` says, one for each line that is no comment. */
export function tapeForm(commands: readonly Command[], limits: Limits): Command[] {
  const writer = new TapeWriter(limits);
  return commands.flatMap((command) => writer.takeCommands(command));
}

/** A command as JSON, times as texts. */
export function commandJson(command: Command): string {
  return JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}

/** Says commands one after the other. */
export class TapeWriter {
  private readonly ids = new Map<number, Set<number>>();
  private readonly highest = new Map<number, number>();
  private readonly defined = new Set<number>();
  private readonly instrumentsMax: number;
  private clock = 0n;

  constructor({ instruments }: Limits) {
    this.instrumentsMax = instruments;
  }

  /** The next command as the one or two lines that say it. */
  take(command: Command): Said[] {
    const { time, session, request, ...plain } = command;
    const isLater = time !== undefined && time > this.clock;
    if (isLater) this.clock = time;
    if (command.cmd === codes.COMMAND_TIME) return [this.time()];
    const line = this.say(command);
    const said: Said =
      line === undefined
        ? { line: `# ${commandJson(command)}` }
        : { line: JSON.stringify(line), command: plain as Command };
    return isLater ? [this.time(), said] : [said];
  }

  /** The same without comments and lines. */
  takeCommands(command: Command): Command[] {
    return this.take(command).flatMap((said) => said.command ?? []);
  }

  private time(): Said {
    const command: Command = { cmd: codes.COMMAND_TIME, time: this.clock };
    return { line: `{"cmd":"time","ns":${this.clock}}`, command };
  }

  private say(command: Command): Line | undefined {
    switch (command.cmd) {
      case codes.COMMAND_INSTRUMENT:
        return this.sayInstrument(command);
      case codes.COMMAND_CANCEL: {
        const { account, clOrdId } = command;
        const id = this.lookUp(account, clOrdId);
        return { cmd: 'cancel', account: name(account), clOrdId: id };
      }
      case codes.COMMAND_MASS_CANCEL:
        return sayMassCancel(command);
      case codes.COMMAND_NEW:
        return this.sayNew(command);
      case codes.COMMAND_REPLACE:
        return this.sayReplace(command);
      case codes.COMMAND_PHASE: {
        const phase = codes.PHASE_NAMES[command.phase];
        return { cmd: 'phase', symbol: symbol(command.instrument), phase };
      }
      default:
        return undefined;
    }
  }

  private sayInstrument(command: DefineInstrument): Line | undefined {
    const { instrument } = command;
    if (instrument < 1 || instrument > this.instrumentsMax) return undefined;
    if (this.defined.has(instrument)) return undefined;
    this.defined.add(instrument);
    const line: Line = { cmd: 'instrument', symbol: symbol(instrument) };
    for (const field of ['referencePrice', 'priceBandBps', 'haltNs', 'auctionNs'] as const) {
      if (command[field]) line[field] = command[field];
    }
    return line;
  }

  private sayNew(command: NewOrder): Line | undefined {
    const { account, instrument, side, type, tif, postOnly, stp, qty } = command;
    const clOrdId = this.use(account, command.clOrdId);
    if (clOrdId === undefined) return undefined;
    const line: Line = { cmd: 'new', symbol: symbol(instrument), account: name(account), clOrdId };
    line.side = codes.SIDE_NAMES[side];
    if (type !== codes.TYPE_LIMIT) line.type = codes.TYPE_NAMES[type];
    line.qty = qty;
    if (command.price !== undefined) line.price = command.price;
    if (tif !== codes.TIF_GTC) line.tif = codes.TIF_NAMES[tif];
    if (postOnly) line.postOnly = true;
    if (command.displayQty !== undefined) line.displayQty = command.displayQty;
    if (command.stopPrice !== undefined) line.stopPrice = command.stopPrice;
    if (stp !== codes.STP_CANCEL_AGGRESSOR) line.stp = codes.STP_NAMES[stp];
    return line;
  }

  private sayReplace(command: Replace): Line | undefined {
    const { account } = command;
    const origClOrdId = this.lookUp(account, command.origClOrdId);
    const clOrdId = this.use(account, command.clOrdId);
    if (clOrdId === undefined) return undefined;
    const line: Line = { cmd: 'replace', account: name(account), origClOrdId, clOrdId };
    for (const field of ['price', 'qty', 'displayQty', 'stopPrice'] as const) {
      if (command[field] !== undefined) line[field] = command[field];
    }
    return line;
  }

  /** The text of an id in a new or replace; undefined for a duplicate before the first. */
  private use(account: number, id: number): string | undefined {
    const highest = this.highest.get(account) ?? 0;
    if (id > highest) {
      this.highest.set(account, id);
      this.idsOf(account).add(id);
      return `c${id}`;
    }
    if (highest === 0) return undefined;
    return this.idsOf(account).has(id) ? `c${id}` : `c${highest}`;
  }

  private lookUp(account: number, id: number): string {
    return this.idsOf(account).has(id) ? `c${id}` : `never${id}`;
  }

  private idsOf(account: number): Set<number> {
    let ids = this.ids.get(account);
    if (ids === undefined) {
      ids = new Set();
      this.ids.set(account, ids);
    }
    return ids;
  }
}

function sayMassCancel(command: MassCancel): Line | undefined {
  const { account, instrument, side, ownSessionOnly, onDisconnect } = command;
  if (ownSessionOnly === true || onDisconnect === true) return undefined;
  const line: Line = { cmd: 'massCancel', account: name(account) };
  if (instrument !== undefined) line.symbol = symbol(instrument);
  if (side !== undefined) line.side = codes.SIDE_NAMES[side];
  return line;
}

function symbol(instrument: number): string {
  return `I${instrument}`;
}

function name(account: number): string {
  return `A${account}`;
}
