import { Command } from 'commander';
import { type Config, maskSecrets, resolveConfig, valueAt } from '../ops/config.ts';
import { configJsonSchema } from '../ops/config-keys.ts';
import { type ConfigOptions, configFlags, configOf } from './config-flags.ts';

const PRINT_HELP = `
Flags go over variables (RINGSIDE_ORDERS_PORT, RINGSIDE_LIMITS_ORDERS …), these over the file, the
file over the defaults. schemas/config.md has every key.

Example:
  $ ringside config print --config ringside.yaml --origin`;
const CHECK_HELP = `
Exit status 2 and a line for each fault when a server would refuse the file. Variables, and the
files of tokens, are not looked at.

Example:
  $ ringside config check ringside.yaml`;
const SCHEMA_HELP = `
Example:
  $ ringside config schema > ringside.schema.json
and in ringside.yaml: # yaml-language-server: $schema=ringside.schema.json`;

export function configCommand(): Command {
  return new Command('config')
    .description('show and check the configuration')
    .addCommand(printCommand())
    .addCommand(checkCommand())
    .addCommand(schemaCommand());
}

function printCommand(): Command {
  return configFlags(new Command('print'))
    .description('print the configuration that a server would run with, secrets masked')
    .option('--origin', 'a line for each key: value, and where it comes from')
    .addHelpText('after', PRINT_HELP)
    .action((options: ConfigOptions & { origin?: boolean }) => {
      const { config, origins } = configOf(options, false);
      const shown = maskSecrets(config);
      const text = options.origin
        ? originLines(shown, origins)
        : `${JSON.stringify(shown, null, 2)}\n`;
      process.stdout.write(text);
    });
}

function checkCommand(): Command {
  return new Command('check')
    .argument('<file>', 'YAML, or JSON where its name ends so')
    .description('check a configuration file')
    .addHelpText('after', CHECK_HELP)
    .action((file: string) => {
      resolveConfig({ file, readsTokens: false });
      process.stdout.write(`${file}: good\n`);
    });
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .addHelpText('after', SCHEMA_HELP)
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    });
}

/** `limits.orders  1048576  ringside.yaml` */
function originLines(config: Config, origins: ReadonlyMap<string, string>): string {
  const rows = [...origins].map(([path, origin]) => {
    const value = valueAt(config, path);
    return [path, value === undefined ? '-' : JSON.stringify(value), origin];
  });
  const width = Math.max(...rows.map(([path]) => path!.length));
  return rows.map(([path, value, from]) => `${path!.padEnd(width)}  ${from}  ${value}\n`).join('');
}
