// What a replay needs of a place to trade: the core in this process (core-venue.ts), or a server
// behind sockets. Nothing is answered at once: commands are sent, their events come to the listener
// in the order of the commands, and `settle` waits until all have come. So a replay that does not
// look at the answer may keep many commands under way, and the core needs no waiting at all.

import type { ChangePhase, Command } from '../core/plain.ts';
import type { CoreEvent } from '../core/plain-events.ts';
import type { PriceLevel } from '../core/views.ts';

/** An order as everyone may see it: orderId, limit in ticks, open quantity in lots. */
export interface PublicOrder {
  orderId: number;
  price: number;
  leaves: number;
}

/** A replay has at most this many commands under way, but for those that one record makes. */
export const COMMANDS_UNDER_WAY_MAX = 1_024;
/** Replays act for accounts 1 … this. */
export const REPLAY_ACCOUNTS_MAX = 16;

export interface Venue {
  /** Sees to it that the instrument (1, 2, 3 …) exists and is empty. Called before `listen`. */
  define(instrument: number): void;
  /** Names who gets every event of every command sent; called once, before `send`. */
  listen(listener: (event: CoreEvent) => void): void;
  /** Sends one command. Its events may come during the call or any time until `settle` is done. */
  send(command: Command): void;
  /**
   * Sends what an operator commands, not a client. Call it settled, and settle before the next
   * command: it may take another way than orders do. Its events come to the listener like those of
   * a command that is sent.
   */
  operate(command: ChangePhase): void;
  /**
   * Waits until the events of all commands but the last `underWayMax` (default: of all) have come;
   * undefined when there is nothing to wait for. Rejects when they will not come.
   */
  settle(underWayMax?: number): Promise<void> | undefined;
  /** Up to `levelsMax` price levels of a side (SIDE_*), best first. Call it settled. */
  depth(
    instrument: number,
    side: number,
    levelsMax: number,
  ): readonly PriceLevel[] | Promise<readonly PriceLevel[]>;
  /** All resting orders of a side, best price first, then queue order. Call it settled. */
  restingOrders(
    instrument: number,
    side: number,
  ): readonly PublicOrder[] | Promise<readonly PublicOrder[]>;
}
