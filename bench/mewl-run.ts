// A core over a MEWL file: the untimed pass that checks its results and learns what each replace's
// total has to be, and the passes after it.

import { existsSync, readFileSync } from 'node:fs';
import {
  COMMAND_INSTRUMENT,
  COMMAND_REPLACE,
  EVENT_TRADE,
  SIDE_BUY,
  SIDE_SELL,
} from '../src/core/codes.ts';
import {
  C_ACCOUNT,
  C_HEAD,
  C_ORIG_HIGH,
  C_ORIG_LOW,
  C_QTY,
  COMMAND_WORDS,
  HEAD_COMMAND_MASK,
} from '../src/core/command-slot.ts';
import type { Core } from '../src/core/core.ts';
import { apply, clearCore, createCore } from '../src/core/engine.ts';
import type { EventOut } from '../src/core/event-buffer.ts';
import {
  E_HEAD,
  E_ORDER_LOW,
  E_OTHER_ORDER_LOW,
  E_PRICE,
  E_QTY,
  EVENT_SHIFT,
  EVENT_TYPE_MASK,
  EVENT_WORDS,
} from '../src/core/event-slot.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { lookAhead } from '../src/core/look-ahead.ts';
import { O_LEAVES, O_QTY } from '../src/core/memory-layout.ts';
import { findLink } from '../src/core/order-index.ts';
import { writeCommand } from '../src/core/plain.ts';
import { restingOrders } from '../src/core/views.ts';
import './inline-more.ts';
import { MEWL_INSTRUMENT, type MewlCommands, readMewl } from './mewl-commands.ts';

const EVENT_SLOTS = 4_096;

/** The four values by which an engine is right on a file. */
export interface MewlResult {
  readonly trades: number;
  readonly tradedQty: number;
  readonly tradeHash: number;
  readonly bookHash: number;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Counts and hashes trades as a MEWL file's expectation does: over the file's own ids. */
export class TradeTally {
  trades = 0;
  tradedQty = 0;
  private hash = FNV_OFFSET | 0;
  private readonly idOfOrder: Int32Array;
  private readonly before: number;

  /** `before`: orders that were entered before the file's first. */
  constructor(idOfOrder: Int32Array, before = 0) {
    this.idOfOrder = idOfOrder;
    this.before = before;
  }

  get tradeHash(): number {
    return this.hash >>> 0;
  }

  /** The event at word `at` of `slots`; counts when it is a trade. */
  read(slots: Int32Array, at: number): void {
    if ((slots[at + E_HEAD]! & EVENT_TYPE_MASK) !== EVENT_TRADE) return;
    const qty = slots[at + E_QTY]!;
    const aggressor = this.idOfOrder[slots[at + E_OTHER_ORDER_LOW]! - this.before]!;
    const resting = this.idOfOrder[slots[at + E_ORDER_LOW]! - this.before]!;
    this.add(aggressor, resting, slots[at + E_PRICE]!, qty);
  }

  private add(aggressor: number, resting: number, price: number, qty: number): void {
    this.trades += 1;
    this.tradedQty += qty;
    let hash = Math.imul(this.hash ^ aggressor, FNV_PRIME);
    hash = Math.imul(hash ^ resting, FNV_PRIME);
    hash = Math.imul(hash ^ price, FNV_PRIME);
    this.hash = Math.imul(hash ^ qty, FNV_PRIME);
  }
}

/**
 * The loop that is timed. Its closure makes core and slots constants for V8's optimizing compiler,
 * as they are in the matching thread. One a process: a second would make shared feedback
 * polymorphic, which halves the speed of both.
 */
function makeRun(core: Core, slots: Int32Array): (from: number, to: number) => void {
  return (from, to) => {
    const end = to * COMMAND_WORDS;
    let due = from * COMMAND_WORDS;
    for (let at = due; at < end; at += COMMAND_WORDS) {
      if (at === due) due = lookAhead(core, slots, at, end);
      apply(core, slots, at);
    }
  };
}

/** Read while the results are found; while time is taken events are written, and overwritten. */
class MewlEvents implements EventOut {
  readonly slots = new Int32Array(EVENT_SLOTS * EVENT_WORDS);
  readonly mask = EVENT_SLOTS - 1;
  cursor = 0;
  limit = EVENT_SLOTS;
  tally: TradeTally | undefined;
  private read = 0;

  makeRoom(): void {
    if (this.tally !== undefined) {
      for (; this.read !== this.cursor; this.read = (this.read + 1) | 0) {
        this.tally.read(this.slots, (this.read & this.mask) << EVENT_SHIFT);
      }
    }
    this.read = this.cursor;
    this.limit = (this.cursor + EVENT_SLOTS) | 0;
  }
}

export class MewlRun {
  readonly commands: MewlCommands;
  readonly core: Core;
  /** Applies commands `from` … `to - 1`. */
  readonly run: (from: number, to: number) => void;
  private readonly events = new MewlEvents();

  /** `count`: only so many commands of the file. Throws when it cannot be read. */
  constructor(path: string, count = Number.POSITIVE_INFINITY) {
    this.commands = readMewl(path, count);
    this.core = createCore(DEFAULT_LIMITS, this.events);
    this.run = makeRun(this.core, this.commands.slots);
  }

  /** The first pass: gives replaces their totals and finds the results. Once. */
  verify(): MewlResult {
    const { slots, count, idOfOrder } = this.commands;
    const tally = new TradeTally(idOfOrder);
    this.events.tally = tally;
    this.defineInstrument();
    for (let i = 0; i < count; i++) {
      this.addFilled(i * COMMAND_WORDS);
      apply(this.core, slots, i * COMMAND_WORDS);
      this.events.makeRoom();
    }
    const { trades, tradedQty, tradeHash } = tally;
    this.events.tally = undefined;
    return { trades, tradedQty, tradeHash, bookHash: this.bookHash() };
  }

  /** Empties the core and fills the book as the file begins: what follows is what is timed. */
  ramp(): void {
    clearCore(this.core);
    this.defineInstrument();
    this.run(0, this.commands.ramp);
    this.events.makeRoom();
  }

  /** Seconds that the commands after the ramp take. */
  timedPass(): number {
    const { ramp, count } = this.commands;
    this.ramp();
    const start = process.hrtime.bigint();
    this.run(ramp, count);
    return Number(process.hrtime.bigint() - start) / 1e9;
  }

  /** Hash of what rests, over the file's ids. */
  bookHash(): number {
    const { idOfOrder } = this.commands;
    let hash = FNV_OFFSET | 0;
    for (const side of [SIDE_BUY, SIDE_SELL]) {
      for (const order of restingOrders(this.core, MEWL_INSTRUMENT, side)) {
        for (const word of [idOfOrder[order.orderId]!, order.price, order.leaves]) {
          hash = Math.imul(hash ^ word, FNV_PRIME);
        }
      }
    }
    return hash >>> 0;
  }

  private defineInstrument(): void {
    const slot = new Int32Array(COMMAND_WORDS);
    writeCommand(slot, 0, { cmd: COMMAND_INSTRUMENT, instrument: MEWL_INSTRUMENT });
    apply(this.core, slot, 0);
  }

  /** A replace names a total: what was filled and what shall be open. */
  private addFilled(at: number): void {
    const { slots } = this.commands;
    if ((slots[at + C_HEAD]! & HEAD_COMMAND_MASK) !== COMMAND_REPLACE) return;
    const { m } = this.core;
    const order =
      m[findLink(m, slots[at + C_ACCOUNT]!, slots[at + C_ORIG_LOW]!, slots[at + C_ORIG_HIGH]!)]!;
    slots[at + C_QTY]! += m[order + O_QTY]! - m[order + O_LEAVES]!;
  }
}

/** What FILE.expected.json says. Throws when it is not there. */
export function expectedOf(path: string): MewlResult {
  const file = `${path}.expected.json`;
  if (!existsSync(file)) throw new Error(`${file} is missing: nothing says what is right`);
  const { trades, tradedQty, tradeHash, final } = JSON.parse(readFileSync(file, 'utf8'));
  return { trades, tradedQty, tradeHash, bookHash: final.bookHash };
}

/** What differs, a sentence each. */
export function differences(got: MewlResult, expected: MewlResult): string[] {
  const names = ['trades', 'tradedQty', 'tradeHash', 'bookHash'] as const;
  return names
    .filter((name) => got[name] !== expected[name])
    .map((name) => `${name} is ${got[name]}, not ${expected[name]}`);
}
