// The scrape: metrics by prom-client, which knows the two text formats; the values are read off the
// counters when they are asked for.

import { type Metric, Registry, type RegistryContentType } from 'prom-client';
import { BUCKET_SECONDS } from './counter-layout.ts';
import { METRICS, type MetricHead, type MetricKey } from './metric-list.ts';

export type Labels = Readonly<Record<string, string>>;

/** One number, with its labels. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** One histogram: how often for each bucket, then the sum, as ThreadCounters.observe leaves it. */
export interface HistogramSample {
  readonly labels?: Labels;
  readonly words: Float64Array;
  /** Upper bounds of all buckets but the last, which has none, seconds. Default: BUCKET_SECONDS. */
  readonly bounds?: readonly number[];
  /** Buckets below this bound, seconds, are told as one. Default: none are. */
  readonly leastBound?: number;
}

/** What a metric is now. None: it is not known here (another system, nothing stored). */
export type MetricReader = () => readonly (Sample | HistogramSample)[];
export type MetricReaders = Readonly<Record<MetricKey, MetricReader>>;

export interface Scrape {
  readonly type: string;
  readonly text: string;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export class Metrics {
  private readonly plain = new Registry();
  private readonly open = new Registry<RegistryContentType>();

  constructor(readers: MetricReaders) {
    this.open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const key of Object.keys(METRICS) as MetricKey[]) {
      // Each registry has its own: prom-client renames the counters of OpenMetrics in place.
      for (const registry of [this.plain, this.open]) {
        registry.registerMetric(metricOf(METRICS[key], readers[key]) as unknown as Metric<string>);
      }
    }
  }

  /** The format that a scraper with this Accept header wants. */
  async scrape(accept: string): Promise<Scrape> {
    const registry = accept.includes('application/openmetrics-text') ? this.open : this.plain;
    return { type: registry.contentType, text: await registry.metrics() };
  }
}

/** What a registry wants of a metric. */
function metricOf(head: MetricHead, reader: MetricReader) {
  return {
    name: head.name,
    // By it the registry of OpenMetrics knows whose name to change.
    type: head.type,
    async get() {
      const values: Value[] = [];
      for (const sample of reader()) {
        if ('value' in sample) values.push({ labels: sample.labels ?? {}, value: sample.value });
        else values.push(...histogramValues(head.name, sample));
      }
      return { name: this.name, help: head.help, type: head.type, values };
    },
  };
}

function histogramValues(name: string, sample: HistogramSample): Value[] {
  const { labels = {}, words, bounds = BUCKET_SECONDS, leastBound = 0 } = sample;
  const values: Value[] = [];
  let count = 0;
  for (let i = 0; i <= bounds.length; i++) {
    count += words[i]!;
    const le = bounds[i] ?? '+Inf';
    if (typeof le === 'number' && le < leastBound) continue;
    values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: count });
  }
  values.push({ metricName: `${name}_sum`, labels, value: words[bounds.length + 1]! });
  values.push({ metricName: `${name}_count`, labels, value: count });
  return values;
}
