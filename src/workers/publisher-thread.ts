// Entry point of the publisher thread.

import { runPublisher } from './publisher.ts';
import { enterThread } from './thread-entry.ts';

const { start, say, listenTo, leave } = enterThread();
await runPublisher(start, say, listenTo);
leave();
