// How the publisher writes the frames of the feed, and how consumers ask for them.

import { Builder } from 'flatbuffers';
import { assert } from '../base/assert.ts';
import { highWord, lowWord } from '../base/words.ts';
import { BlockFrame } from './block-frame.ts';
import {
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from './feed-layout.ts';
import type { FeedHead } from './feed-records.ts';
import {
  FEED_HEARTBEAT,
  FEED_SUBSCRIBE,
  FEED_UNSUBSCRIBE,
  RECORDS_PER_FRAME_MAX,
  WIRE_VERSION,
} from './frame-kinds.ts';
import { Frame } from './generated/ringside/feed/frame.ts';
import { Instrument } from './generated/ringside/feed/instrument.ts';
import type { InstrumentFacts } from './instrument-facts.ts';
import { addInstrument } from './instrument-table.ts';
import * as s from './shapes.ts';

/** A run of records: `count` of them from word `at`. */
export interface Records {
  words: Int32Array;
  at: number;
  count: number;
}

const RECORD_WORDS = LEVEL_WORDS + ORDER_WORDS + TRADE_WORDS + PHASE_WORDS + INDICATIVE_WORDS;

/** Encodes the publisher's frames into one buffer that it uses again. */
export class FeedEncoder {
  private readonly frame = new BlockFrame(
    s.FEED_IDENTIFIER,
    s.FEED_FRAME.length,
    RECORDS_PER_FRAME_MAX * RECORD_WORDS,
  );

  /**
   * A snapshot, update, heartbeat or refusal: as many records of each sort as given, 0 …
   * RECORDS_PER_FRAME_MAX, null as 0. Records (feed-layout.ts) are copied by block. The view is
   * good until the next call.
   */
  encode(
    head: FeedHead,
    levels: Records | null,
    orders: Records | null,
    trades: Records | null,
    phases: Records | null = null,
    indicatives: Records | null = null,
  ): Uint8Array {
    const { frame } = this;
    frame.begin(WIRE_VERSION, head.kind);
    frame.setWord(s.FD_SLOT_EPOCH_LOW, lowWord(head.epoch));
    frame.setWord(s.FD_SLOT_EPOCH_HIGH, highWord(head.epoch));
    frame.setWord(s.FD_SLOT_SEQUENCE_LOW, lowWord(head.sequence));
    frame.setWord(s.FD_SLOT_SEQUENCE_HIGH, highWord(head.sequence));
    frame.setWord(s.FD_SLOT_COMMAND_LOW, lowWord(head.commandSequence));
    frame.setWord(s.FD_SLOT_COMMAND_HIGH, highWord(head.commandSequence));
    frame.setWord(s.FD_SLOT_TIME_LOW, head.timeLow);
    frame.setWord(s.FD_SLOT_TIME_HIGH, head.timeHigh);
    frame.setWord(s.FD_SLOT_INSTRUMENT, head.instrument);
    frame.setWord(s.FD_SLOT_CHANNELS, head.channels);
    frame.setWord(s.FD_SLOT_IS_LAST, head.isLast ? 1 : 0);
    if (head.reason !== 0) frame.setWord(s.FD_SLOT_REASON, head.reason);
    this.addRecords(s.FD_SLOT_LEVELS, levels, LEVEL_WORDS);
    this.addRecords(s.FD_SLOT_ORDERS, orders, ORDER_WORDS);
    this.addRecords(s.FD_SLOT_TRADES, trades, TRADE_WORDS);
    this.addRecords(s.FD_SLOT_PHASES, phases, PHASE_WORDS);
    this.addRecords(s.FD_SLOT_INDICATIVES, indicatives, INDICATIVE_WORDS);
    return frame.finish();
  }

  private addRecords(slot: number, records: Records | null, recordWords: number): void {
    if (records === null || records.count === 0) return;
    assert(records.count <= RECORDS_PER_FRAME_MAX, 'as many records as a frame may have');
    this.frame.setRecords(slot, records.words, records.at, records.count, recordWords);
  }
}

/**
 * A frame of FEED_INSTRUMENTS or FEED_DEFINED with at most RECORDS_PER_FRAME_MAX instruments, a
 * copy of its own. RangeError when a text is too long or no text.
 */
export function encodeInstruments(
  head: FeedHead,
  instruments: readonly InstrumentFacts[],
): Uint8Array {
  assert(instruments.length <= RECORDS_PER_FRAME_MAX, 'as many instruments as a frame may have');
  const builder = new Builder(4_096);
  const tables = instruments.map((facts) =>
    addInstrument(builder, Instrument.createInstrument, facts),
  );
  const vector = Frame.createInstrumentsVector(builder, tables);
  Frame.startFrame(builder);
  Frame.addVersion(builder, WIRE_VERSION);
  Frame.addKind(builder, head.kind);
  Frame.addEpochLow(builder, lowWord(head.epoch));
  Frame.addEpochHigh(builder, highWord(head.epoch));
  Frame.addSequenceLow(builder, lowWord(head.sequence));
  Frame.addSequenceHigh(builder, highWord(head.sequence));
  Frame.addCommandSequenceLow(builder, lowWord(head.commandSequence));
  Frame.addCommandSequenceHigh(builder, highWord(head.commandSequence));
  Frame.addTimeLow(builder, head.timeLow);
  Frame.addTimeHigh(builder, head.timeHigh);
  Frame.addIsLast(builder, head.isLast);
  Frame.addInstruments(builder, vector);
  Frame.finishFrameBuffer(builder, Frame.endFrame(builder));
  return builder.asUint8Array();
}

/** A consumer's frame that asks for channels (CHANNEL_* bits) of an instrument. */
export function encodeSubscribe(instrument: number, channels: number): Uint8Array {
  return encodeConsumerFrame(FEED_SUBSCRIBE, instrument, channels);
}

/** A consumer's frame that ends channels (CHANNEL_* bits) of an instrument. */
export function encodeUnsubscribe(instrument: number, channels: number): Uint8Array {
  return encodeConsumerFrame(FEED_UNSUBSCRIBE, instrument, channels);
}

/** A consumer's heartbeat. */
export function encodeConsumerHeartbeat(): Uint8Array {
  return encodeConsumerFrame(FEED_HEARTBEAT, 0, 0);
}

function encodeConsumerFrame(kind: number, instrument: number, channels: number): Uint8Array {
  const frame = new BlockFrame(s.FEED_IDENTIFIER, s.FEED_FRAME.length, 0);
  frame.begin(WIRE_VERSION, kind);
  if (instrument !== 0) frame.setWord(s.FD_SLOT_INSTRUMENT, instrument);
  if (channels !== 0) frame.setWord(s.FD_SLOT_CHANNELS, channels);
  return frame.finish().slice();
}
