// The table `Instrument`, which order entry and feed have alike.

import { type Builder, Encoding, type Offset } from 'flatbuffers';
import { highWord, lowWord, wordsToNumber } from '../base/words.ts';
import { isExact } from './exact.ts';
import { NAME_BYTES_MAX } from './frame-kinds.ts';
import type { Instrument } from './generated/ringside/order-entry/instrument.ts';
import type { InstrumentFacts } from './instrument-facts.ts';
import { addText, readText } from './text.ts';

/** Of the generated class of either protocol. */
export type CreateInstrument = typeof Instrument.createInstrument;

/** What either generated class reads. */
export type InstrumentTable = Pick<
  Instrument,
  | 'number'
  | 'symbol'
  | 'tickSize'
  | 'lotSize'
  | 'phase'
  | 'referencePrice'
  | 'priceBandBps'
  | 'haltNsLow'
  | 'haltNsHigh'
  | 'auctionNsLow'
  | 'auctionNsHigh'
>;

/** RangeError when a text is too long or no text. */
export function addInstrument(
  builder: Builder,
  create: CreateInstrument,
  facts: InstrumentFacts,
): Offset {
  return create(
    builder,
    facts.number,
    addText(builder, facts.symbol, NAME_BYTES_MAX),
    addText(builder, facts.tickSize, NAME_BYTES_MAX),
    addText(builder, facts.lotSize, NAME_BYTES_MAX),
    facts.phase,
    facts.referencePrice,
    facts.priceBandBps,
    lowWord(facts.haltNs),
    highWord(facts.haltNs),
    lowWord(facts.auctionNs),
    highWord(facts.auctionNs),
  );
}

/** Reads a verified table; null: a duration is beyond 2^53-1. */
export function readInstrument(table: InstrumentTable): InstrumentFacts | null {
  if (!isExact(table.haltNsHigh()) || !isExact(table.auctionNsHigh())) return null;
  return {
    number: table.number(),
    symbol: readText(table.symbol(Encoding.UTF8_BYTES)),
    tickSize: readText(table.tickSize(Encoding.UTF8_BYTES)),
    lotSize: readText(table.lotSize(Encoding.UTF8_BYTES)),
    phase: table.phase(),
    referencePrice: table.referencePrice(),
    priceBandBps: table.priceBandBps(),
    haltNs: wordsToNumber(table.haltNsLow(), table.haltNsHigh()),
    auctionNs: wordsToNumber(table.auctionNsLow(), table.auctionNsHigh()),
  };
}

/** Reads the first `count` elements of a vector; null: one of them cannot be read. */
export function readInstruments(
  count: number,
  at: (index: number) => InstrumentTable | null,
): InstrumentFacts[] | null {
  const instruments: InstrumentFacts[] = [];
  for (let i = 0; i < count; i++) {
    const facts = readInstrument(at(i)!);
    if (facts === null) return null;
    instruments.push(facts);
  }
  return instruments;
}
