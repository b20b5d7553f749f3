// Which metrics rules and dashboards ask for.

import { parse } from 'yaml';

interface Rules {
  readonly groups: readonly { rules: readonly { alert: string; expr: string }[] }[];
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { list: readonly { name: string; expr: string }[] };
}

export interface Query {
  /** The alert or panel that asks. */
  readonly of: string;
  readonly expr: string;
  readonly isPanel: boolean;
}

export function alertQueries(yaml: string): Query[] {
  const { groups } = parse(yaml) as Rules;
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr }) => ({ of: alert, expr, isPanel: false })),
  );
}

export function dashboardQueries(json: string): Query[] {
  const { panels, annotations } = JSON.parse(json) as Dashboard;
  const marks = annotations.list.map(({ name, expr }) => ({ of: name, expr, isPanel: false }));
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ of: title, expr, isPanel: true })),
    ),
    ...marks,
  ];
}

/** Metrics that Prometheus itself makes of a scrape. */
const OF_PROMETHEUS = ['up'];

/** Names of the server's metrics in an expression: `ringside_…` and `process_…`, as series. */
export function metricNames(expr: string): string[] {
  const quoted = expr.replace(/"[^"]*"/g, '""');
  const names = quoted.match(/\b[a-z_]+(?=\{)|\b(ringside|process)_[a-z_]+\b/g) ?? [];
  return [...new Set(names)].filter((name) => !OF_PROMETHEUS.includes(name));
}
