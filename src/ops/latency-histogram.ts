// HDR histograms of ns: percentiles, and the texts of the files that HdrHistogram's own tools read.

import { build, type Histogram, HistogramLogWriter } from 'hdr-histogram-js';

const NS_MAX = 60e9;
const DIGITS = 3;

/** An empty histogram of 1 ns … 1 min, exact to three digits. */
export function createHistogram(tag = ''): Histogram {
  const histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: NS_MAX,
    numberOfSignificantValueDigits: DIGITS,
  });
  histogram.tag = tag;
  return histogram;
}

/** Counts a time of `ns`; what is out of range counts as the range's end. */
export function record(histogram: Histogram, ns: number): void {
  histogram.recordValue(Math.min(Math.max(Math.round(ns), 0), NS_MAX));
}

export function histogramOf(values: ArrayLike<number>, tag = ''): Histogram {
  const histogram = createHistogram(tag);
  for (let i = 0; i < values.length; i++) record(histogram, values[i]!);
  return histogram;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
}

/** Percentiles in units of `unitNs`, to one decimal where that is not 1. */
export function percentilesOf(histogram: Histogram, unitNs = 1): Percentiles {
  const at = (percentile: number): number =>
    Number((histogram.getValueAtPercentile(percentile) / unitNs).toFixed(unitNs === 1 ? 0 : 1));
  return {
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    p9999: at(99.99),
    max: at(100),
  };
}

/** One line for people. */
export function percentileText(
  { p50, p90, p99, p999, p9999, max }: Percentiles,
  unit: string,
): string {
  return `p50 ${p50}, p90 ${p90}, p99 ${p99}, p99.9 ${p999}, p99.99 ${p9999}, max ${max} ${unit}`;
}

/** A .hgrm file: the distribution by percentile, in µs. */
export function hgrmText(histogram: Histogram): string {
  return histogram.outputPercentileDistribution(5, 1_000);
}

/** The head of a .hlog file whose times count from `startMs` (ms since 1970). */
export function hlogHead(startMs: number): string {
  return logged(startMs, (writer) => {
    writer.outputComment('[values in ns, maxima in ms]');
    writer.outputLogFormatVersion();
    writer.outputStartTime(startMs);
    writer.outputLegend();
  });
}

/** A histogram's line of a .hlog file, with its tag and its own times; none when it is empty. */
export function hlogLine(histogram: Histogram, startMs: number): string {
  if (histogram.totalCount === 0) return '';
  return logged(startMs, (writer) => {
    writer.outputIntervalHistogram(histogram, undefined, undefined, 1e6);
  });
}

function logged(startMs: number, write: (writer: HistogramLogWriter) => void): string {
  let text = '';
  const writer = new HistogramLogWriter((more) => {
    text += more;
  });
  writer.baseTime = startMs;
  write(writer);
  return text;
}
