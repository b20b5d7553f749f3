// npm run bench -- all --out DIR [--workload FILE …] [--yardstick SCRIPT.js] [--native FILE.cpp]
//   [--quick]
// Every bench of the report, one after the other, each in a process of its own. Leaves in DIR what
// each of them leaves there, and report.json and report.md with all of it. `--quick` runs each in
// short: to see that all is well, not for figures. Goes on when one fails, and then fails itself.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needed, type Outcome, runBench } from './bench-run.ts';
import { reportText, type Told } from './report-text.ts';

interface Step {
  /** Key in the report: the bench, and the workload where it has one. */
  readonly key: string;
  readonly bench: string;
  readonly args: readonly string[];
}

await runBench({
  name: 'all',
  coresNeeded: 6,
  options: {
    workload: { type: 'string', multiple: true, default: [] },
    yardstick: { type: 'string' },
    native: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
  run(values): Outcome {
    const out = needed('out', (values as { out?: string }).out);
    mkdirSync(out, { recursive: true });
    const yardsticks = [
      ...(values.yardstick === undefined ? [] : ['--yardstick', values.yardstick]),
      ...(values.native === undefined ? [] : ['--native', values.native]),
    ];
    const steps = [
      ...values.workload.flatMap((file) => ofWorkload(file, yardsticks, values.quick)),
      ...ofItself(values.quick),
    ];
    const wrong: string[] = [];
    const report: Record<string, Told> = {};
    for (const { key, bench, args } of steps) {
      process.stderr.write(`${key} …\n`);
      const script = fileURLToPath(new URL(`./${bench}.js`, import.meta.url));
      const options = [...args, '--json', '--out', join(out, key)];
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--expose-gc', script, ...options],
        { encoding: 'utf8' },
      );
      if (status !== 0) wrong.push(`${key} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`);
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) report[key] = JSON.parse(line);
      // After each, so that a run that is broken off leaves what it has.
      writeFileSync(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
      writeFileSync(join(out, 'report.md'), reportText(report));
    }
    return {
      told: { benches: Object.keys(report) },
      lines: reportText(report).split('\n'),
      results: Object.entries(report).map(([key, one]) => [key, one.resultHash]),
      wrong,
      seed: null,
      wait: 'none',
    };
  },
});

function ofWorkload(file: string, yardsticks: readonly string[], isQuick: boolean): Step[] {
  const name = basename(file).replace(/\.bin$/, '');
  const workload = ['--workload', file];
  const core = isQuick ? ['--gc-commands', '0', '--resting', '1000'] : [];
  const peers = isQuick ? ['--pairs', '1', '--prefix', '500'] : [];
  const pipeline = isQuick ? ['--passes', '1'] : [];
  return [
    { key: `core-${name}`, bench: 'core', args: [...workload, ...core] },
    { key: `peers-${name}`, bench: 'peers', args: [...workload, ...yardsticks, ...peers] },
    { key: `pipeline-${name}`, bench: 'pipeline', args: [...workload, ...pipeline] },
  ];
}

function ofItself(isQuick: boolean): Step[] {
  const seconds = isQuick ? ['--seconds', '1', '--warm-seconds', '0'] : [];
  const latency = isQuick ? ['--pairs', '1', '--rate', '400', ...seconds] : [];
  const step = (bench: string, ...args: string[]): Step => ({ key: bench, bench, args });
  const short = (...args: string[]): string[] => (isQuick ? args : []);
  return [
    { key: 'wire-64', bench: 'wire', args: ['--batch', '64', ...seconds] },
    { key: 'wire-1', bench: 'wire', args: ['--batch', '1', ...seconds] },
    step('latency', ...latency),
    step('swing', ...short('--commands', '2000', '--orders', '200', '--passes', '1')),
    step('ring', ...short('--slots', '2000', '--trips', '200', '--batches', '64')),
    step(
      'feed',
      ...short('--events', '8192', '--orders', '500', '--passes', '1', '--large', '5000'),
    ),
    step('hard', ...short('--part', '0.002')),
    step('recovery', ...short('--commands', '5000')),
  ];
}
