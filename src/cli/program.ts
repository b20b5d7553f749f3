// The commands of the ringside program: one file each beside this one, loaded when it is asked for,
// because what all of them need takes several times as long to load as most of them run.

import { Command, CommanderError } from 'commander';
import { InputError } from '../base/input-error.ts';
import { EXIT_BAD_INPUT, EXIT_INTERNAL, EXIT_OK } from './exit-codes.ts';

declare const RINGSIDE_VERSION: string;

const EXIT_CODE_HELP = `
Exit status: 0 all well, 1 a check failed (replay --verify, journal verify, journal diff) or the
exchange rejected the command (order, admin), 2 wrong usage, bad input or no server, 70 a fault of
the program itself, 71 a thread of the server died, 74 the disk failed under the journal.`;

/** In the order of `--help`. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  market: async () => (await import('./market.ts')).marketCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  order: async () => (await import('./order.ts')).orderCommand(),
  admin: async () => (await import('./admin.ts')).adminCommand(),
  watch: async () => (await import('./watch.ts')).watchCommand(),
  book: async () => (await import('./book.ts')).bookCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  journal: async () => (await import('./journal.ts')).journalCommand(),
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand(),
  tape: async () => (await import('./tape.ts')).tapeCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
};

/** Those that a first argument asks for: all of them where it names none, as for `--help`. */
function commandsFor(word: string | undefined): string[] {
  if (word === '--version' || word === '-V') return [];
  const names = Object.keys(COMMANDS);
  return names.some((name) => name === word) ? [word!] : names;
}

async function programFor(word: string | undefined): Promise<Command> {
  const root = new Command('ringside')
    .description('An exchange you run yourself.')
    .version(RINGSIDE_VERSION)
    .addHelpText('after', EXIT_CODE_HELP);
  for (const name of commandsFor(word)) root.addCommand(await COMMANDS[name]!());
  return root;
}

/** Commands inherit nothing of it, and would leave with an exit status of their own. */
function throwInsteadOfExiting(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExiting);
}

/** Runs one command, `argv` from 2 on, and says what the exit status is. */
export async function runProgram(argv: string[]): Promise<number> {
  const root = await programFor(argv[2]);
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
