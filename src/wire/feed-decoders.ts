// How both sides read frames of the feed.

import { ByteBuffer } from 'flatbuffers';
import { wordsToNumber } from '../base/words.ts';
import { areExact, isExact, isExactSigned } from './exact.ts';
import {
  I_IMBALANCE_HIGH,
  I_IMBALANCE_LOW,
  I_QTY_HIGH,
  INDICATIVE_WORDS,
  L_QTY_HIGH,
  LEVEL_WORDS,
} from './feed-layout.ts';
import { createFeedHead, type FeedHead } from './feed-records.ts';
import {
  CLOSE_BAD_FRAME,
  CLOSE_UNSUPPORTED_VERSION,
  FEED_DEFINED,
  FEED_HEARTBEAT,
  FEED_INSTRUMENTS,
  FEED_REFUSED,
  FEED_SNAPSHOT,
  FEED_SUBSCRIBE,
  FEED_UNSUBSCRIBE,
  FEED_UPDATE,
  FRAME_BYTES_MAX,
  SERVER_FRAME_BYTES_MAX,
  WIRE_VERSION,
} from './frame-kinds.ts';
import { Frame } from './generated/ringside/feed/frame.ts';
import { Instrument } from './generated/ringside/feed/instrument.ts';
import type { InstrumentFacts } from './instrument-facts.ts';
import { readInstruments } from './instrument-table.ts';
import { Message } from './message.ts';
import * as s from './shapes.ts';

/** Slots that every frame has. */
const HEAD = (1 << s.SLOT_VERSION) | (1 << s.SLOT_KIND);
const SUBJECT = (1 << s.FD_SLOT_INSTRUMENT) | (1 << s.FD_SLOT_CHANNELS);
/** Numbers of a frame from the server; those that are 0 may be left out. */
const FACTS =
  SUBJECT |
  (1 << s.FD_SLOT_EPOCH_LOW) |
  (1 << s.FD_SLOT_EPOCH_HIGH) |
  (1 << s.FD_SLOT_SEQUENCE_LOW) |
  (1 << s.FD_SLOT_SEQUENCE_HIGH) |
  (1 << s.FD_SLOT_COMMAND_LOW) |
  (1 << s.FD_SLOT_COMMAND_HIGH) |
  (1 << s.FD_SLOT_TIME_LOW) |
  (1 << s.FD_SLOT_TIME_HIGH) |
  (1 << s.FD_SLOT_IS_LAST);
const RECORDS =
  (1 << s.FD_SLOT_LEVELS) |
  (1 << s.FD_SLOT_ORDERS) |
  (1 << s.FD_SLOT_TRADES) |
  (1 << s.FD_SLOT_PHASES) |
  (1 << s.FD_SLOT_INDICATIVES);

/**
 * Reads frames that consumers send: FEED_SUBSCRIBE, FEED_UNSUBSCRIBE, FEED_HEARTBEAT. Any number of
 * instrument and channels comes through; an unknown one is answered with FEED_REFUSED. One for all
 * sockets of a thread: fields tell of the last frame.
 */
export class ConsumerFrameDecoder {
  kind = 0;
  instrument = 0;
  channels = 0;
  private readonly message = new Message(FRAME_BYTES_MAX, s.FEED_IDENTIFIER, s.FEED_FRAME);

  /**
   * 0, or the CLOSE_* code (bad frame, unsupported version, too large) with which the connection is
   * to be closed. Never throws. `message` is not kept.
   */
  decode(message: Uint8Array): number {
    const code = this.message.receive(message);
    if (code !== 0) return code;
    const { kind, version } = this.message;
    if (version !== WIRE_VERSION) return CLOSE_UNSUPPORTED_VERSION;
    this.kind = kind;
    this.instrument = this.message.word(s.FD_SLOT_INSTRUMENT) >>> 0;
    this.channels = this.message.word(s.FD_SLOT_CHANNELS) >>> 0;
    if (kind === FEED_SUBSCRIBE || kind === FEED_UNSUBSCRIBE) {
      return this.message.hasJust(HEAD, SUBJECT) ? 0 : CLOSE_BAD_FRAME;
    }
    return kind === FEED_HEARTBEAT && this.message.hasJust(HEAD, 0) ? 0 : CLOSE_BAD_FRAME;
  }
}

/** Reads frames that the publisher sends. Fields tell of the last frame. */
export class FeedDecoder {
  readonly head: FeedHead = createFeedHead(0);
  /** Words of `words` at which each sort of records begins, and their counts. */
  levelsAt = 0;
  levelCount = 0;
  ordersAt = 0;
  orderCount = 0;
  tradesAt = 0;
  tradeCount = 0;
  phasesAt = 0;
  phaseCount = 0;
  indicativesAt = 0;
  indicativeCount = 0;
  /** FEED_INSTRUMENTS: all or some of them, FEED_DEFINED: one; else empty. */
  instruments: readonly InstrumentFacts[] = [];
  private readonly message = new Message(SERVER_FRAME_BYTES_MAX, s.FEED_IDENTIFIER, s.FEED_FRAME);

  /** The last frame, aligned. Another array after a frame that was too large for this one. */
  get words(): Int32Array {
    return this.message.words;
  }

  /** As `ConsumerFrameDecoder.decode`. */
  decode(message: Uint8Array): number {
    const code = this.message.receive(message);
    if (code !== 0) return code;
    if (this.message.version !== WIRE_VERSION) return CLOSE_UNSUPPORTED_VERSION;
    if (!this.hasWhatItsKindHas() || !this.readHead() || !this.findRecords()) {
      return CLOSE_BAD_FRAME;
    }
    return this.readInstruments() ? 0 : CLOSE_BAD_FRAME;
  }

  private hasWhatItsKindHas(): boolean {
    switch (this.message.kind) {
      case FEED_SNAPSHOT:
      case FEED_UPDATE:
        return this.message.hasJust(HEAD, FACTS | RECORDS);
      case FEED_INSTRUMENTS:
      case FEED_DEFINED:
        return this.message.hasJust(HEAD, FACTS | (1 << s.FD_SLOT_INSTRUMENTS));
      case FEED_HEARTBEAT:
        return this.message.hasJust(HEAD, FACTS);
      case FEED_REFUSED:
        return this.message.hasJust(HEAD | (1 << s.FD_SLOT_REASON), FACTS);
      default:
        return false;
    }
  }

  private readHead(): boolean {
    const { message, head } = this;
    const epochHigh = message.word(s.FD_SLOT_EPOCH_HIGH);
    const sequenceHigh = message.word(s.FD_SLOT_SEQUENCE_HIGH);
    const commandHigh = message.word(s.FD_SLOT_COMMAND_HIGH);
    if (!isExact(epochHigh) || !isExact(sequenceHigh) || !isExact(commandHigh)) return false;
    head.kind = message.kind;
    head.epoch = wordsToNumber(message.word(s.FD_SLOT_EPOCH_LOW), epochHigh);
    head.sequence = wordsToNumber(message.word(s.FD_SLOT_SEQUENCE_LOW), sequenceHigh);
    head.commandSequence = wordsToNumber(message.word(s.FD_SLOT_COMMAND_LOW), commandHigh);
    head.timeLow = message.word(s.FD_SLOT_TIME_LOW);
    head.timeHigh = message.word(s.FD_SLOT_TIME_HIGH);
    head.instrument = message.word(s.FD_SLOT_INSTRUMENT) >>> 0;
    head.channels = message.word(s.FD_SLOT_CHANNELS) >>> 0;
    head.isLast = message.isTrue(s.FD_SLOT_IS_LAST);
    head.reason = message.word(s.FD_SLOT_REASON) >>> 0;
    return true;
  }

  private findRecords(): boolean {
    const { message } = this;
    this.levelsAt = message.vectorAt(s.FD_SLOT_LEVELS);
    this.levelCount = message.count(s.FD_SLOT_LEVELS);
    this.ordersAt = message.vectorAt(s.FD_SLOT_ORDERS);
    this.orderCount = message.count(s.FD_SLOT_ORDERS);
    this.tradesAt = message.vectorAt(s.FD_SLOT_TRADES);
    this.tradeCount = message.count(s.FD_SLOT_TRADES);
    this.phasesAt = message.vectorAt(s.FD_SLOT_PHASES);
    this.phaseCount = message.count(s.FD_SLOT_PHASES);
    this.indicativesAt = message.vectorAt(s.FD_SLOT_INDICATIVES);
    this.indicativeCount = message.count(s.FD_SLOT_INDICATIVES);
    return (
      areExact(message.words, this.levelsAt + L_QTY_HIGH, this.levelCount, LEVEL_WORDS) &&
      this.areIndicatives()
    );
  }

  private areIndicatives(): boolean {
    const { words } = this.message;
    const { indicativesAt, indicativeCount } = this;
    for (let i = 0; i < indicativeCount; i++) {
      const at = indicativesAt + i * INDICATIVE_WORDS;
      const high = words[at + I_IMBALANCE_HIGH]!;
      if (!isExactSigned(words[at + I_IMBALANCE_LOW]!, high)) return false;
    }
    return areExact(words, indicativesAt + I_QTY_HIGH, indicativeCount, INDICATIVE_WORDS);
  }

  /** Fills `instruments`. False: they cannot be right. */
  private readInstruments(): boolean {
    this.instruments = [];
    const { kind } = this.head;
    if (kind !== FEED_INSTRUMENTS && kind !== FEED_DEFINED) return true;
    const frame = Frame.getRootAsFrame(new ByteBuffer(this.message.bytes));
    const scratch = new Instrument();
    const count = frame.instrumentsLength();
    const instruments = readInstruments(count, (i) => frame.instruments(i, scratch));
    this.instruments = instruments ?? [];
    return instruments !== null && (kind === FEED_INSTRUMENTS || count === 1);
  }
}
