// Entry point of the matching thread.

import { inlineCore } from './inline-core.ts';
import { runMatching } from './matching.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, leave } = enterThread();
inlineCore();
runMatching(start, say);
leave();
