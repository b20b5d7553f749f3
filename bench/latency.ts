// npm run bench -- latency [--rate R] [--seconds S] [--pairs N] [--durability none,fsync]
//   [--matching-thread auto|own|io] [--warm-seconds N] [--dir DIR] [--stages DIR] [--out DIR]
// How long an order takes in an open loop of one order a frame: to its acknowledgement, and to the
// L2 update on another connection, beside a bare uWebSockets.js echo of the same frames. Echo and
// exchange take turns; the ratios are medians over the rounds. With --out: .hgrm, .hlog and .svg.
// With --stages the servers stamp what each stage takes and report it in DIR/DURABILITY.

import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Histogram } from 'hdr-histogram-js';
import {
  createHistogram,
  hgrmText,
  hlogHead,
  hlogLine,
  type Percentiles,
  percentilesOf,
  percentileText,
  record,
} from '../src/ops/latency-histogram.ts';
import { defaultWaitStrategy } from '../src/ring/wait-strategy.ts';
import {
  matchingThreadOf,
  median,
  OptionError,
  type Outcome,
  rounded,
  runBench,
  wholeNumber,
} from './bench-run.ts';
import { type BenchServer, startEcho, startServer } from './bench-server.ts';
import { latencySvg } from './latency-plot.ts';
import { type Latencies, type LatencyTarget, type OpenLoop, runOpenLoop } from './latency-run.ts';

const NS_PER_US = 1_000;
const KINDS = ['response', 'service', 'feed', 'lateness'] as const;
type Kind = (typeof KINDS)[number];

/** What came of one target: all rounds together, each round's p50 and p99, each second's times. */
class Series {
  readonly name: string;
  readonly all: Record<Kind, Histogram>;
  readonly rounds: Percentiles[] = [];
  readonly log: Histogram[] = [];
  readonly wrong: string[] = [];

  constructor(name: string) {
    this.name = name;
    const tagged = (kind: Kind): [Kind, Histogram] => [kind, createHistogram(`${name}-${kind}`)];
    this.all = Object.fromEntries(KINDS.map(tagged)) as Record<Kind, Histogram>;
  }

  add(latencies: Latencies, rate: number): void {
    for (const kind of KINDS) this.addTimes(kind, latencies[kind], rate, latencies.startMs);
    const round = createHistogram();
    for (const ns of latencies.response) record(round, ns);
    this.rounds.push(percentilesOf(round, NS_PER_US));
    this.wrong.push(...latencies.wrong.slice(0, 3).map((what) => `${this.name}: ${what}`));
  }

  private addTimes(kind: Kind, times: Float64Array, rate: number, startMs: number): void {
    for (let from = 0; from < times.length; from += rate) {
      const second = createHistogram(this.all[kind].tag);
      second.startTimeStampMsec = startMs + (from / rate) * 1_000;
      second.endTimeStampMsec = second.startTimeStampMsec + 1_000;
      for (const ns of times.subarray(from, from + rate)) record(second, ns);
      this.all[kind].add(second);
      this.log.push(second);
    }
  }

  us(kind: Kind): Percentiles {
    return percentilesOf(this.all[kind], NS_PER_US);
  }
}

await runBench({
  name: 'latency',
  coresNeeded: 6,
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
    pairs: { type: 'string', default: '5' },
    durability: { type: 'string', default: 'none,fsync' },
    'matching-thread': { type: 'string', default: 'auto' },
    'warm-seconds': { type: 'string', default: '3' },
    dir: { type: 'string', default: tmpdir() },
    stages: { type: 'string' },
  },
  async run(values): Promise<Outcome> {
    const loop: OpenLoop = {
      rate: wholeNumber('rate', values.rate, 1),
      seconds: wholeNumber('seconds', values.seconds, 1),
      warmSeconds: wholeNumber('warm-seconds', values['warm-seconds'], 0),
    };
    const pairs = wholeNumber('pairs', values.pairs, 1);
    const durabilities = durabilitiesOf(values.durability);
    const matchingThread = matchingThreadOf(values['matching-thread']);
    const all = await measureAll(loop, pairs, durabilities, { ...values, matchingThread });
    const [echo, ...ours] = all as [Series, Series];
    const { rate, seconds } = loop;
    const told = { rate, seconds, pairs, ...percentilesTold(ours[0]!, echo) };
    const besides = ours.map((one) => [one.name, percentilesTold(one, echo)]);
    const wrong = all.flatMap((one) => one.wrong);
    return {
      told: { ...told, durability: durabilities[0], durabilities: Object.fromEntries(besides) },
      lines: linesOf(loop, pairs, echo, ours),
      results: { ...loop, pairs, durabilities, wrong: wrong.length },
      wrong,
      seed: null,
      wait: defaultWaitStrategy(os.availableParallelism()),
      files: () => filesOf(all, loop.rate),
    };
  },
});

interface ServerOptions {
  readonly dir: string;
  readonly stages?: string | undefined;
  readonly matchingThread: string;
}

/** Echo and servers in turn, `pairs` times; the echo's series comes first. */
async function measureAll(
  loop: OpenLoop,
  pairs: number,
  durabilities: readonly string[],
  { dir, stages, matchingThread }: ServerOptions,
): Promise<Series[]> {
  const echo = await startEcho();
  const servers: BenchServer[] = [];
  const all = [new Series('echo'), ...durabilities.map((name) => new Series(name))];
  try {
    for (const durability of durabilities) {
      const args = stages === undefined ? [] : ['--latency-report', join(stages, durability)];
      const config = { matchingThread };
      servers.push(await startServer({ durability, sessions: pairs + 1, dir, config, args }));
    }
    const warmUp: OpenLoop = { ...loop, seconds: loop.warmSeconds };
    for (let pair = 0; pair <= pairs; pair++) {
      const targets: LatencyTarget[] = [
        { ordersUrl: echo.url, feedUrl: null, session: pair + 1 },
        ...servers.map(({ ordersUrl, feedUrl }) => ({ ordersUrl, feedUrl, session: pair + 1 })),
      ];
      for (const [i, target] of targets.entries()) {
        // The round before the first warms all of them up.
        if (pair === 0) await runOpenLoop(target, warmUp);
        else all[i]!.add(await runOpenLoop(target, loop), loop.rate);
      }
      if (pair > 0) sayRound(pair, pairs, all);
    }
  } finally {
    for (const server of [echo, ...servers]) await server.stop();
  }
  return all;
}

function sayRound(pair: number, pairs: number, all: readonly Series[]): void {
  const said = all.map(({ name, rounds }) => {
    const { p50, p99 } = rounds.at(-1)!;
    return `${name} p50 ${p50}, p99 ${p99} µs`;
  });
  process.stderr.write(`round ${pair} of ${pairs}: ${said.join(' · ')}\n`);
}

function durabilitiesOf(text: string): string[] {
  const names = text.split(',');
  if (names.every((name) => ['none', 'os', 'fsync'].includes(name))) return names;
  throw new OptionError(`--durability has some of none, os, fsync, not "${text}"`);
}

function percentilesTold(ours: Series, echo: Series) {
  return {
    responseUs: ours.us('response'),
    serviceUs: ours.us('service'),
    echoUs: echo.us('response'),
    echoServiceUs: echo.us('service'),
    feedUs: ours.us('feed'),
    latenessUs: ours.us('lateness'),
    ofEcho: { p50: ratioOf(ours, echo, 'p50'), p99: ratioOf(ours, echo, 'p99') },
  };
}

/** Round by round, the exchange's response time by the echo's. */
function ratioOf(ours: Series, echo: Series, at: 'p50' | 'p99') {
  const ratios = ours.rounds.map((round, i) => round[at] / echo.rounds[i]![at]);
  return {
    median: rounded(median(ratios), 2),
    low: rounded(Math.min(...ratios), 2),
    high: rounded(Math.max(...ratios), 2),
  };
}

function linesOf(loop: OpenLoop, pairs: number, echo: Series, ours: readonly Series[]): string[] {
  const lines = [
    `${loop.rate} orders/s for ${loop.seconds} s, ${pairs} rounds; from when an order was due`,
    `bare echo        ${percentileText(echo.us('response'), 'µs')}`,
    `  service time   ${percentileText(echo.us('service'), 'µs')}`,
  ];
  for (const one of ours) {
    const { p50, p99 } = percentilesTold(one, echo).ofEcho;
    lines.push(
      `${`${one.name}: to answer`.padEnd(17)}${percentileText(one.us('response'), 'µs')}`,
      `  service time   ${percentileText(one.us('service'), 'µs')}`,
      `  to L2 update   ${percentileText(one.us('feed'), 'µs')}`,
      `  generator late ${percentileText(one.us('lateness'), 'µs')}`,
      `  of the echo's: p50 ${p50.median} (${p50.low} … ${p50.high}), ` +
        `p99 ${p99.median} (${p99.low} … ${p99.high})`,
    );
  }
  return lines;
}

/** The distributions for HdrHistogram's tools, and a picture of them: names and contents. */
function filesOf(all: readonly Series[], rate: number): [name: string, text: string][] {
  const curves = all.flatMap(({ name, all: { response, feed } }) => [
    { name: name === 'echo' ? 'bare echo' : `${name}: order to answer`, histogram: response },
    { name: `${name}: order to L2 update`, histogram: feed },
  ]);
  const svg = latencySvg(`Latency at ${rate} orders/s, from when an order was due`, curves);
  const startMs = Math.min(...all.flatMap((one) => one.log.map((two) => two.startTimeStampMsec)));
  const lines = all.flatMap((one) => one.log.map((histogram) => hlogLine(histogram, startMs)));
  const percentiles = all.flatMap((one) =>
    KINDS.filter((kind) => one.all[kind].totalCount > 0).map((kind): [string, string] => [
      `latency-${one.name}-${kind}.hgrm`,
      hgrmText(one.all[kind]),
    ]),
  );
  return [
    ['latency.svg', svg],
    ['latency.hlog', hlogHead(startMs) + lines.join('')],
    ...percentiles,
  ];
}
