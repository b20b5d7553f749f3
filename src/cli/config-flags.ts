// The flags of every command that needs the server's configuration, and what they make of it.

import { type Command, InvalidArgumentError } from 'commander';
import { InputError } from '../base/input-error.ts';
import { type ConfigSetting, type ResolvedConfig, resolveConfig } from '../ops/config.ts';
import { LOG_LEVELS } from '../ops/log-levels.ts';

export interface ConfigOptions {
  config?: string;
  data?: string;
  durability?: string;
  ordersPort?: string;
  feedPort?: string;
  opsPort?: string;
  orderLatency?: boolean;
  logLevel?: string[];
  set?: string[];
}

const each = (text: string, before: string[] = []): string[] => [...before, text];

/** Adds them. */
export function configFlags(command: Command): Command {
  return command
    .option('-c, --config <file>', 'YAML or JSON file; variables and flags go over it')
    .option('--data <dir>', 'data directory')
    .option('--durability <kind>', 'fsync, os or none')
    .option('--orders-port <n>', 'order entry port, 0 = chosen by the system')
    .option('--feed-port <n>', 'market data port, 0 = chosen by the system')
    .option('--ops-port <n>', 'health and metrics port, 0 = chosen by the system, null = none')
    .option('--order-latency', 'stamp every command at each stage, for the metrics')
    .option('--log-level <level>', 'least level logged, or COMPONENT=LEVEL; again for more', each)
    .option('--set <key=value>', 'any key of the configuration (limits.orders=1000)', setting);
}

/** The configuration of flags, variables and file. Throws an InputError. */
export function configOf(options: ConfigOptions, readsTokens = true): ResolvedConfig {
  const { config: file } = options;
  return resolveConfig({ file, variables: process.env, flags: settingsOf(options), readsTokens });
}

function setting(text: string, before: string[] = []): string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('It has the form key=value.');
  return [...before, text];
}

function settingsOf(options: ConfigOptions): ConfigSetting[] {
  const settings: ConfigSetting[] = [];
  const add = (path: string, value: string | undefined, origin: string): void => {
    if (value !== undefined) settings.push({ path, value, origin });
  };
  add('dataDirectory', options.data, '--data');
  add('durability', options.durability, '--durability');
  add('ordersPort', options.ordersPort, '--orders-port');
  add('feedPort', options.feedPort, '--feed-port');
  add('opsPort', options.opsPort, '--ops-port');
  if (options.orderLatency) add('orderLatency', 'true', '--order-latency');
  for (const text of options.logLevel ?? []) {
    const [component, level] = text.split('=');
    if (level === undefined) add('log.level', component, '--log-level');
    else if (component === '') throw new InputError(`--log-level: one of ${LOG_LEVELS.join(', ')}`);
    else add(`log.components.${component}`, level, '--log-level');
  }
  for (const text of options.set ?? []) {
    const at = text.indexOf('=');
    add(text.slice(0, at), text.slice(at + 1), '--set');
  }
  return settings;
}
