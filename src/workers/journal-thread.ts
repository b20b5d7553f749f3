// Entry point of the journal thread.

import { runJournal } from './journal.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, leave } = enterThread();
runJournal(start, say);
leave();
