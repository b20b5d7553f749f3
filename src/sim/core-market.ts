import { COMMAND_INSTRUMENT, EVENT_TRADE, SIDE_BUY, SIDE_SELL } from '../core/codes.ts';
import { COMMAND_WORDS } from '../core/command-slot.ts';
import type { Core } from '../core/core.ts';
import { apply, createCore } from '../core/engine.ts';
import { EventBuffer } from '../core/event-buffer.ts';
import { DEFAULT_LIMITS } from '../core/limits.ts';
import { type Command, writeCommand } from '../core/plain.ts';
import { readEvent } from '../core/plain-events.ts';
import { depth, type PriceLevel, stateHash } from '../core/views.ts';
import { OrderFlow } from './order-flow.ts';

export interface LastTrade {
  price: number;
  qty: number;
  /** SIDE_* of the aggressor. */
  aggressorSide: number;
}

const INSTRUMENT = 1;
const FIRST_PRICE = 10_000;
const TICKS_PER_UNIT = 100;
/** Length of a list of the last trades. */
export const LAST_TRADES_KEPT = 64;

/** One instrument on a core alone, with a synthetic order flow trading on it. */
export class CoreMarket {
  readonly symbol = 'DEMO';
  commands = 0;
  trades = 0;
  tradedQty = 0;
  /** Time spent inside the core, ms. */
  applyMs = 0;
  /** Newest first. */
  readonly lastTrades: LastTrade[] = [];
  private readonly flow: OrderFlow;
  private readonly events: EventBuffer;
  private readonly core: Core;
  private readonly slot = new Int32Array(COMMAND_WORDS);

  constructor(seed: number) {
    this.flow = new OrderFlow({
      seed,
      instrument: INSTRUMENT,
      accounts: 8,
      firstPrice: FIRST_PRICE,
      ordersAimedAt: 600,
    });
    this.events = new EventBuffer((slots, at) => this.readEvent(slots, at));
    this.core = createCore(DEFAULT_LIMITS, this.events);
    this.send({ cmd: COMMAND_INSTRUMENT, instrument: INSTRUMENT, referencePrice: FIRST_PRICE });
  }

  /** Applies the flow's next `count` commands. */
  advance(count: number): void {
    for (let i = 0; i < count; i++) {
      this.send(this.flow.next());
      this.commands += 1;
    }
  }

  bids(levelsMax: number): PriceLevel[] {
    return depth(this.core, INSTRUMENT, SIDE_BUY, levelsMax);
  }

  asks(levelsMax: number): PriceLevel[] {
    return depth(this.core, INSTRUMENT, SIDE_SELL, levelsMax);
  }

  /** A price in ticks as decimal text. */
  priceText(price: number): string {
    return (price / TICKS_PER_UNIT).toFixed(2);
  }

  stateHash(): string {
    return stateHash(this.core);
  }

  private send(command: Command): void {
    writeCommand(this.slot, 0, command);
    const startMs = performance.now();
    apply(this.core, this.slot, 0);
    this.applyMs += performance.now() - startMs;
    this.events.drain();
  }

  private readEvent(slots: Int32Array, at: number): void {
    const event = readEvent(slots, at);
    this.flow.read(event);
    if (event.evt !== EVENT_TRADE) return;
    this.trades += 1;
    this.tradedQty += event.qty;
    const { price, qty } = event;
    this.lastTrades.unshift({ price, qty, aggressorSide: event.restingSide ^ 1 });
    if (this.lastTrades.length > LAST_TRADES_KEPT) this.lastTrades.pop();
  }
}
