// The book of one instrument as a consumer of the feed keeps it, made from frames alone.
//
//            snapshot, whole                    a frame is missing, repeated or wrong
//   waiting ────────────────▶ live ────────────────────────▶ gap
//      └── update, or rest of a snapshot ──────────────────▶  │
//                              ▲──── snapshot, whole ─────────┘
//
// Invariants: what a reader sees is the state after a whole command: an update of several frames is
// applied with its last, a snapshot of several frames takes effect with its last. While `live`, all
// of it is right; in `gap` and `waiting` it is what was known last.
// Known limitations: when a snapshot never comes, the book stays in `gap`; whoever asked for it has
// to ask again after a while.

import { SIDE_BUY, SIDE_SELL } from '../wire/codes.ts';
import {
  type FeedDecoder,
  type Indicative,
  readIndicative,
  readPhaseChange,
  readTrade,
  type Trade,
} from '../wire/feed.ts';
import {
  FRAME_NUMBER_SHIFT,
  INDICATIVE_WORDS,
  LEVEL_WORDS,
  O_KIND,
  ORDER_WORDS,
  PHASE_WORDS,
  TRADE_WORDS,
} from '../wire/feed-layout.ts';
import {
  CHANNEL_L2,
  CHANNEL_L3,
  CHANNEL_TRADES,
  FEED_SNAPSHOT,
  FEED_UPDATE,
  ORDER_ADDED,
} from '../wire/frame-kinds.ts';
import { BookContents, type BookLevel, type BookOrder } from './book-contents.ts';
import { type Phase, phaseName } from './phase.ts';

export type { BookLevel, BookOrder } from './book-contents.ts';

export type FeedBookState = 'waiting' | 'live' | 'gap';

/**
 * What a frame did. `none`: it is not about this book, or changes nothing in the state it is in ·
 * `part`: more frames belong to it · `snapshot`, `update`: the book has changed · `gap`: something
 * is missing; a fresh subscription mends it.
 */
export type FeedBookChange = 'none' | 'part' | 'snapshot' | 'update' | 'gap';

/** The instrument has entered a phase. */
export interface BookPhase {
  readonly phase: Phase;
  /** When its timetable goes on, ns since 1970; 0n: it has none. */
  readonly due: bigint;
}

/** Records of a frame: as FeedDecoder has them. */
interface FrameRecords {
  readonly words: Int32Array;
  readonly levelsAt: number;
  readonly levelCount: number;
  readonly ordersAt: number;
  readonly orderCount: number;
  readonly tradesAt: number;
  readonly tradeCount: number;
  readonly phasesAt: number;
  readonly phaseCount: number;
  readonly indicativesAt: number;
  readonly indicativeCount: number;
}

/** A snapshot of which not all frames have come. */
interface ComingSnapshot {
  readonly contents: BookContents;
  readonly epoch: number;
  readonly sequence: number;
  readonly channels: number;
  lastTrade: Trade | null;
  status: Status;
  /** Frames that have come. */
  frames: number;
}

/** Phase and indicative as they are. */
interface Status {
  phase: BookPhase | null;
  indicative: Indicative | null;
}

/** Below FRAME_NUMBER_SHIFT. */
const CHANNELS_MASK = 0xff;

export class FeedBook {
  readonly instrument: number;
  state: FeedBookState = 'waiting';
  /** CHANNEL_* bits that the book is kept for; 0 before the first snapshot. */
  channels = 0;
  epoch = 0;
  /** Feed sequence of the last frame that the book contains. */
  sequence = 0;
  /** The last command whose effect the book contains, and the exchange's clock at it: ns, words. */
  commandSequence = 0;
  timeLow = 0;
  timeHigh = 0;
  lastTrade: Trade | null = null;
  /** Trades of the last update, in order. */
  trades: readonly Trade[] = [];
  /** Phases that the instrument entered in the last update, in order. */
  phases: readonly BookPhase[] = [];
  private status: Status = { phase: null, indicative: null };
  private contents = new BookContents();
  private coming: ComingSnapshot | null = null;
  /** Frames of an update whose last has not come. */
  private parts: FrameRecords[] = [];

  /** `instrument` is its number. */
  constructor(instrument: number) {
    this.instrument = instrument;
  }

  /** Null before the first snapshot. */
  get phase(): Phase | null {
    return this.status.phase?.phase ?? null;
  }

  /** When the timetable of a halt goes on, ns since 1970; 0n: there is none. */
  get nextPhaseDue(): bigint {
    return this.status.phase?.due ?? 0n;
  }

  /** In pre_open and auction: what would trade if it ended now; null: nothing. */
  get indicative(): Indicative | null {
    return this.status.indicative;
  }

  /** Up to `levelsMax` levels, best first: of L2, or without it summed up from L3. */
  bids(levelsMax: number = Number.POSITIVE_INFINITY): BookLevel[] {
    return this.levels(SIDE_BUY, levelsMax);
  }

  /** As `bids`. */
  asks(levelsMax: number = Number.POSITIVE_INFINITY): BookLevel[] {
    return this.levels(SIDE_SELL, levelsMax);
  }

  /** Up to `ordersMax` orders of a side (SIDE_*), best price first, then queue order. */
  orders(side: number, ordersMax: number = Number.POSITIVE_INFINITY): BookOrder[] {
    return this.contents.queuedOrders(side, ordersMax);
  }

  /** Takes the frame that the decoder has just let through. Frames of other books may come too. */
  apply(frame: FeedDecoder): FeedBookChange {
    const { head } = frame;
    const isMine = head.instrument === this.instrument;
    if (isMine && head.kind === FEED_SNAPSHOT) return this.applySnapshot(frame);
    if (this.state === 'live' && head.epoch !== this.epoch) return this.lose();
    return isMine && head.kind === FEED_UPDATE ? this.applyUpdate(frame) : 'none';
  }

  /** The connection is lost: what comes next is a snapshot. */
  disconnected(): void {
    this.state = 'waiting';
    this.coming = null;
    this.parts = [];
  }

  private levels(side: number, max: number): BookLevel[] {
    return (this.channels & CHANNEL_L2) !== 0
      ? this.contents.toldLevels(side, max)
      : this.contents.summedLevels(side, max);
  }

  private lose(): FeedBookChange {
    this.state = 'gap';
    this.coming = null;
    this.parts = [];
    return 'gap';
  }

  private applySnapshot(frame: FeedDecoder): FeedBookChange {
    const { head } = frame;
    const number = head.channels >>> FRAME_NUMBER_SHIFT;
    const channels = head.channels & CHANNELS_MASK;
    if (number === 0) {
      if (this.isOutdated(frame)) return this.lose();
      const { epoch, sequence } = head;
      const contents = new BookContents();
      const status = { phase: null, indicative: null };
      this.coming = { contents, epoch, sequence, channels, lastTrade: null, status, frames: 0 };
    }
    const { coming } = this;
    // The rest of one that was given up already.
    if (coming === null) return this.state === 'gap' ? 'none' : this.lose();
    const fits =
      number === coming.frames &&
      head.epoch === coming.epoch &&
      head.sequence === coming.sequence &&
      channels === coming.channels;
    if (!fits || !addRecords(coming.contents, frame)) return this.lose();
    if (frame.tradeCount > 0) coming.lastTrade = readTrade(frame.words, frame.tradesAt);
    if (changeStatus(coming.status, frame) === null) return this.lose();
    coming.frames += 1;
    if (!head.isLast) return 'part';
    if (coming.status.phase === null) return this.lose();
    this.begin(frame, coming);
    return 'snapshot';
  }

  /** True for a snapshot that is older than a book that is right. */
  private isOutdated({ head }: FeedDecoder): boolean {
    if (this.state !== 'live' || head.epoch !== this.epoch) return false;
    return head.sequence < this.sequence || this.parts.length > 0;
  }

  /** A snapshot is whole: it is the book. */
  private begin(frame: FeedDecoder, coming: ComingSnapshot): void {
    const { contents, channels, lastTrade, status } = coming;
    this.contents = contents;
    this.coming = null;
    this.parts = [];
    this.state = 'live';
    this.channels = channels;
    this.epoch = frame.head.epoch;
    this.lastTrade = lastTrade;
    this.status = status;
    this.trades = [];
    this.phases = [];
    this.move(frame);
  }

  private applyUpdate(frame: FeedDecoder): FeedBookChange {
    const { head } = frame;
    if (this.coming !== null || this.state === 'waiting') return this.lose();
    if (this.state === 'gap') return 'none';
    if (head.sequence !== this.sequence + this.parts.length + 1) return this.lose();
    if ((head.channels & ~this.channels) !== 0) return this.lose();
    if (!head.isLast) {
      this.parts.push(copyRecords(frame));
      return 'part';
    }
    const trades: Trade[] = [];
    const phases: BookPhase[] = [];
    for (const part of [...this.parts, frame]) {
      if (!changeRecords(this.contents, part)) return this.lose();
      const entered = changeStatus(this.status, part);
      if (entered === null) return this.lose();
      phases.push(...entered);
      for (let i = 0; i < part.tradeCount; i++) {
        trades.push(readTrade(part.words, part.tradesAt + i * TRADE_WORDS));
      }
    }
    this.parts = [];
    this.trades = trades;
    this.phases = phases;
    this.lastTrade = trades.at(-1) ?? this.lastTrade;
    if (head.channels !== this.channels) this.narrow(head.channels);
    this.move(frame);
    return 'update';
  }

  /** Some channels have ended: what they told is not kept on. */
  private narrow(channels: number): void {
    this.channels = channels;
    if ((channels & CHANNEL_TRADES) === 0) this.lastTrade = null;
    this.contents = this.contents.narrowed(
      (channels & CHANNEL_L2) !== 0,
      (channels & CHANNEL_L3) !== 0,
    );
  }

  private move({ head }: FeedDecoder): void {
    this.sequence = head.sequence;
    this.commandSequence = head.commandSequence;
    this.timeLow = head.timeLow;
    this.timeHigh = head.timeHigh;
  }
}

/** Records of a snapshot: only what is there, and each once. False: they cannot be right. */
function addRecords(contents: BookContents, frame: FrameRecords): boolean {
  const { words } = frame;
  for (let i = 0, at = frame.levelsAt; i < frame.levelCount; i++, at += LEVEL_WORDS) {
    if (contents.hasLevel(words, at) || !contents.setLevel(words, at)) return false;
    if (!contents.hasLevel(words, at)) return false;
  }
  for (let i = 0, at = frame.ordersAt; i < frame.orderCount; i++, at += ORDER_WORDS) {
    if (words[at + O_KIND] !== ORDER_ADDED || !contents.changeOrder(words, at)) return false;
  }
  return true;
}

/** Records of an update. False: they cannot be right. */
function changeRecords(contents: BookContents, frame: FrameRecords): boolean {
  for (let i = 0; i < frame.levelCount; i++) {
    if (!contents.setLevel(frame.words, frame.levelsAt + i * LEVEL_WORDS)) return false;
  }
  for (let i = 0; i < frame.orderCount; i++) {
    if (!contents.changeOrder(frame.words, frame.ordersAt + i * ORDER_WORDS)) return false;
  }
  return true;
}

/**
 * Phases and indicatives of a frame, applied in their order: those of an auction do not outlive it.
 * Gives the phases; null: they cannot be right.
 */
function changeStatus(status: Status, frame: FrameRecords): BookPhase[] | null {
  const entered: BookPhase[] = [];
  for (let i = 0; i < frame.phaseCount; i++) {
    const change = readPhaseChange(frame.words, frame.phasesAt + i * PHASE_WORDS);
    const phase = phaseName(change.phase);
    if (phase === null) return null;
    status.phase = { phase, due: change.due };
    status.indicative = null;
    entered.push(status.phase);
  }
  for (let i = 0; i < frame.indicativeCount; i++) {
    const told = readIndicative(frame.words, frame.indicativesAt + i * INDICATIVE_WORDS);
    status.indicative = told.price === 0 ? null : told;
  }
  return entered;
}

/** The decoder uses its memory again, so what waits is copied. */
function copyRecords(frame: FrameRecords): FrameRecords {
  const end = Math.max(
    frame.levelsAt + frame.levelCount * LEVEL_WORDS,
    frame.ordersAt + frame.orderCount * ORDER_WORDS,
    frame.tradesAt + frame.tradeCount * TRADE_WORDS,
    frame.phasesAt + frame.phaseCount * PHASE_WORDS,
    frame.indicativesAt + frame.indicativeCount * INDICATIVE_WORDS,
  );
  return {
    words: frame.words.slice(0, end),
    levelsAt: frame.levelsAt,
    levelCount: frame.levelCount,
    ordersAt: frame.ordersAt,
    orderCount: frame.orderCount,
    tradesAt: frame.tradesAt,
    tradeCount: frame.tradeCount,
    phasesAt: frame.phasesAt,
    phaseCount: frame.phaseCount,
    indicativesAt: frame.indicativesAt,
    indicativeCount: frame.indicativeCount,
  };
}
