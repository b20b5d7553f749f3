// A real Prometheus on loopback that scrapes servers every second, with the rules of the manifests.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { tied } from './commands.ts';
import { projectFile } from './server.ts';

const START_MS_MAX = 30_000;
const LOOK_MS = 250;

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

/** A sample of an instant query: its labels, and its value as text. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What the manifests' configuration and rules become here: other targets, and no patience. */
function writeConfig(directory: string): void {
  const read = (name: string): string =>
    readFileSync(projectFile(`k8s/observability/${name}`), 'utf8');
  const config = parse(read('prometheus.yaml'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  const [job] = config.scrape_configs;
  delete job.dns_sd_configs;
  job.file_sd_configs = [{ files: [join(directory, 'targets.json')] }];
  writeFileSync(join(directory, 'prometheus.yaml'), stringify(config));
  writeFileSync(join(directory, 'alerts.yaml'), read('alerts.yaml').replace(/^ +for: .*\n/gm, ''));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export class Prometheus {
  private readonly directory: string;
  private readonly url: string;
  private readonly child: ChildProcess;
  private readonly targets = new Set<string>();

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.url = `http://127.0.0.1:${port}`;
    const flags = {
      'config.file': join(directory, 'prometheus.yaml'),
      'storage.tsdb.path': join(directory, 'series'),
      'web.listen-address': `127.0.0.1:${port}`,
      'log.level': 'error',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    this.child = tied(spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  }

  /** Resolves when it answers. */
  static async start(directory: string): Promise<Prometheus> {
    writeConfig(directory);
    writeFileSync(join(directory, 'targets.json'), '[]');
    const prometheus = new Prometheus(directory, await freePort());
    const endMs = performance.now() + START_MS_MAX;
    for (;;) {
      const ready = await fetch(`${prometheus.url}/-/ready`).catch(() => undefined);
      if (ready?.ok) return prometheus;
      if (performance.now() > endMs) throw new Error('Prometheus does not start');
      await delay(LOOK_MS);
    }
  }

  /** Scrapes one more server; gives the instance that it is called. */
  add(opsUrl: string): string {
    const { host } = new URL(opsUrl);
    this.targets.add(host);
    const targets = JSON.stringify([{ targets: [...this.targets] }]);
    // Put in place whole: Prometheus looks at once.
    writeFileSync(join(this.directory, 'targets.new'), targets);
    renameSync(join(this.directory, 'targets.new'), join(this.directory, 'targets.json'));
    return host;
  }

  async query(expr: string): Promise<Sample[]> {
    const answer = await this.ask(`query?query=${encodeURIComponent(expr)}`);
    return (answer as { result: Sample[] }).result;
  }

  /** Names of the alerts that fire for an instance. */
  async firing(instance: string): Promise<string[]> {
    const { alerts } = (await this.ask('alerts')) as { alerts: Alert[] };
    return alerts
      .filter(({ labels, state }) => labels.instance === instance && state === 'firing')
      .map(({ labels }) => labels.alertname!);
  }

  /** Waits until one of some alerts fires; gives its name. */
  async untilFires(instance: string, names: readonly string[], msMax: number): Promise<string> {
    const endMs = performance.now() + msMax;
    for (;;) {
      const fired = (await this.firing(instance)).find((name) => names.includes(name));
      if (fired !== undefined) return fired;
      if (performance.now() > endMs) throw new Error(`${names.join(', ')} did not fire`);
      await delay(LOOK_MS);
    }
  }

  /** Waits until a series of an instance is there. */
  async untilScraped(instance: string, msMax: number): Promise<void> {
    const endMs = performance.now() + msMax;
    while ((await this.query(`up{instance="${instance}"} == 1`)).length === 0) {
      if (performance.now() > endMs) throw new Error(`${instance} is not scraped`);
      await delay(LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }

  private async ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const { status, data, error } = (await response.json()) as Record<string, unknown>;
    if (status !== 'success') throw new Error(`Prometheus: ${error}`);
    return data;
  }
}
