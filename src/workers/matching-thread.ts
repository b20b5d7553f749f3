// Entry point of the matching thread.

import v8 from 'node:v8';
import { runMatching } from './matching.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, leave } = enterThread();
// Lets the whole of `apply` be inlined into the matching loop (8-14 %).
v8.setFlagsFromString('--max-inlined-bytecode-size=5000');
v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=15000');
runMatching(start, say);
leave();
