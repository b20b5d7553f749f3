import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import { DirectoryLocked } from '../journal/directory-lock.ts';
import type { Config } from '../ops/config.ts';
import { AddressInUse } from '../workers/addresses.ts';
import { RecoveryRefused } from '../workers/start-storage.ts';
import { Supervisor } from '../workers/supervisor.ts';
import { type ConfigOptions, configFlags, configOf } from './config-flags.ts';
import { expectServerHere } from './server-here.ts';

const HELP = `
Example:
  $ ringside serve --data ./exchange --durability fsync

SIGTERM or Ctrl-C drains: accepted orders are answered, the journal is closed, a snapshot made, exit
status 0.
Exit status: 71 a thread of the server died, 74 the disk failed under the journal; standard error
says why.`;

interface ServeOptions extends ConfigOptions {
  latencyReport?: string;
}

export function serveCommand(): Command {
  return configFlags(new Command('serve').description('run the exchange'))
    .option('--latency-report <dir>', 'HDR reports of what commands take, every minute and at exit')
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions) => {
      // A signal that comes on the way up is kept: nobody else minds one of process 1.
      const isToStop = signalled();
      const { supervisor, config } = await startServer(options);
      process.stdout.write(`${addresses(supervisor, config)}\n`);
      await isToStop;
      await supervisor.stop();
    });
}

/** Starts a server as flags and configuration say. */
export async function startServer(
  options: ServeOptions,
): Promise<{ supervisor: Supervisor; config: Config }> {
  const { config } = configOf(options);
  expectServerHere();
  try {
    const { latencyReport } = options;
    return { supervisor: await Supervisor.start(config, { latencyReport }), config };
  } catch (error) {
    const expected = [DirectoryLocked, AddressInUse, RecoveryRefused];
    if (error instanceof Error && expected.some((one) => error instanceof one))
      throw new InputError(error.message);
    throw error;
  }
}

/** Where clients find the server, and below it where its health is told. */
export function addresses(supervisor: Supervisor, config: Config): string {
  const ops =
    config.opsPort === null ? '' : `\nops http://${config.opsHost}:${supervisor.opsPort}/metrics`;
  return (
    `orders ws://${config.host}:${supervisor.ordersPort}/orders  ` +
    `feed ws://${config.host}:${supervisor.feedPort}/feed${ops}`
  );
}

/** Resolves at SIGTERM or SIGINT. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
