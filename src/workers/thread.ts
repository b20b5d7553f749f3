// Entry point of every thread of the server but the supervisor's.

import v8 from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '../ops/log.ts';
import { dieOnError } from './death.ts';
import { runIo } from './io.ts';
import { runJournal } from './journal.ts';
import { runMatching } from './matching.ts';
import { runPublisher } from './publisher.ts';
import type { SupervisorMessage, ThreadMessage, ThreadStart } from './thread-start.ts';

const start = workerData as ThreadStart;
const port = parentPort!;
const say = (message: ThreadMessage): void => port.postMessage(message);
const listenTo = (onMessage: (message: SupervisorMessage) => void): void => {
  port.on('message', onMessage);
};

dieOnError(start.name);
const log = createLog(start.name);
switch (start.kind) {
  case 'matching':
    // Lets the whole of `apply` be inlined into the matching loop (8-14 %).
    v8.setFlagsFromString('--max-inlined-bytecode-size=5000');
    v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=15000');
    runMatching(start, log, () => say({ type: 'ready' }));
    break;
  case 'journal':
    runJournal(start, log, say);
    break;
  case 'io':
    await runIo(start, say, listenTo);
    break;
  case 'publisher':
    await runPublisher(start, say, listenTo);
    break;
}
port.close();
