// The orders of the wire benches, as frames: quotes on both sides of a mid that now and then trade,
// each canceled by the command after it.

import { COMMAND_CANCEL, COMMAND_NEW, SIDE_BUY, SIDE_SELL } from '../src/core/codes.ts';
import { C_CLORDID_LOW, C_PRICE, C_REQUEST } from '../src/core/command-slot.ts';
import { CommandsEncoder, WIRE_COMMAND_WORDS, writeCommand } from '../src/wire/order-entry.ts';

const INSTRUMENT = 1;
const MID = 10_000;
/** A cycle of commands: buy, its cancel, sell, its cancel. */
const CYCLE = 4;

export class OrderFrames {
  /** Request number of the last command. */
  request = 0;
  private readonly batch: number;
  private readonly words: Int32Array;
  private readonly cycle = new Int32Array(CYCLE * WIRE_COMMAND_WORDS);
  private readonly encoder = new CommandsEncoder();
  /** Ticks of a quote from the mid, by a number that grows. */
  private readonly awayOf: (request: number) => number;

  /**
   * Frames of `batch` commands of an account. `awayOf`: default, some of them cross the mid, so
   * that one in ten trades.
   */
  constructor(account: number, batch: number, awayOf = (request: number) => (request * 7) % 20) {
    this.batch = batch;
    this.awayOf = awayOf;
    this.words = new Int32Array(batch * WIRE_COMMAND_WORDS);
    for (let i = 0; i < CYCLE; i++) {
      const at = i * WIRE_COMMAND_WORDS;
      const head = { request: 1, account, clOrdId: 1n };
      if (i % 2 === 1) {
        writeCommand(this.cycle, at, { ...head, command: COMMAND_CANCEL });
      } else {
        const side = i === 0 ? SIDE_BUY : SIDE_SELL;
        const terms = { instrument: INSTRUMENT, side, qty: 10, price: MID };
        writeCommand(this.cycle, at, { ...head, command: COMMAND_NEW, ...terms });
      }
    }
  }

  /** The next frame; good until the next call. */
  next(): Uint8Array {
    const { words, cycle } = this;
    for (let i = 0; i < this.batch; i++) {
      const before = this.request++;
      const at = i * WIRE_COMMAND_WORDS;
      const from = (before % CYCLE) * WIRE_COMMAND_WORDS;
      for (let word = 0; word < WIRE_COMMAND_WORDS; word++) words[at + word] = cycle[from + word]!;
      words[at + C_REQUEST] = this.request;
      words[at + C_CLORDID_LOW] = (before >> 1) + 1;
      if (before % 2 === 1) continue;
      const away = this.awayOf(this.request);
      words[at + C_PRICE] = before % CYCLE === 0 ? MID + 1 - away : MID - 1 + away;
    }
    return this.encoder.encode(words, 0, this.batch);
  }
}
