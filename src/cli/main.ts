// The ringside program.

import { EXIT_INTERNAL, EXIT_OK } from './exit-codes.ts';
import { runProgram } from './program.ts';

const onFault = (error: unknown): never => {
  process.stderr.write(`ringside: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(EXIT_INTERNAL);
};
process.on('uncaughtException', onFault);
process.on('unhandledRejection', onFault);

// A reader that closes the pipe early (`ringside tape … | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  throw error;
});

process.exitCode = await runProgram(process.argv);
