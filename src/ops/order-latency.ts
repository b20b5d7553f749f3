// What commands took from stage to stage, as a scrape tells it: since the process began, in buckets
// that a dashboard can use. All of it is made when somebody asks, of the histograms in shared
// memory (stage-times.ts); the threads that count there do nothing for it.
//
// Their counts are uint32 that wrap, so what came since the last scrape is added to totals that do
// not. Known limitation: of more than 2^32 commands in one of their buckets between two scrapes,
// over an hour at a million a second, as many are not told.

import { bucketEnd, HISTOGRAM_WORDS } from '../base/log-histogram.ts';
import type { HistogramSample } from './metrics.ts';
import { STAGE_NAMES, type StageTimes } from './stage-times.ts';

const NS_PER_SECOND = 1e9;

/** Upper bounds of the buckets, ns: from 1 µs to 1 s in steps of 1, 2 and 5. */
const BOUNDS_NS = [
  ...[1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap((decade) => [decade, 2 * decade, 5 * decade]),
  NS_PER_SECOND,
];
const BOUND_SECONDS = BOUNDS_NS.map((ns) => ns / NS_PER_SECOND);
const BUCKETS = BOUNDS_NS.length + 1;

/**
 * For each bucket in shared memory the one that it is told in: the first that all of it fits into.
 * So no time is told as shorter than it was.
 */
const TOLD_IN = Uint8Array.from({ length: HISTOGRAM_WORDS }, (_, i) => {
  const first = BOUNDS_NS.findIndex((bound) => bucketEnd(i) <= bound);
  return first === -1 ? BUCKETS - 1 : first;
});

/** Its middle, seconds: at most 1/256 beside every time in it. */
const MIDDLE_SECONDS = Float64Array.from({ length: HISTOGRAM_WORDS }, (_, i) => {
  const start = i === 0 ? 0 : bucketEnd(i - 1) + 1;
  return (start + bucketEnd(i)) / 2 / NS_PER_SECOND;
});

export class OrderLatency {
  private readonly times: StageTimes;
  /** By stage: what shared memory had at the last scrape. */
  private readonly seen: Uint32Array[] = STAGE_NAMES.map(() => new Uint32Array(HISTOGRAM_WORDS));
  /** By stage: how often since the process began, by bucket, then the sum in seconds. */
  private readonly totals = STAGE_NAMES.map(() => new Float64Array(BUCKETS + 1));

  constructor(times: StageTimes) {
    this.times = times;
  }

  /** Every stage, with what came since the last call. Good until the next. */
  samples(): HistogramSample[] {
    return STAGE_NAMES.map((name, stage) => {
      this.add(stage);
      return { labels: { stage: name }, words: this.totals[stage]!, bounds: BOUND_SECONDS };
    });
  }

  private add(stage: number): void {
    const now = this.times.snapshot(stage);
    const before = this.seen[stage]!;
    const totals = this.totals[stage]!;
    for (let i = 0; i < HISTOGRAM_WORDS; i++) {
      const count = (now[i]! - before[i]!) >>> 0;
      if (count === 0) continue;
      totals[TOLD_IN[i]!]! += count;
      totals[BUCKETS]! += count * MIDDLE_SECONDS[i]!;
    }
    this.seen[stage] = now;
  }
}
