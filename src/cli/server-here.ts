import { dieOnError } from '../workers/death.ts';
import { EXIT_INTERNAL } from './exit-codes.ts';

/**
 * To be called before a server starts in this process: a process that ended in any of the usual
 * ways while threads of it hold open sockets would abort (death.ts).
 */
export function expectServerHere(): void {
  dieOnError('main', EXIT_INTERNAL);
  // It goes on when nobody reads any more what it says.
  process.stdout.removeAllListeners('error').on('error', () => {});
}
