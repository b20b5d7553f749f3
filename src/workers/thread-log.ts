// Lines for the log from a thread that may not write it itself: the supervisor alone does.

import type { ThreadMessage } from './thread-start.ts';

export class ThreadLog {
  private readonly say: (message: ThreadMessage) => void;

  constructor(say: (message: ThreadMessage) => void) {
    this.say = say;
  }

  info(fields: object, text: string): void {
    this.say({ type: 'log', level: 'info', fields, text });
  }

  error(fields: object, text: string): void {
    this.say({ type: 'log', level: 'error', fields, text });
  }
}
