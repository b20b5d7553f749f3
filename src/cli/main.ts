// The ringside program.

import { EXIT_OK } from './exit-codes.ts';
import { runProgram } from './program.ts';

// A reader that closes the pipe early (`ringside tape … | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  throw error;
});

process.exitCode = await runProgram(process.argv);
