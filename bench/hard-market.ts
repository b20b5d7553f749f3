// A core for the hard cases: commands in, the events of one of them compared line by line with what
// they must be, or thrown away while it is timed.

import * as codes from '../src/core/codes.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { apply, clearCore, createCore } from '../src/core/engine.ts';
import { EventBuffer } from '../src/core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { type Command, type NewOrder, writeCommand } from '../src/core/plain.ts';
import { type CoreEvent, type OrderOfEvent, readEvent } from '../src/core/plain-events.ts';
import { depth, queuedStops, stateHash, waitingStops } from '../src/core/views.ts';
import './inline-more.ts';

export const INSTRUMENT = 1;

/** An order's terms where they are not those of a gtc limit order of the account. */
export type Terms = Pick<NewOrder, 'account' | 'side' | 'qty'> & Partial<NewOrder>;

export class HardMarket {
  /** Commands since `clear`. */
  commands = 0;
  private readonly slot = new Int32Array(COMMAND_WORDS);
  private read: (slots: Int32Array, at: number) => void = ignore;
  private readonly events = new EventBuffer((slots, at) => this.read(slots, at));
  private readonly core = createCore(DEFAULT_LIMITS, this.events);

  /** Forgets everything and defines the instrument. */
  clear(): void {
    clearCore(this.core);
    this.commands = 0;
    this.send({ cmd: codes.COMMAND_INSTRUMENT, instrument: INSTRUMENT });
  }

  /** Enters an order; orderIds count from 1, and so do its clOrdIds. */
  enter(terms: Terms): void {
    this.send(order(terms, this.commands));
  }

  send(command: Command): void {
    writeCommand(this.slot, 0, command);
    apply(this.core, this.slot, 0);
    this.events.drain();
    this.commands += 1;
  }

  /** Does a command, throwing its events away; the answer is how long it took, ms. */
  timed(command: Command): number {
    writeCommand(this.slot, 0, command);
    this.commands += 1;
    const start = performance.now();
    apply(this.core, this.slot, 0);
    const ms = performance.now() - start;
    this.events.drain();
    return ms;
  }

  /** Does a command; throws unless its events are the expected lines (`lineOf`). */
  checked(command: Command, expected: Iterator<string>): number {
    let count = 0;
    let difference: string | undefined;
    this.read = (slots, at) => {
      const event = readEvent(slots, at);
      const { value, done } = expected.next();
      count += 1;
      const line = lineOf(event);
      if (line === value && !done) return;
      difference ??= `event ${count} is "${line}", not "${done ? 'none' : value}"`;
    };
    this.send(command);
    this.read = ignore;
    const { value, done } = expected.next();
    if (!done) difference ??= `event ${count + 1} is missing: "${value}"`;
    if (difference !== undefined) throw new Error(difference);
    return count;
  }

  /** True when no order rests or waits. */
  isEmpty(): boolean {
    return [codes.SIDE_BUY, codes.SIDE_SELL].every((side) => {
      const resting = depth(this.core, INSTRUMENT, side, 1);
      const waiting = waitingStops(this.core, INSTRUMENT, side);
      return resting.length + waiting.length + queuedStops(this.core, INSTRUMENT).length === 0;
    });
  }

  hash(): string {
    return stateHash(this.core);
  }
}

/** A new order; its clOrdId is `commands`, which grows. */
export function order(terms: Terms, commands: number): NewOrder {
  return {
    cmd: codes.COMMAND_NEW,
    instrument: INSTRUMENT,
    clOrdId: commands,
    type: codes.TYPE_LIMIT,
    tif: codes.TIF_GTC,
    postOnly: false,
    stp: codes.STP_CANCEL_AGGRESSOR,
    ...terms,
  };
}

function ignore(): void {}

/** An event as one line; of orders their orderIds and leaves. */
export function lineOf(event: CoreEvent): string {
  return `${textOf(event)}${event.end ? ' end' : ''}`;
}

function textOf(event: CoreEvent): string {
  switch (event.evt) {
    case codes.EVENT_TRADE: {
      const { price, qty, tradeId, resting, aggressor } = event;
      return tradeLine(tradeId, qty, price, idAndLeaves(resting), idAndLeaves(aggressor));
    }
    case codes.EVENT_CANCELED:
      return `canceled ${idAndLeaves(event.order)} ${codes.CANCEL_NAMES[event.reason]}`;
    case codes.EVENT_REFRESHED:
      return `refreshed ${idAndLeaves(event.order)} shows ${event.displayed}`;
    case codes.EVENT_PHASE:
      return `phase ${codes.PHASE_NAMES[event.phase]}`;
    case codes.EVENT_NEW:
    case codes.EVENT_TRIGGERED:
      return `${codes.EVENT_NAMES[event.evt]} ${idAndLeaves(event.order)}`;
    default:
      return codes.EVENT_NAMES[event.evt]!;
  }
}

export function tradeLine(
  tradeId: number,
  qty: number,
  price: number,
  first: string,
  second: string,
): string {
  return `trade ${tradeId} ${qty}@${price} ${first} ${second}`;
}

function idAndLeaves({ orderId, leaves }: OrderOfEvent): string {
  return `#${orderId}=${leaves}`;
}
