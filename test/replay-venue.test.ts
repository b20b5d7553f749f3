// A replay must not rely on being answered at once: behind sockets it is not.

import { describe, expect, it } from 'vitest';
import type { Command } from '../src/core/plain.ts';
import type { CoreEvent } from '../src/core/plain-events.ts';
import { CoreVenue } from '../src/sim/core-venue.ts';
import { replayLobster } from '../src/sim/replay-lobster.ts';
import { replayMewl } from '../src/sim/replay-mewl.ts';
import { replaySse } from '../src/sim/replay-sse.ts';
import { COMMANDS_UNDER_WAY_MAX, type Venue } from '../src/sim/venue.ts';
import { fixture, SMALL, sourceOf } from './replay-kit.ts';
import { mewlWorkload } from './replay-mewl-kit.ts';

/** Keeps every command until it is asked to settle, and answers later even then. */
class SlowVenue implements Venue {
  sentMax = 0;
  private readonly core = new CoreVenue(SMALL);
  private sent: Command[] = [];
  /** An operator's command that is not answered yet. */
  private operated: Command | undefined;

  define(instrument: number): void {
    this.core.define(instrument);
  }

  listen(listener: (event: CoreEvent) => void): void {
    this.core.listen(listener);
  }

  send(command: Command): void {
    expect(this.operated).toBe(undefined);
    this.sent.push(command);
    this.sentMax = Math.max(this.sentMax, this.sent.length);
  }

  operate(command: Command): void {
    expect(this.sent).toEqual([]);
    this.sent.push(command);
    this.operated = command;
  }

  async settle(): Promise<void> {
    await Promise.resolve();
    this.operated = undefined;
    for (const command of this.sent.splice(0)) this.core.send(command);
  }

  async depth(...args: Parameters<Venue['depth']>) {
    expect(this.sent).toEqual([]);
    return this.core.depth(...args);
  }

  async restingOrders(...args: Parameters<Venue['restingOrders']>) {
    expect(this.sent).toEqual([]);
    return this.core.restingOrders(...args);
  }
}

describe('a venue that answers late', () => {
  it('should give a LOBSTER replay the same outcome', async () => {
    const play = (venue: Venue) => {
      const messages = sourceOf('m', fixture('lobster_message_2.csv'));
      const orderbook = sourceOf('o', fixture('lobster_orderbook_2.csv'));
      return replayLobster({ messages, orderbook }, { venue, verify: true, pace: undefined });
    };
    expect(await play(new SlowVenue())).toEqual(await play(new CoreVenue(SMALL)));
  });

  it('should give an SSE replay the same outcome', async () => {
    const play = (venue: Venue) => {
      const orders = sourceOf('o', fixture('sse_600000_orders.csv'));
      const trades = sourceOf('t', fixture('sse_600000_trades.csv'));
      return replaySse([{ orders, trades }], { venue, verify: true, pace: undefined });
    };
    expect(await play(new SlowVenue())).toEqual(await play(new CoreVenue(SMALL)));
  });

  it('should give a MEWL replay the same outcome, with a bounded number under way', async () => {
    const { bytes, expected } = mewlWorkload(11, 3_000);
    const slow = new SlowVenue();
    expect(await replayMewl(sourceOf('w', bytes), slow)).toMatchObject(expected);
    expect(slow.sentMax).toBeGreaterThan(10);
    expect(slow.sentMax).toBeLessThanOrEqual(COMMANDS_UNDER_WAY_MAX);
  });
});
