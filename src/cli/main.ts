// The ringside program: one file per command beside this one.

import { Command, CommanderError } from 'commander';
import { InputError } from '../base/input-error.ts';
import { bookCommand } from './book.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { EXIT_BAD_INPUT, EXIT_INTERNAL, EXIT_OK } from './exit-codes.ts';
import { journalCommand } from './journal.ts';
import { marketCommand } from './market.ts';
import { orderCommand } from './order.ts';
import { replayCommand } from './replay.ts';
import { serveCommand } from './serve.ts';
import { snapshotCommand } from './snapshot.ts';
import { tapeCommand } from './tape.ts';
import { watchCommand } from './watch.ts';

declare const RINGSIDE_VERSION: string;

const EXIT_CODE_HELP = `
Exit status: 0 all well, 1 a check failed (replay --verify, journal verify, journal diff) or the
exchange rejected the command (order), 2 wrong usage, bad input or no server, 70 a fault of the
program itself, 71 a thread of the server died, 74 the disk failed under the journal.`;

function program(): Command {
  return new Command('ringside')
    .description('An exchange you run yourself.')
    .version(RINGSIDE_VERSION)
    .addHelpText('after', EXIT_CODE_HELP)
    .addCommand(marketCommand())
    .addCommand(serveCommand())
    .addCommand(orderCommand())
    .addCommand(watchCommand())
    .addCommand(bookCommand())
    .addCommand(configCommand())
    .addCommand(journalCommand())
    .addCommand(snapshotCommand())
    .addCommand(tapeCommand())
    .addCommand(replayCommand())
    .addCommand(demoCommand());
}

/** Commands inherit nothing of it, and would leave with an exit status of their own. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExiting);
}

/** Runs one command and says what the exit status is. */
async function main(argv: string[]): Promise<number> {
  const root = program();
  throwInsteadOfExiting(root);
  try {
    await root.parseAsync(argv);
    return Number(process.exitCode ?? EXIT_OK);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
    if (error instanceof InputError) {
      process.stderr.write(`${error.message}\n`);
      return EXIT_BAD_INPUT;
    }
    process.stderr.write(`ringside: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT_INTERNAL;
  }
}

// A reader that closes the pipe early (`ringside tape … | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  throw error;
});

process.exitCode = await main(process.argv);
