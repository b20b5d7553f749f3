// The storage thread as the supervisor sees it: it is started before there are rings, and says what
// they begin with.

import { Worker } from 'node:worker_threads';
import type { Config } from '../ops/config.ts';
import { EXIT_THREAD_DIED, leaveProcess } from './death.ts';
import type { Operations } from './operations.ts';
import type { Recovered, StorageStart, ThreadMessage } from './thread-start.ts';

/** The data directory cannot be used as it is; the message says why and what to do. */
export class RecoveryRefused extends Error {}

export interface StorageThread {
  readonly worker: Worker;
  readonly recovered: Recovered;
}

/** Starts it, and resolves when the state is there. Throws RecoveryRefused. */
export async function startStorage(
  config: Config,
  control: SharedArrayBuffer,
  { counters, logs }: Operations,
): Promise<StorageThread> {
  const start: StorageStart = { kind: 'storage', name: 'storage', config, control, counters };
  const url = new URL('./thread-storage.js', import.meta.url);
  const worker = new Worker(url, { name: start.name, workerData: start });
  worker.on('error', (error) => {
    leaveProcess(EXIT_THREAD_DIED, `storage thread died: ${error.stack ?? error.message}`);
  });
  const answer = await new Promise<ThreadMessage>((resolve) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'log') logs.write('storage', start.name, message);
      else resolve(message);
    });
  });
  if (answer.type === 'refused') throw new RecoveryRefused(answer.message);
  if (answer.type !== 'recovered') throw new Error('the storage thread recovers first');
  return { worker, recovered: answer.recovered };
}
