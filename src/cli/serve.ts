import { Command } from 'commander';
import { InputError } from '../base/input-error.ts';
import { DirectoryLocked } from '../journal/directory-lock.ts';
import { type Config, loadConfig } from '../ops/config.ts';
import { RecoveryRefused } from '../workers/start-storage.ts';
import { AddressInUse, Supervisor } from '../workers/supervisor.ts';
import { expectServerHere } from './server-here.ts';

const HELP = `
Example:
  $ ringside serve --data ./exchange --durability fsync

SIGTERM or Ctrl-C drains: accepted orders are answered, the journal is closed, exit status 0.
Exit status: 71 a thread of the server died, 74 the disk failed under the journal; standard error
says why.`;

interface ServeOptions {
  config?: string;
  data?: string;
  durability?: string;
  ordersPort?: string;
  feedPort?: string;
  latencyReport?: string;
}

export function serveCommand(): Command {
  return serverOptions(new Command('serve').description('run the exchange'))
    .option('--latency-report <dir>', 'HDR reports of what commands take, every minute and at exit')
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions) => {
      const { supervisor, config } = await startServer(options);
      process.stdout.write(`${addresses(supervisor, config)}\n`);
      await signalled();
      await supervisor.stop();
    });
}

/** The flags that every command which starts a server takes. */
export function serverOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'JSON file; flags go over it (see ringside config print)')
    .option('--data <dir>', 'data directory')
    .option('--durability <kind>', 'fsync, os or none')
    .option('--orders-port <n>', 'order entry port, 0 = chosen by the system')
    .option('--feed-port <n>', 'market data port, 0 = chosen by the system');
}

/** Starts a server as flags and configuration say. */
export async function startServer(
  options: ServeOptions,
): Promise<{ supervisor: Supervisor; config: Config }> {
  const config = loadConfig(options.config, overridesOf(options));
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

/** Where clients find the server. */
export function addresses(supervisor: Supervisor, config: Config): string {
  return (
    `orders ws://${config.host}:${supervisor.ordersPort}/orders  ` +
    `feed ws://${config.host}:${supervisor.feedPort}/feed`
  );
}

/** Resolves at SIGTERM or SIGINT. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

function overridesOf(options: ServeOptions): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  if (options.data !== undefined) overrides.dataDirectory = options.data;
  if (options.durability !== undefined) overrides.durability = options.durability;
  if (options.ordersPort !== undefined) overrides.ordersPort = Number(options.ordersPort);
  if (options.feedPort !== undefined) overrides.feedPort = Number(options.feedPort);
  return overrides;
}
