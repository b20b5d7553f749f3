// npm run bench -- micro [--only TEXT] [--ms N]
// Small parts by themselves, timed by tinybench: those whose name has TEXT, each for N ms.

import { Bench } from 'tinybench';
import {
  grouped,
  OptionError,
  type Outcome,
  rounded,
  runBench,
  wholeNumber,
} from '../bench-run.ts';
import { checksumCases } from './checksum-cases.ts';
import { codecCases } from './codec-cases.ts';
import type { MicroCase } from './micro-case.ts';
import { ringCases } from './ring-cases.ts';

const RECORDS_TIMED = 2_048;

await runBench({
  name: 'micro',
  coresNeeded: 1,
  options: {
    only: { type: 'string', default: '' },
    ms: { type: 'string', default: '200' },
  },
  async run(values): Promise<Outcome> {
    const ms = wholeNumber('ms', values.ms, 1);
    const all = [...codecCases(), ...ringCases(), ...checksumCases()];
    const cases = all.filter(({ name }) => name.includes(values.only));
    if (cases.length === 0) throw new OptionError(`no case has "${values.only}" in its name`);
    const bench = new Bench({ time: ms, warmupTime: ms / 2, throws: true });
    for (const one of cases) bench.add(one.name, repeated(one));
    await bench.run();
    const timed = bench.tasks.map((task, i) => {
      const { result } = task;
      if (result.state !== 'completed') throw new Error(`${task.name} is ${result.state}`);
      const records = recordsOf(cases[i]!);
      const nsPerCall = result.latency.p50 * 1e6;
      return {
        name: task.name,
        nsPerRecord: rounded(nsPerCall / records, 2),
        recordsPerSecond: Math.round((records * 1e9) / nsPerCall),
        rme: rounded(result.latency.rme, 2),
      };
    });
    const lines = timed.map(
      ({ name, nsPerRecord, recordsPerSecond, rme }) =>
        `${name.padEnd(44)}${String(nsPerRecord).padStart(9)} ns each, ` +
        `${grouped(recordsPerSecond)} a second, ±${rme} %`,
    );
    const results = timed.map(({ name }) => name);
    return { told: { cases: timed }, lines, results, wrong: [], seed: 1, wait: 'none' };
  },
});

/** Calls that are timed together: the clock's own cost is not to be seen. */
function timesOf({ perCall }: MicroCase): number {
  return Math.ceil(RECORDS_TIMED / perCall);
}

function recordsOf(one: MicroCase): number {
  return timesOf(one) * one.perCall;
}

function repeated(one: MicroCase): () => void {
  const times = timesOf(one);
  return () => {
    for (let i = 0; i < times; i++) one.run();
  };
}
