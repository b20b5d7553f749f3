import type { EventOut } from './event-buffer.ts';

/** A matching core: its state and where its events go. Made by `createCore` (engine.ts). */
export interface Core {
  /** All of the state (memory-layout.ts). */
  readonly m: Int32Array;
  readonly out: EventOut;
  /** Result of `findClearing` (auction.ts); says nothing between two commands. */
  readonly clearing: Float64Array;
  /** Orders that `lookAhead` (look-ahead.ts) has found; says nothing between two commands. */
  readonly ahead: Int32Array;
}
