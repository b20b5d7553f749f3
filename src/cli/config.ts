import { Command } from 'commander';
import { loadConfig, maskSecrets } from '../ops/config.ts';

const HELP = `
Example:
  $ ringside config print --config ringside.json`;

export function configCommand(): Command {
  const print = new Command('print')
    .description('print the configuration that a server would run with, secrets masked')
    .option('-c, --config <file>', 'JSON file (default: built-in values)')
    .addHelpText('after', HELP)
    .action((options: { config?: string }) => {
      const config = maskSecrets(loadConfig(options.config));
      process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
    });
  return new Command('config').description('show the configuration').addCommand(print);
}
