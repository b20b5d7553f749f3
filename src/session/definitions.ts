// An operator's definition of an instrument on its way into the command ring, as two commands: its
// symbol, and what it is. They are claimed together, so that nobody's symbol comes between.
//
// Known limitation: whether a symbol is taken is judged by the events so far. Of two definitions of
// one symbol that are under way at the same time both are done; the numbers tell them apart.

import { parseDecimal } from '../base/decimal.ts';
import { isSymbol } from '../base/symbol.ts';
import { highWord, lowWord } from '../base/words.ts';
import { COMMAND_INSTRUMENT, COMMAND_SYMBOL } from '../core/codes.ts';
import * as c from '../core/command-slot.ts';
import {
  REFUSE_INVALID_SIZE,
  REFUSE_INVALID_SYMBOL,
  REFUSE_OUT_OF_RANGE,
  REFUSE_SYMBOL_IN_USE,
} from '../wire/frame-kinds.ts';
import type { Definition } from '../wire/order-entry.ts';
import type { InstrumentList } from './instrument-list.ts';

/** Slots of a definition: symbol, instrument. */
export const DEFINITION_SLOTS = 2;

const encoder = new TextEncoder();

/** 0, or the REFUSE_* code of what is wrong with it. Its number is the core's to judge. */
export function judgeDefinition(definition: Definition, instruments: InstrumentList): number {
  const { symbol, referencePrice, priceBandBps } = definition;
  if (!isSymbol(symbol)) return REFUSE_INVALID_SYMBOL;
  if (instruments.hasSymbol(symbol)) return REFUSE_SYMBOL_IN_USE;
  if (parseDecimal(definition.tickSize) === null) return REFUSE_INVALID_SIZE;
  if (parseDecimal(definition.lotSize) === null) return REFUSE_INVALID_SIZE;
  return referencePrice < 0 || priceBandBps < 0 ? REFUSE_OUT_OF_RANGE : 0;
}

/** Writes a judged definition to the slots at words `symbolAt` and `instrumentAt`, all zeros. */
export function writeDefinition(
  words: Int32Array,
  symbolAt: number,
  instrumentAt: number,
  definition: Omit<Definition, 'request'>,
): void {
  const tick = parseDecimal(definition.tickSize)!;
  const lot = parseDecimal(definition.lotSize)!;
  const symbol = new Int32Array(c.SYMBOL_WORDS);
  encoder.encodeInto(definition.symbol, new Uint8Array(symbol.buffer));
  words[symbolAt + c.C_HEAD] = COMMAND_SYMBOL;
  words[symbolAt + c.C_INSTRUMENT] = definition.number;
  words.set(symbol, symbolAt + c.C_SYMBOL);
  words[instrumentAt + c.C_HEAD] =
    COMMAND_INSTRUMENT |
    (tick.decimals << c.TICK_DECIMALS_SHIFT) |
    (lot.decimals << c.LOT_DECIMALS_SHIFT);
  words[instrumentAt + c.C_INSTRUMENT] = definition.number;
  words[instrumentAt + c.C_HALT_LOW] = lowWord(definition.haltNs);
  words[instrumentAt + c.C_HALT_HIGH] = highWord(definition.haltNs);
  words[instrumentAt + c.C_AUCTION_LOW] = lowWord(definition.auctionNs);
  words[instrumentAt + c.C_AUCTION_HIGH] = highWord(definition.auctionNs);
  words[instrumentAt + c.C_BAND_BPS] = definition.priceBandBps;
  words[instrumentAt + c.C_PRICE] = definition.referencePrice;
  words[instrumentAt + c.C_TICK] = tick.units;
  words[instrumentAt + c.C_LOT] = lot.units;
}
