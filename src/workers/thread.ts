// Entry point of every thread of the server but the supervisor's.

import v8 from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '../ops/log.ts';
import { dieOnError } from './death.ts';
import { runIo } from './io.ts';
import { runJournal } from './journal.ts';
import { runMatching } from './matching.ts';
import { runPublisher } from './publisher.ts';
import { runStorage } from './storage.ts';
import type {
  StorageStart,
  SupervisorMessage,
  ThreadMessage,
  ThreadStart,
} from './thread-start.ts';

const start = workerData as ThreadStart | StorageStart;
const port = parentPort!;
const say = (message: ThreadMessage): void => port.postMessage(message);
const listenTo = (onMessage: (message: SupervisorMessage) => void): void => {
  port.on('message', onMessage);
};

dieOnError(start.name);
const log = createLog(start.name);
if (start.kind === 'matching' || start.kind === 'storage') {
  // Lets the whole of `apply` be inlined into the loop around it (8-14 %).
  v8.setFlagsFromString('--max-inlined-bytecode-size=5000');
  v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=15000');
}
switch (start.kind) {
  case 'storage':
    runStorage(start, log, say);
    break;
  case 'matching':
    runMatching(start, log, () => say({ type: 'ready' }));
    break;
  case 'journal':
    runJournal(start, () => say({ type: 'ready' }));
    break;
  case 'io':
    await runIo(start, say, listenTo);
    break;
  case 'publisher':
    await runPublisher(start, say, listenTo);
    break;
}
port.close();
