// npm run bench -- core --workload FILE [--passes N] [--gc-commands N] [--resting N] [--speed]
// The whole core over a MEWL file: accounts, ids, self-trade checks, events written to the event
// buffer, nothing switched off. One untimed pass checks the results, more warm up, the median of
// the timed ones is told. A pass of its own then times every command. The ramp is never timed.
// `--speed`: results and speed alone.

import { spawnSync } from 'node:child_process';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { histogramOf, percentilesOf, percentileText } from '../src/ops/latency-histogram.ts';
import { grouped, median, needed, type Outcome, runBench, wholeNumber } from './bench-run.ts';
import { differences, expectedOf, type MewlResult, MewlRun } from './mewl-run.ts';

/** The first ones run what V8 is still compiling. */
const WARM_UPS = 6;
const NS_PER_MS = 1e6;

await runBench({
  name: 'core',
  coresNeeded: 1,
  options: {
    workload: { type: 'string' },
    passes: { type: 'string', default: '5' },
    'gc-commands': { type: 'string', default: '20000000' },
    resting: { type: 'string', default: '1000000' },
    speed: { type: 'boolean', default: false },
  },
  async run(values): Promise<Outcome> {
    const workload = needed('workload', values.workload);
    const passes = wholeNumber('passes', values.passes, 1);
    const gcCommands = wholeNumber('gc-commands', values['gc-commands'], 0);
    const resting = wholeNumber('resting', values.resting, 1);
    const isSpeedAlone = values.speed;
    const memory = isSpeedAlone ? {} : measureMemory(resting);
    const expected = expectedOf(workload);
    const run = new MewlRun(workload);
    const got = run.verify();
    // Before it is warm: a collection drops the compiled loop, whose next version takes two passes.
    globalThis.gc?.();
    // It is told in the next turn of the event loop, to who observes by then.
    await nextTurn();
    for (let i = 0; i < WARM_UPS; i++) run.timedPass();
    const speed = await timePasses(run, passes, isSpeedAlone ? 0 : gcCommands);
    const latency = isSpeedAlone ? {} : timeEach(run);
    const wrong = differences(got, expected);
    if (run.bookHash() !== got.bookHash) wrong.push('the last pass ended with another book');
    const told = { workload, ...speed, ...got, ...latency, ...memory };
    return { told, lines: linesOf(told), results: got, wrong, seed: null, wait: 'none' };
  },
});

/** Timed passes, the median of them, and the collections in at least `gcCommands` commands. */
async function timePasses(run: MewlRun, passes: number, gcCommands: number) {
  let majorGcs = 0;
  let minorGcs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) majorGcs += 1;
      else minorGcs += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const { ramp, count } = run.commands;
  const rates = Array.from({ length: passes }, () => Math.round((count - ramp) / run.timedPass()));
  let commands = passes * count;
  for (; commands < gcCommands; commands += count) run.timedPass();
  // Collections are told in a later turn of the event loop.
  await nextTurn();
  await nextTurn();
  observer.disconnect();
  const messagesPerSecond = median(rates);
  const nsPerCommand = Number((1e9 / messagesPerSecond).toFixed(1));
  return { messagesPerSecond, rates, nsPerCommand, majorGcs, minorGcs, gcCommands: commands };
}

/** Every command by itself: from the clock's look before it to the look after it. */
function timeEach(run: MewlRun) {
  const { ramp, count } = run.commands;
  const times = new Float64Array(count - ramp);
  const pass = (): void => {
    run.ramp();
    let before = performance.now();
    for (let i = ramp; i < count; i++) {
      run.run(i, i + 1);
      const after = performance.now();
      times[i - ramp] = (after - before) * NS_PER_MS;
      before = after;
    }
  };
  pass();
  pass();
  const latencyNs = percentilesOf(histogramOf(times));
  return { latencyNs, timerNs: percentilesOf(histogramOf(timeNothing(times))) };
}

/** The same without a command: what the timer itself costs. */
function timeNothing(times: Float64Array): Float64Array {
  for (let round = 0; round < 2; round++) {
    let before = performance.now();
    for (let i = 0; i < times.length; i++) {
      const after = performance.now();
      times[i] = (after - before) * NS_PER_MS;
      before = after;
    }
  }
  return times;
}

/** In a process of its own, in which nothing else takes memory. */
function measureMemory(orders: number): { bytesPerRestingOrder: number; rssBytes: number } {
  const script = fileURLToPath(new URL('./resting.js', import.meta.url));
  const args = ['--expose-gc', script, '--orders', String(orders), '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`resting orders: ${stdout}${stderr}`);
  const { bytesPerRestingOrder, rssBytes, orders: resting } = JSON.parse(stdout);
  return { bytesPerRestingOrder, rssBytes, ...{ restingOrders: resting } };
}

type Told = MewlResult &
  Awaited<ReturnType<typeof timePasses>> &
  Partial<ReturnType<typeof timeEach>> &
  Partial<ReturnType<typeof measureMemory>>;

function linesOf(told: Told): string[] {
  const { messagesPerSecond, nsPerCommand, rates, trades, tradedQty, tradeHash, bookHash } = told;
  const { majorGcs, minorGcs, gcCommands, bytesPerRestingOrder, rssBytes } = told;
  const range = `${grouped(Math.min(...rates))} … ${grouped(Math.max(...rates))}`;
  const lines = [
    `${grouped(messagesPerSecond)} commands/s, ${nsPerCommand} ns each` +
      ` (median of ${rates.length}, ${range})`,
    `${majorGcs} major and ${minorGcs} minor collections in ${grouped(gcCommands)} commands`,
    `${grouped(trades)} trades of ${grouped(tradedQty)} lots, ` +
      `trade hash ${tradeHash}, book hash ${bookHash}`,
  ];
  if (told.latencyNs !== undefined && told.timerNs !== undefined) {
    lines.push(`one command: ${percentileText(told.latencyNs, 'ns')}`);
    lines.push(`  the timer: ${percentileText(told.timerNs, 'ns')}`);
  }
  if (bytesPerRestingOrder !== undefined && rssBytes !== undefined) {
    lines.push(`${bytesPerRestingOrder} bytes a resting order, ${mega(rssBytes)} MB resident`);
  }
  return lines;
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
