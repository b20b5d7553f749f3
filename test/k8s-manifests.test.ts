// Dockerfile and manifests against the program: image, ports, paths, configuration, metrics; and
// the check of objects against the Kubernetes API, without a cluster.

import { expect, test } from 'vitest';
import { objectsOf, schemaFaults } from '../k8s/check/manifests.ts';
import { alertQueries } from '../k8s/check/metric-names.ts';
import { differences, projectTexts } from './k8s-kit.ts';

const TEXTS = projectTexts();

test('should say what the program says', () => {
  expect(differences(TEXTS)).toEqual([]);
});

test.each([
  ['k8s/base/statefulset.yaml', 'containerPort: 7402', 'containerPort: 7403'],
  ['k8s/base/statefulset.yaml', 'path: /readyz', 'path: /healthz'],
  ['k8s/base/statefulset.yaml', 'runAsUser: 10001', 'runAsUser: 1000'],
  ['k8s/base/statefulset.yaml', 'mountPath: /var/lib/ringside', 'mountPath: /data'],
  ['k8s/base/statefulset.yaml', 'mountPath: /etc/ringside', 'mountPath: /config'],
  ['k8s/base/statefulset.yaml', 'GracePeriodSeconds: 45', 'GracePeriodSeconds: 30'],
  ['k8s/base/services.yaml', 'port: 7400', 'port: 7410'],
  ['k8s/base/services.yaml', 'targetPort: feed', 'targetPort: orders'],
  ['k8s/base/ringside-0.yaml', 'feedPort: 7401', 'feedPort: 7411'],
  ['k8s/base/ringside-0.yaml', 'host: 0.0.0.0', 'host: 127.0.0.1'],
  ['k8s/base/ringside-0.yaml', 'durability:', 'durabilty:'],
  ['k8s/base/ringside-0.yaml', 'orderLatency: true', 'orderLatency: false'],
  ['k8s/base/ringside-0.yaml', 'ringside/operator,', 'ringside/admin,'],
  ['k8s/base/kustomization.yaml', 'newTag: 0.1.0', 'newTag: 0.0.9'],
  ['k8s/base/kustomization.yaml', '- trader=', '- traders='],
  ['k8s/overlays/dev/small.yaml', 'RINGSIDE_LIMITS_PAGES', 'RINGSIDE_LIMIT_PAGES'],
  ['k8s/overlays/dev/small.yaml', 'value: none', 'value: nothing'],
  ['k8s/overlays/pinned/pinned.yaml', 'RINGSIDE_MATCHING_CPU', 'RINGSIDE_PIN'],
  ['k8s/load-test/job.yaml', '--seconds=', '--second='],
  ['k8s/load-test/job.yaml', '7400/orders', '7401/orders'],
  ['k8s/load-test/job.yaml', '=LOADTEST', '=LOAD'],
  ['k8s/load-test/job.yaml', 'wire-service.js', 'wire.js'],
  ['k8s/observability/alerts.yaml', 'ringside_ready', 'ringside_is_ready'],
  ['k8s/observability/dashboard.json', 'ringside_trades_total', 'ringside_trade_total'],
  ['k8s/observability/prometheus.yaml', 'metrics_path: /metrics', 'metrics_path: /prometheus'],
  ['Dockerfile', 'EXPOSE 7400', 'EXPOSE 8400'],
  ['Dockerfile', 'USER 10001', 'USER 1000'],
  ['Dockerfile', 'VOLUME /var/lib/ringside', 'VOLUME /var/lib/other'],
  ['Dockerfile', '7402/livez', '7402/health'],
  ['Dockerfile', 'image.version="0.1.0"', 'image.version="0.1.1"'],
  ['package.json', '"version": "0.1.0"', '"version": "0.2.0"'],
  ['src/workers/operations.ts', "'/livez':", "'/alive':"],
  ['src/workers/supervisor.ts', 'DRAIN_MS_MAX = 4_500', 'DRAIN_MS_MAX = 60_000'],
  ['bench/wire-service.ts', 'symbol: { type', 'instrument: { type'],
])('should be told apart from the program in %s: %s as %s', (path, from, to) => {
  const text = TEXTS[path]!;
  expect(text).toContain(from);
  expect(differences({ ...TEXTS, [path]: text.replace(from, to) })).not.toEqual([]);
});

test('should have a runbook for every alert, and its meaning in the document', () => {
  const alerts = alertQueries(TEXTS['k8s/observability/alerts.yaml']!).map(({ of }) => of);
  const runbooks = TEXTS['k8s/observability/alerts.yaml']!.match(/^ {10}runbook: /gm);
  expect(runbooks).toHaveLength(alerts.length);
  const tests = TEXTS['k8s/observability/alerts.test.yaml']!;
  for (const alert of alerts) {
    expect(TEXTS['k8s/README.md']).toContain(`| \`${alert}\` |`);
    expect(tests).toContain(`alertname="${alert}"`);
  }
});

test('should be refused with a key that the Kubernetes API does not have', () => {
  const services = TEXTS['k8s/base/services.yaml']!;
  const good = objectsOf(services);
  const wrong = objectsOf(services.replace('  ports:', '  portz:')).slice(0, 1);
  expect(schemaFaults([...good, ...wrong])).toEqual([
    expect.stringMatching(/^Service ringside-shards: .*'"portz"' does not exist/),
  ]);
});
