// Entry point of an I/O thread.

import { runIo } from './io.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, listenTo, leave } = enterThread();
await runIo(start, say, listenTo);
leave();
