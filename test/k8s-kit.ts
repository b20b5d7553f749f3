// What Dockerfile and manifests say beside what the program says. Every fault is one that a cluster
// would show late: a pod that starts and is never ready, a volume that nobody writes to.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  alertQueries,
  dashboardQueries,
  metricNames,
  type Query,
} from '../k8s/check/metric-names.ts';
import { type Config, resolveConfig } from '../src/ops/config.ts';
import { CONFIG_KEYS } from '../src/ops/config-keys.ts';
import { METRICS } from '../src/ops/metric-list.ts';

const ROOT = new URL('..', import.meta.url);

/** Texts of the project by path. */
export type Texts = Readonly<Record<string, string>>;

/** Every file that the faults are looked for in. */
export function projectTexts(): Texts {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'k8s'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const program = ['src/workers/operations.ts', 'src/workers/supervisor.ts', 'build.mjs'];
  const others = ['Dockerfile', 'package.json', 'bench/wire-service.ts', ...program];
  const paths = [...listed.trim().split('\n'), ...others];
  return Object.fromEntries(paths.map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
}

/** Manifests are read by their shape, which the schema check holds. */
// biome-ignore lint/suspicious/noExplicitAny: as above
type Manifest = any;

/** Most texts are looked at again and again, one of them changed. */
function cached<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const value = known.get(text) ?? read(text);
    known.set(text, value);
    return value;
  };
}

const documents = cached((text) => parseAllDocuments(text).map((one): Manifest => one.toJS()));
const parse = (text: string): Manifest => documents(text)[0];
const queries = cached((text): Query[] =>
  text.startsWith('{') ? dashboardQueries(text) : alertQueries(text),
);

const OVERLAYS = ['dev/small.yaml', 'pinned/pinned.yaml'];
const KUSTOMIZATIONS = ['k8s/base/kustomization.yaml', 'k8s/load-test/kustomization.yaml'];

function difference(what: string, manifest: unknown, program: unknown): string[] {
  const [left, right] = [JSON.stringify(manifest), JSON.stringify(program)];
  return left === right ? [] : [`${what}: ${left} in the manifests, ${right} in the program`];
}

/** The configuration of a shard with the variables of an overlay over it. */
function configOf(text: string, env: readonly { name: string; value?: string }[]): Config {
  const directory = mkdtempSync(join(tmpdir(), 'ringside-k8s-'));
  try {
    const file = join(directory, 'ringside-0.yaml');
    writeFileSync(file, text);
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    return resolveConfig({ file, variables, readsTokens: false }).config;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function portFaults(texts: Texts, container: Manifest, config: Config): string[] {
  const { ordersPort: orders, feedPort: feed, opsPort: ops } = config;
  const served: Record<string, number | null> = { orders, feed, ops };
  const services = documents(texts['k8s/base/services.yaml']!);
  const exposed = /^EXPOSE (.*)$/m.exec(texts.Dockerfile!)![1]!.split(' ').map(Number);
  const named = container.ports.map((port: Manifest) => [port.name, port.containerPort]);
  const faults = [
    ...difference('container ports', Object.fromEntries(named), served),
    ...difference('EXPOSE', exposed, [orders, feed, ops]),
    ...difference('addresses', [config.host, config.opsHost], ['0.0.0.0', '0.0.0.0']),
    ...services.flatMap(({ metadata, spec }: Manifest) =>
      spec.ports.flatMap(({ name, port, targetPort }: Manifest) =>
        difference(`Service ${metadata.name}`, [port, targetPort], [served[name], name]),
      ),
    ),
  ];
  const [, health] = /127\.0\.0\.1:(\d+\/\w+)/.exec(texts.Dockerfile!)!;
  faults.push(...difference('HEALTHCHECK', health, `${ops}/livez`));
  const pages = [...texts['src/workers/operations.ts']!.matchAll(/^ {6}'(\/\w+)':/gm)].map(
    ([, path]) => path,
  );
  const scraped = parse(texts['k8s/observability/prometheus.yaml']!).scrape_configs[0];
  const probed = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => {
    const { path, port } = container[probe].httpGet;
    faults.push(...difference(probe, port, 'ops'));
    return path;
  });
  for (const path of [...probed, scraped.metrics_path]) {
    if (!pages.includes(path)) faults.push(`the operations port has no ${path}`);
  }
  return faults;
}

function placeFaults(texts: Texts, spec: Manifest, container: Manifest, config: Config): string[] {
  const { Dockerfile = '' } = texts;
  const mounted = Object.fromEntries(
    container.volumeMounts.map(({ name, mountPath }: Manifest) => [name, mountPath]),
  );
  const { configMapGenerator, secretGenerator } = parse(texts['k8s/base/kustomization.yaml']!);
  const keys = secretGenerator[0].literals.map((literal: string) => literal.split('=')[0]);
  const tokens = config.sessions.map(({ tokenFile }) => tokenFile);
  const volume = /^VOLUME (\S+)$/m.exec(Dockerfile)![1];
  const user = /^USER (\d+):(\d+)$/m.exec(Dockerfile)!.slice(1).map(Number);
  const { runAsUser, runAsGroup, fsGroup } = spec.securityContext;
  const drainMs = /DRAIN_MS_MAX = ([\d_]+)/.exec(texts['src/workers/supervisor.ts']!)![1]!;
  const { drainDelayMs, stopSnapshotMsMax } = config;
  const stopMs = drainDelayMs + Number(drainMs.replace('_', '')) + stopSnapshotMsMax;
  const faults = [
    ...difference('data volume', mounted.data, volume),
    ...difference('data directory', config.dataDirectory, `${volume}/data`),
    ...difference(
      'tokens',
      keys.map((key: string) => `${mounted.tokens}/${key}`),
      tokens,
    ),
    ...difference('user', [runAsUser, runAsGroup, fsGroup], [...user, user[1]]),
    ...difference('args', container.args, [
      ...['serve', '--config', `${mounted.config}/$(POD_NAME).yaml`],
    ]),
    ...difference('shards', configMapGenerator[0].files, ['ringside-0.yaml']),
  ];
  if (spec.terminationGracePeriodSeconds * 1_000 < stopMs + 5_000) {
    faults.push(
      `a stop takes ${stopMs} ms: terminationGracePeriodSeconds covers it by less than 5 s`,
    );
  }
  return faults;
}

function imageFaults(texts: Texts): string[] {
  const { name, version } = JSON.parse(texts['package.json']!);
  const label = /image\.version="(.*?)"/.exec(texts.Dockerfile!)![1];
  const images = KUSTOMIZATIONS.flatMap((path) => parse(texts[path]!).images);
  return [
    ...difference('label', label, version),
    ...images.flatMap((image) => difference('image', image, { name, newTag: version })),
  ];
}

function jobFaults(texts: Texts, config: Config): string[] {
  const [{ command, args, volumeMounts }] = parse(texts['k8s/load-test/job.yaml']!).spec.template
    .spec.containers;
  const bench = texts['bench/wire-service.ts']!;
  const options = [...bench.matchAll(/^ {4}'?([a-z-]+)'?: \{ type/gm)].map(([, option]) => option);
  const given: [string, string][] = args.map((arg: string) => arg.slice(2).split('='));
  const value = (option: string) => given.filter(([one]) => one === option).map(([, text]) => text);
  const tokens = config.sessions.map(({ tokenFile }) => tokenFile);
  const symbols = config.instruments.map(({ symbol }) => symbol);
  const faults = [
    ...difference('the Job’s program', command, ['node', '/app/dist/bench/wire-service.js']),
    ...difference('the Job’s address', value('url'), [
      `ws://ringside-0:${config.ordersPort}/orders`,
    ]),
    ...difference('the Job’s reports', value('out'), [volumeMounts[0].mountPath]),
  ];
  const known: [string, readonly unknown[], string[]][] = [
    ['no option of the bench', options, given.map(([option]) => option)],
    ['no token of the configuration', tokens, value('token-file')],
    ['no instrument of the configuration', symbols, value('symbol')],
  ];
  for (const [what, all, used] of known) {
    faults.push(...used.filter((one) => !all.includes(one)).map((one) => `${one}: ${what}`));
  }
  if (!texts['build.mjs']!.includes("'wire-service',")) faults.push('wire-service is not built');
  return faults;
}

function metricFaults(texts: Texts): string[] {
  const series = Object.values(METRICS).flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : [name],
  );
  const asked = ['alerts.yaml', 'dashboard.json'].flatMap((name) =>
    queries(texts[`k8s/observability/${name}`]!),
  );
  return asked.flatMap(({ of, expr }) =>
    metricNames(expr)
      .filter((name) => !series.includes(name))
      .map((name) => `"${of}" asks for ${name}, which is no metric`),
  );
}

/** Every difference between the manifests and the program; empty: none. */
export function differences(texts: Texts): string[] {
  const { spec } = parse(texts['k8s/base/statefulset.yaml']!).spec.template;
  const [container] = spec.containers;
  const variables = CONFIG_KEYS.map(({ variable }) => variable);
  const dashboard = queries(texts['k8s/observability/dashboard.json']!);
  const { name: latency } = METRICS.orderLatency;
  const isAskedFor = dashboard.some(({ expr }) => expr.includes(latency));
  const faults: string[] = [];
  for (const overlay of [undefined, ...OVERLAYS]) {
    const patch = overlay === undefined ? undefined : parse(texts[`k8s/overlays/${overlay}`]!);
    const env = patch?.spec.template.spec.containers[0].env ?? [];
    for (const { name } of env) {
      if (!variables.includes(name)) faults.push(`${name}: no variable of the configuration`);
    }
    try {
      const config = configOf(texts['k8s/base/ringside-0.yaml']!, env);
      faults.push(...portFaults(texts, container, config));
      faults.push(...placeFaults(texts, spec, container, config), ...jobFaults(texts, config));
      faults.push(...difference('stages of the dashboard', isAskedFor, config.orderLatency));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return [...faults, ...imageFaults(texts), ...metricFaults(texts)];
}
