// npm run observability:check: a real Prometheus scrapes a server under load and gives data for
// every query of the dashboard; and servers that are killed, stopped, stuck and out of disk each
// raise the alert that is theirs. Installs Prometheus from Debian's packages where it is not there.

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expectCommands, run } from './commands.ts';
import { dashboardQueries } from './metric-names.ts';
import { Prometheus } from './prometheus.ts';
import {
  type CheckedServer,
  type CheckedServerOptions,
  load,
  projectFile,
  startServer,
} from './server.ts';
import { finish, step } from './steps.ts';

const LOAD_SECONDS = 25;
/** Scrapes that the dashboard's rates are taken over. */
const RATE_SECONDS = 10;
/** Long enough for a journal to come to the end of its room. */
const FILL_SECONDS = 40;
const ALERT_MS_MAX = 60_000;
const EXIT_DISK_FAILED = 74;

const work = mkdtempSync(join(tmpdir(), 'ringside-observability-'));
const servers: CheckedServer[] = [];

async function server(name: string, options: CheckedServerOptions = {}): Promise<CheckedServer> {
  const directory = join(work, name);
  mkdirSync(directory);
  const started = await startServer(directory, options);
  servers.push(started);
  return started;
}

/** An expression as Grafana would send it. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', `${RATE_SECONDS}s`).replaceAll('$shard', '.*');
}

/** Each query of the dashboard that gives no number. */
async function emptyQueries(prometheus: Prometheus): Promise<string[]> {
  const text = readFileSync(projectFile('k8s/observability/dashboard.json'), 'utf8');
  const queries = dashboardQueries(text).filter(({ isPanel }) => isPanel);
  const faults: string[] = [];
  let samples = 0;
  for (const { of, expr } of queries) {
    const result = await prometheus.query(filledIn(expr));
    const numbers = result.filter(({ value }) => Number.isFinite(Number(value[1])));
    samples += numbers.length;
    if (numbers.length === 0) faults.push(`"${of}" gives no data: ${expr}`);
  }
  process.stdout.write(`        ${queries.length} queries, ${samples} series with data\n`);
  return faults;
}

async function healthy(prometheus: Prometheus): Promise<void> {
  const one = await server('healthy');
  const instance = prometheus.add(one.opsUrl);
  const loading = load(one, LOAD_SECONDS, 32);
  await step('a server under load is scraped', async () => {
    await prometheus.untilScraped(instance, ALERT_MS_MAX);
    await delay((RATE_SECONDS + 5) * 1_000);
    const [commands] = await prometheus.query(filledIn('rate(ringside_commands_total[10s])'));
    const rate = Math.round(Number(commands?.value[1]));
    return rate > 0 ? `${rate} commands a second` : ['it does no commands'];
  });
  await step('every query of the dashboard gives data', () => emptyQueries(prometheus));
  await step('nobody is woken', async () => {
    const pages = new Set(
      ['Down', 'NotReady', 'ThreadStuck', 'DiskFailed'].map((n) => `Ringside${n}`),
    );
    return (await prometheus.firing(instance)).filter((name) => pages.has(name));
  });
  await step('the load test ends well', async () => {
    const { status, text } = await loading.ended;
    return status === 0 ? text.trim() : [`status ${status}: ${text}`];
  });
}

async function killed(prometheus: Prometheus): Promise<string> {
  const one = await server('killed');
  const instance = prometheus.add(one.opsUrl);
  await prometheus.untilScraped(instance, ALERT_MS_MAX);
  await one.stop('SIGKILL');
  return prometheus.untilFires(instance, ['RingsideDown'], ALERT_MS_MAX);
}

async function stopped(prometheus: Prometheus): Promise<string> {
  const one = await server('stopped', { settings: { drainDelayMs: 8_000 } });
  const instance = prometheus.add(one.opsUrl);
  await prometheus.untilScraped(instance, ALERT_MS_MAX);
  const exited = one.stop('SIGTERM');
  const fired = await prometheus.untilFires(instance, ['RingsideNotReady'], ALERT_MS_MAX);
  const code = await exited;
  if (code !== 0) throw new Error(`it ended with ${code}`);
  return `${fired}, then status 0`;
}

async function diskFull(prometheus: Prometheus): Promise<string> {
  const settings = { snapshotCommands: 0, stopSnapshotMsMax: 0 };
  const one = await server('full', { settings, fileKbMax: 1_400 });
  const instance = prometheus.add(one.opsUrl);
  await prometheus.untilScraped(instance, ALERT_MS_MAX);
  const exited = once(one.process, 'exit');
  const loading = load(one, FILL_SECONDS, 256);
  const code = await Promise.race([exited.then(([status]) => status), loading.ended]);
  loading.child.kill('SIGTERM');
  if (code !== EXIT_DISK_FAILED) throw new Error(`it ended with ${JSON.stringify(code)}`);
  // The last moments of the process may pass between two scrapes.
  const names = ['RingsideDiskFailed', 'RingsideDown'];
  return `status ${code}, ${await prometheus.untilFires(instance, names, ALERT_MS_MAX)}`;
}

/** A module before the program of every thread: matching hangs in its next sleep when told to. */
function stallModule(file: string): string {
  const module = join(work, 'stall.mjs');
  writeFileSync(
    module,
    `import { existsSync } from 'node:fs';
    import { isMainThread, workerData } from 'node:worker_threads';
    const { wait } = Atomics;
    const forever = new Int32Array(new SharedArrayBuffer(4));
    if (!isMainThread && workerData?.kind === 'matching') {
      Atomics.wait = (...args) =>
        wait(...(existsSync(${JSON.stringify(file)}) ? [forever, 0, 0] : args));
    }`,
  );
  return pathToFileURL(module).href;
}

async function stuck(prometheus: Prometheus): Promise<string> {
  const stall = join(work, 'stall');
  const one = await server('stuck', {
    settings: { matchingThread: 'own', waitStrategy: 'blocking', stallMsMax: 7_000 },
    env: { NODE_OPTIONS: `--import ${stallModule(stall)}` },
  });
  const instance = prometheus.add(one.opsUrl);
  await prometheus.untilScraped(instance, ALERT_MS_MAX);
  writeFileSync(stall, '');
  const fired = await prometheus.untilFires(instance, ['RingsideThreadStuck'], ALERT_MS_MAX);
  await prometheus.untilFires(instance, ['RingsideNotReady'], ALERT_MS_MAX);
  const { status } = await fetch(`${one.opsUrl}/livez`);
  await one.stop('SIGKILL');
  if (status !== 503) throw new Error(`/livez answers ${status}`);
  return `${fired}, /livez 503`;
}

async function check(): Promise<void> {
  const isHere = await step('Prometheus is here', () => {
    expectCommands({ prometheus: 'prometheus' });
    return run('sh', ['-c', 'prometheus --version 2>&1 | head -1']).trim();
  });
  if (!isHere) return;
  const prometheus = await Prometheus.start(work);
  try {
    await healthy(prometheus);
    await step('SIGKILL', () => killed(prometheus));
    await step('SIGTERM', () => stopped(prometheus));
    await step('a full disk', () => diskFull(prometheus));
    await step('a stuck thread', () => stuck(prometheus));
  } finally {
    await Promise.all(servers.map((one) => one.stop('SIGKILL')));
    await prometheus.stop();
  }
}

try {
  await check();
} finally {
  rmSync(work, { recursive: true, force: true });
}
finish('observability:check');
