// The server's configuration out of its sources: flags over variables over a file over defaults.
// Every value keeps where it came from; what is wrong is told with its source and its key.

import { readFileSync } from 'node:fs';
import { InputError } from '../base/input-error.ts';
import { CONFIG_KEYS, type ConfigKey, didYouMean, keyAt, namesAt, nearest } from './config-keys.ts';
import { type ConfigFault, pairFaults } from './config-pairs.ts';
import { type ConfigValues, configObject } from './config-schema.ts';
import { parseYaml } from './yaml-text.ts';

export type { LogConfig } from './config-schema.ts';

/** A configured session whose token was read. */
export type SessionValues = Omit<ConfigValues['sessions'][number], 'token'> & { token: string };
export type Config = Omit<ConfigValues, 'sessions'> & { sessions: SessionValues[] };

/** A value that is set by a flag. */
export interface ConfigSetting {
  /** A key's path: `limits.orders`. */
  readonly path: string;
  /** The value, or the text that it is written as. */
  readonly value: unknown;
  /** How the user set it: `--orders-port`. */
  readonly origin: string;
}

export interface ConfigSources {
  /** YAML, or JSON where its name ends so. Default: RINGSIDE_CONFIG, or none. */
  readonly file?: string | undefined;
  /** The environment. Default: none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** In the order of the command line: the last wins. */
  readonly flags?: readonly ConfigSetting[];
  /** False: files of tokens are not read, and their tokens are ''. Default true. */
  readonly readsTokens?: boolean;
}

export interface ResolvedConfig {
  readonly config: Config;
  /** Where each key of CONFIG_KEYS has its value from: a file, a variable, a flag, `default`. */
  readonly origins: ReadonlyMap<string, string>;
}

export const DEFAULT_ORIGIN = 'default';

/** Variables of the program that are no keys of the configuration. */
const OTHER_VARIABLES = ['RINGSIDE_CONFIG', 'RINGSIDE_TOKEN', 'RINGSIDE_OPERATOR_TOKEN'];
/** The same key by its older and shorter name. */
const LOG_VARIABLE = 'RINGSIDE_LOG';
/** What Kubernetes sets for a Service that happens to be called like us. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;
const TOKEN_BYTES_MAX = 256;

/** Values from all sources on their way to be checked. */
class Layers {
  readonly values: Record<string, unknown> = {};
  readonly origins = new Map<string, string>();

  addFile(file: string): void {
    const written = readObject(file);
    delete written.$schema;
    Object.assign(this.values, structuredClone(written));
    for (const { path } of CONFIG_KEYS) {
      if (valueAt(written, path) !== undefined) this.origins.set(path, file);
    }
  }

  set(path: string, value: unknown, origin: string): void {
    const steps = path.split('.');
    const last = steps.pop()!;
    let inside = this.values;
    for (const step of steps) {
      inside[step] ??= {};
      inside = inside[step] as Record<string, unknown>;
      // Not what belongs there: the check of the whole will say so.
      if (typeof inside !== 'object') return;
    }
    inside[last] = value;
    for (const key of CONFIG_KEYS) {
      if (key.path === path || key.path.startsWith(`${path}.`)) this.origins.set(key.path, origin);
    }
  }
}

/** Reads and checks all sources. Throws an InputError with a line for each fault. */
export function resolveConfig(sources: ConfigSources = {}): ResolvedConfig {
  const { variables = {}, flags = [], readsTokens = true } = sources;
  const file = sources.file ?? variables.RINGSIDE_CONFIG;
  const layers = new Layers();
  if (file !== undefined) layers.addFile(file);
  addVariables(layers, variables);
  for (const { path, value, origin } of flags) addSetting(layers, path, value, origin);
  // Who lets the system choose a port runs more than one server.
  if (layers.values.ordersPort === 0 && layers.values.opsPort === undefined) {
    layers.values.opsPort = 0;
  }
  const result = configObject.safeParse(layers.values);
  const faults = result.success
    ? pairFaults(result.data)
    : result.error.issues.flatMap((issue) => faultsOf(issue as Issue));
  if (faults.length > 0) throw faultError(faults, layers.origins, file);
  const config = withTokens(result.data!, readsTokens, (tokenFaults) =>
    faultError(tokenFaults, layers.origins, file),
  );
  const origins = CONFIG_KEYS.map(({ path }) => path).map(
    (path) => [path, layers.origins.get(path) ?? DEFAULT_ORIGIN] as const,
  );
  return { config, origins: new Map(origins) };
}

/**
 * The configuration of a file with `overrides` over it; without a file, of the defaults. Throws an
 * InputError that names the file and the path of each wrong key.
 */
export function loadConfig(
  file: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
): Config {
  const flags = Object.entries(overrides).map(([path, value]) => {
    return { path, value, origin: file ?? 'configuration' };
  });
  return resolveConfig({ file, flags }).config;
}

/** A copy that can be shown: tokens masked. */
export function maskSecrets(config: Config): Config {
  return { ...config, sessions: config.sessions.map((one) => ({ ...one, token: '***' })) };
}

function addVariables(layers: Layers, variables: NonNullable<ConfigSources['variables']>): void {
  const known = [...CONFIG_KEYS.map(({ variable }) => variable), ...OTHER_VARIABLES, LOG_VARIABLE];
  for (const [name, text] of Object.entries(variables)) {
    if (text === undefined || !name.startsWith('RINGSIDE_') || SERVICE_LINK.test(text)) continue;
    const key = CONFIG_KEYS.find(({ variable }) => variable === name);
    const isLog = name === LOG_VARIABLE && variables.RINGSIDE_LOG_LEVEL === undefined;
    if (key !== undefined) layers.set(key.path, read(key, text, name), name);
    else if (isLog) layers.set('log.level', text, name);
    else if (!known.includes(name)) refuseTypo(name, known);
  }
}

/** Others may use the prefix too: only what is nearly the name of a key is refused. */
function refuseTypo(name: string, known: readonly string[]): void {
  const meant = nearest(name, known);
  if (meant === undefined || Math.abs(meant.length - name.length) > 2) return;
  throw new InputError(`${name}: no variable of this name is known (did you mean "${meant}"?)`);
}

function addSetting(layers: Layers, path: string, value: unknown, origin: string): void {
  const key = CONFIG_KEYS.find((one) => one.path === path);
  const isGroup = CONFIG_KEYS.some((one) => one.path.startsWith(`${path}.`));
  if (key === undefined && !isGroup) {
    const paths = CONFIG_KEYS.map((one) => one.path);
    throw new InputError(`${origin}: ${path}: is no key${didYouMean(path, paths, paths)}`);
  }
  const isWritten = key !== undefined && typeof value === 'string';
  layers.set(path, isWritten ? read(key, value, origin) : value, origin);
}

/** A value that was written as text. */
function read(key: ConfigKey, text: string, origin: string): unknown {
  if (key.isText) return text;
  try {
    return parseYaml(text);
  } catch (error) {
    throw new InputError(`${origin}: ${key.path}: ${(error as Error).message}`);
  }
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly expected?: string;
}

function faultsOf({ code, path, message, keys, expected }: Issue): ConfigFault[] {
  const place = path as ConfigFault['path'];
  if (code === 'unrecognized_keys') {
    const paths = place.length === 0 ? CONFIG_KEYS.map((key) => key.path) : [];
    return keys!.map((name) => {
      const hint = didYouMean(name, namesAt(place), paths);
      return { path: [...place, name], message: `is no key${hint}` };
    });
  }
  const isUnquoted = expected === 'string' && message.includes('received number');
  return [{ path: place, message: isUnquoted ? `${message} (put it in quotes)` : message }];
}

function faultError(
  faults: readonly ConfigFault[],
  origins: ReadonlyMap<string, string>,
  file = 'configuration',
): InputError {
  const lines = faults.map(({ path, message }) => {
    const key = keyAt(path)?.path;
    const origin = key === undefined ? file : (origins.get(key) ?? file);
    return `${origin}: ${path.join('.') || 'the whole'}: ${message}`;
  });
  return new InputError(lines.join('\n'));
}

/** Puts in the tokens that stand in files. */
function withTokens(
  values: ConfigValues,
  isRead: boolean,
  errorOf: (faults: ConfigFault[]) => InputError,
): Config {
  const faults: ConfigFault[] = [];
  const sessions = values.sessions.map((one, i) => {
    const { tokenFile, token = '' } = one;
    if (tokenFile === undefined || !isRead) return { ...one, token };
    const read = readToken(tokenFile);
    if (read.fault !== undefined) {
      faults.push({ path: ['sessions', i, 'tokenFile'], message: read.fault });
    }
    return { ...one, token: read.token };
  });
  const seen = new Map<string, number>();
  sessions.forEach(({ token, tokenFile }, i) => {
    if (token === '') return;
    const first = seen.get(token);
    const key = tokenFile === undefined ? 'token' : 'tokenFile';
    if (first === undefined) seen.set(token, i);
    else faults.push({ path: ['sessions', i, key], message: `is the token of sessions.${first}` });
  });
  if (faults.length > 0) throw errorOf(faults);
  return { ...values, sessions };
}

function readToken(file: string): { token: string; fault?: string } {
  try {
    const token = readFileSync(file, 'utf8').trim();
    const isGood = token !== '' && Buffer.byteLength(token) <= TOKEN_BYTES_MAX;
    return isGood
      ? { token }
      : { token: '', fault: `${file}: a token has 1 to ${TOKEN_BYTES_MAX} bytes` };
  } catch (error) {
    return { token: '', fault: `cannot be read: ${(error as Error).message}` };
  }
}

function readObject(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  const isJson = file.endsWith('.json');
  const format = isJson ? 'JSON' : 'YAML';
  let value: unknown;
  try {
    value = isJson ? JSON.parse(text) : (parseYaml(text) ?? {});
  } catch (error) {
    throw new InputError(`${file}: is not ${format}: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InputError(`${file}: must hold an object of keys and values`);
}

/** What stands at a path in an object as it was written; undefined: nothing. */
export function valueAt(values: object, path: string): unknown {
  let inside: unknown = values;
  for (const step of path.split('.')) {
    if (typeof inside !== 'object' || inside === null) return undefined;
    inside = (inside as Record<string, unknown>)[step];
  }
  return inside;
}
