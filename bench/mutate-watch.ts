// Imported first of all, it ends the process when that uses too much processor time without
// progress, which a loop without an end does. Processor time, because on a busy machine time on the
// wall passes for nothing. The watcher is a thread of its own: the first one never gets to it.

import { Worker } from 'node:worker_threads';

/** What one test may use. Without a mutation none uses a fifth of it. */
const CPU_MS_MAX = 5_000;

const CODE = `
  const { workerData: { count, cpuMsMax } } = require('node:worker_threads');
  const usedMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  let [seen, since] = [0, usedMs()];
  setInterval(() => {
    const now = Atomics.load(count, 0);
    if (now !== seen) [seen, since] = [now, usedMs()];
    if (usedMs() - since < cpuMsMax) return;
    require('node:fs').writeSync(1, 'a test without an end');
    process.kill(process.pid, 'SIGKILL');
  }, 100);`;

const count = new Int32Array(new SharedArrayBuffer(4));
const workerData = { count, cpuMsMax: CPU_MS_MAX };
// Not with the options of this process, by which the code would be a module.
new Worker(CODE, { eval: true, execArgv: [], workerData }).unref();

/** Says that there is progress. */
export function progress(): void {
  Atomics.add(count, 0, 1);
}
