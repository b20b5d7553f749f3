// Entry point of the storage thread.

import { inlineCore } from './inline-core.ts';
import { runStorage } from './storage.ts';
import { enterThread } from './thread-entry.ts';
import type { StorageStart } from './thread-start.ts';

const { start, say, leave } = enterThread<StorageStart>();
inlineCore();
runStorage(start, say);
leave();
