// A thread as the supervisor sees it, and what they say to each other.

import type { Worker } from 'node:worker_threads';
import type { SupervisorMessage, ThreadMessage, ThreadStart } from './thread-start.ts';

export interface Thread {
  start: ThreadStart;
  worker: Worker;
  /** The last that it said. */
  said: ThreadMessage['type'] | 'nothing' | 'good-bye';
}

/** Sends a message to a thread and waits for the answer. */
export function ask<T extends ThreadMessage['type']>(
  thread: Thread,
  message: SupervisorMessage,
  answer: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  const answered = said(thread, answer);
  thread.worker.postMessage(message);
  return answered;
}

/** The thread's next message of this type. */
export function said<T extends ThreadMessage['type']>(
  thread: Thread,
  type: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  return new Promise((resolve) => {
    const onMessage = (message: ThreadMessage): void => {
      if (message.type !== type) return;
      thread.worker.off('message', onMessage);
      resolve(message as Extract<ThreadMessage, { type: T }>);
    };
    thread.worker.on('message', onMessage);
  });
}
