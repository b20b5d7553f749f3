// The report of `npm run bench -- all` as Markdown, and the table of it that README.md has.

/** What every bench prints. */
export interface Told {
  readonly machine: string;
  readonly node: string;
  readonly coresPresent: number;
  readonly loadAverage: number;
  readonly isRight: boolean;
  readonly resultHash: string;
}

/** What benches printed, by their keys: `core-WORKLOAD`, `wire-64`, `latency` … */
export type Report = Readonly<Record<string, Told>>;

interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

interface CoreTold extends Told {
  readonly messagesPerSecond: number;
  readonly majorGcs: number;
  readonly latencyNs: Times;
  readonly timerNs: Times;
  readonly restingOrders: number;
  readonly bytesPerRestingOrder: number;
  readonly rssBytes: number;
}

interface PeersTold extends Told {
  readonly pairs: number;
  readonly ratios: Readonly<Record<string, { median: number; low: number; high: number }>>;
}

interface PipelineTold extends Told {
  readonly durabilities: Readonly<Record<string, { messagesPerSecond: number }>>;
  readonly ratios: { readonly ofCore: Readonly<Record<string, number>> };
}

interface WireTold extends Told {
  readonly connections: number;
  readonly batch: number;
  readonly durability: string;
  readonly ordersPerSecond: number;
  readonly echoOrdersPerSecond: number;
}

interface LatencyTold extends Told {
  readonly rate: number;
  readonly echoUs: Times;
  readonly durabilities: Readonly<Record<string, { responseUs: Times }>>;
}

interface RecoveryTold extends Told {
  readonly commands: number;
  readonly journal: { readonly readyMs: number };
  readonly snapshot: { readonly readyMs: number };
}

/** What a bench printed; undefined: it did not run. */
function find<T extends Told>(report: Report, key: string): T | undefined {
  return report[key] as T | undefined;
}

const TABLE_BEGIN = '<!-- figures: npm run bench -- table REPORT.json --write README.md -->';
const TABLE_END = '<!-- end of figures -->';

/** The whole report. */
export function reportText(report: Report): string {
  const [first] = Object.values(report);
  if (first === undefined) return '# Benches\n\nNothing ran.\n';
  const benches = Object.entries(report).map(
    ([key, one]) => `| ${key} | ${one.isRight ? 'yes' : '**no**'} | ${one.resultHash} |`,
  );
  return [
    '# Benches',
    '',
    platformOf(report),
    '',
    tableText(report),
    '',
    '| bench | right | hash of its results |',
    '| --- | --- | --- |',
    ...benches,
    '',
  ].join('\n');
}

/** The figures that stand for the rest, a row each; benches that did not run have none. */
export function tableText(report: Report): string {
  const rows = [
    ...workloadsOf(report).flatMap((name) => workloadRows(report, name)),
    ...wireRows(report, 'wire-64'),
    ...wireRows(report, 'wire-1'),
    ...latencyRows(report),
    ...otherRows(report),
  ];
  const lines = rows.map(([what, figure, beside]) => `| ${what} | ${figure} | ${beside} |`);
  return ['| what | figure | beside it |', '| --- | ---: | --- |', ...lines].join('\n');
}

/** A text with the table between its two marks made anew. Throws when it has no marks. */
export function withTable(text: string, report: Report): string {
  const begin = text.indexOf(TABLE_BEGIN);
  const end = text.indexOf(TABLE_END);
  if (begin < 0 || end < begin) throw new Error(`the text has no line "${TABLE_BEGIN}"`);
  const before = text.slice(0, begin + TABLE_BEGIN.length);
  return `${before}\n${platformOf(report)}\n\n${tableText(report)}\n${text.slice(end)}`;
}

type Row = readonly [what: string, figure: string, beside: string];

function platformOf(report: Report): string {
  const all = Object.values(report);
  const { machine, node, coresPresent } = all[0]!;
  const loads = all.map((one) => one.loadAverage);
  return (
    `${machine}, ${coresPresent} cores, Node.js ${node}; ` +
    `load average before the runs ${Math.min(...loads)} … ${Math.max(...loads)}.`
  );
}

function workloadsOf(report: Report): string[] {
  const names = Object.keys(report).flatMap(
    (key) => /^(?:core|peers|pipeline)-(.+)$/.exec(key) ?? [],
  );
  return [...new Set(names.filter((name) => !(name in report)))];
}

function workloadRows(report: Report, name: string): Row[] {
  const rows: Row[] = [];
  const core = find<CoreTold>(report, `core-${name}`);
  const peers = find<PeersTold>(report, `peers-${name}`);
  const pipeline = find<PipelineTold>(report, `pipeline-${name}`);
  if (core !== undefined) {
    const { p50, p99, p999 } = core.latencyNs;
    const speed = `${millions(core.messagesPerSecond)} commands/s`;
    rows.push([`core, ${name}`, speed, `${core.majorGcs} major collections`]);
    const timer = `the timer itself ${core.timerNs.p50} ns`;
    rows.push([`one command, ${name}`, `p50 ${p50}, p99 ${p99}, p99.9 ${p999} ns`, timer]);
  }
  if (peers !== undefined) {
    for (const [peer, ratio] of Object.entries(peers.ratios)) {
      const range = `${ratio.low} … ${ratio.high}, ${peers.pairs} pairs`;
      rows.push([`core by ${peer}, ${name}`, `× ${ratio.median}`, range]);
    }
  }
  if (pipeline !== undefined) {
    const { ofCore } = pipeline.ratios;
    for (const [durability, one] of Object.entries(pipeline.durabilities)) {
      const speed = `${millions(one.messagesPerSecond)} commands/s`;
      rows.push([`pipeline, ${name}, ${durability}`, speed, `${ofCore[durability]} of the core`]);
    }
  }
  return rows;
}

function wireRows(report: Report, key: string): Row[] {
  const wire = find<WireTold>(report, key);
  if (wire === undefined) return [];
  const what = `wire, ${wire.connections} connections, ${wire.batch} a frame, ${wire.durability}`;
  const echo = `bare echo ${thousands(wire.echoOrdersPerSecond)}`;
  return [[what, `${thousands(wire.ordersPerSecond)} orders/s`, echo]];
}

function latencyRows(report: Report): Row[] {
  const latency = find<LatencyTold>(report, 'latency');
  if (latency === undefined) return [];
  const echo = `bare echo p50 ${latency.echoUs.p50}, p99 ${latency.echoUs.p99} µs`;
  return Object.entries(latency.durabilities).map(([durability, { responseUs }]) => [
    `order to answer at ${thousands(latency.rate)}/s, ${durability}`,
    `p50 ${responseUs.p50}, p99 ${responseUs.p99} µs`,
    echo,
  ]);
}

function otherRows(report: Report): Row[] {
  const rows: Row[] = [];
  const [name = ''] = workloadsOf(report);
  const core = find<CoreTold>(report, `core-${name}`);
  const swing = find<Told & { ratio: number }>(report, 'swing');
  const recovery = find<RecoveryTold>(report, 'recovery');
  if (core !== undefined) {
    const resident = `${Math.round(core.rssBytes / 1e6)} MB resident`;
    const what = `${thousands(core.restingOrders)} resting orders`;
    rows.push([what, `${core.bytesPerRestingOrder} bytes each`, resident]);
  }
  if (swing !== undefined) {
    rows.push(['a market that swings by half', `× ${swing.ratio}`, 'of one that stays']);
  }
  if (recovery !== undefined) {
    const { commands, journal, snapshot } = recovery;
    const what = `restart after ${thousands(commands)} commands`;
    rows.push([what, `${journal.readyMs} ms`, `${snapshot.readyMs} ms from a snapshot`]);
  }
  return rows;
}

function millions(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M`;
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}
