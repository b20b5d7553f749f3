// npm run k8s:check: everything under k8s/ that can be proven without a cluster. Installs
// Prometheus (for promtool) from Debian's packages where it is not there.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCommands, run } from './commands.ts';
import { type KubernetesObject, kustomize, render, schemaFaults } from './manifests.ts';
import { alertQueries, dashboardQueries, metricNames } from './metric-names.ts';
import { load, projectFile, scrapedNames, startServer } from './server.ts';
import { finish, Skipped, step } from './steps.ts';

const KUSTOMIZATIONS = ['base', 'overlays/dev', 'overlays/pinned', 'load-test', 'observability'];
const LOAD_SECONDS = 1;

const rendered: KubernetesObject[] = [];

/** Each must be refused, at whatever depth it stands. */
function plantFaults(objects: readonly KubernetesObject[]): [string, KubernetesObject][] {
  const text = (kind: string): string => JSON.stringify(objects.find((one) => one.kind === kind));
  const planted = (kind: string, from: RegExp, to: string): KubernetesObject => {
    const before = text(kind);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${kind} has no ${from}`);
    return JSON.parse(after);
  };
  return [
    ['portz', planted('Service', /"ports":/, '"portz":')],
    ['targetPortz', planted('Service', /"targetPort":/, '"targetPortz":')],
    [
      'readOnlyRootFileSystem',
      planted('StatefulSet', /readOnlyRootFilesystem/, 'readOnlyRootFileSystem'),
    ],
    [
      'a port that is text',
      planted('StatefulSet', /"containerPort":\d+/, '"containerPort":"7400"'),
    ],
    ['maxUnavailble', planted('PodDisruptionBudget', /maxUnavailable/, 'maxUnavailble')],
  ];
}

function promtool(...args: string[]): string {
  const said = run('promtool', args, { cwd: projectFile('k8s/observability') });
  const lines = said.split('\n').filter((line) => line.includes('SUCCESS'));
  return lines.map((line) => line.trim()).join(', ');
}

async function unknownMetrics(): Promise<string | string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'ringside-k8s-'));
  try {
    const server = await startServer(directory);
    const { status } = await load(server, LOAD_SECONDS, 16).ended;
    const names = await scrapedNames(server.opsUrl);
    const stopped = await server.stop();
    const read = (path: string): string => readFileSync(projectFile(`k8s/${path}`), 'utf8');
    const queries = [
      ...alertQueries(read('observability/alerts.yaml')),
      ...dashboardQueries(read('observability/dashboard.json')),
    ];
    const asked = queries.flatMap(({ of, expr }) =>
      metricNames(expr).map((name) => ({ of, name })),
    );
    const faults = asked
      .filter(({ name }) => !names.has(name))
      .map(({ of, name }) => `"${of}" asks for ${name}, which no scrape has`);
    if (status !== 0) faults.push(`the load test ended with ${status}`);
    if (stopped !== 0) faults.push(`the server ended with ${stopped}`);
    const distinct = new Set(asked.map(({ name }) => name)).size;
    return faults.length > 0 ? faults : `${distinct} metrics of ${queries.length} queries`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const path of KUSTOMIZATIONS) {
  await step(`render k8s/${path}`, () => {
    const { version } = kustomize();
    const objects = render(projectFile(`k8s/${path}`));
    rendered.push(...objects);
    return `${objects.length} objects, ${version}`;
  });
}
/** The rendered objects; without kustomize there are none to look at. */
function objects(): readonly KubernetesObject[] {
  if (rendered.length === 0) throw new Skipped('nothing was rendered');
  return rendered;
}

await step('every object by the types of the Kubernetes API', () => {
  const faults = schemaFaults(objects());
  return faults.length > 0 ? faults : `${rendered.length} objects`;
});
await step('planted faults are refused', () => {
  const planted = plantFaults(objects());
  const missed = planted.filter(([, object]) => schemaFaults([object]).length === 0);
  if (missed.length > 0) return missed.map(([name]) => `${name} was not refused`);
  return planted.map(([name]) => name).join(', ');
});
if (
  await step('Prometheus is here', () => {
    expectCommands({ promtool: 'prometheus' });
    return run('promtool', ['--version']).split('\n')[0]!;
  })
) {
  await step('scrape configuration', () => promtool('check', 'config', 'prometheus.yaml'));
  await step('alert rules', () => promtool('check', 'rules', 'alerts.yaml'));
  await step('unit tests of the alert rules', () => promtool('test', 'rules', 'alerts.test.yaml'));
}
await step('every metric of rules and dashboard is in a scrape', unknownMetrics);
finish('k8s:check');
