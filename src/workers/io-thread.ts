// Entry point of an I/O thread.

import { inlineCore } from './inline-core.ts';
import { runIo } from './io.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, listenTo, leave } = enterThread();
if (start.hostsMatching) inlineCore();
await runIo(start, say, listenTo);
leave();
