// Names in the configuration of the log. Imports nothing: every thread has it.

/** Parts of the server that log, as `log.components` names them. */
export const LOG_COMPONENTS = [
  'supervisor',
  'ops',
  'storage',
  'journal',
  'matching',
  'io',
  'publisher',
] as const;
export type LogComponent = (typeof LOG_COMPONENTS)[number];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
