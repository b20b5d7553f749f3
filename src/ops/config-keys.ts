// The keys of the configuration as paths, and how each is called as a variable. Read off the JSON
// Schema, which is made of the zod schema, so there is one source.

import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { configObject } from './config-schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly description?: string;
}

/** A key that has one value: `ordersPort`, `limits.orders`, `sessions`. */
export interface ConfigKey {
  readonly path: string;
  /** RINGSIDE_… */
  readonly variable: string;
  /** Its value is text as it stands; otherwise text is read as YAML. */
  readonly isText: boolean;
  readonly description: string;
}

/** The JSON Schema of a configuration file. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(configObject, { io: 'input' });
  const properties = { $schema: { type: 'string' }, ...schema.properties };
  return { $schema, title: 'Ringside configuration', ...schema, properties };
}

/** The variable of a key's path: `limits.orders` is RINGSIDE_LIMITS_ORDERS. */
export function variableOf(path: string): string {
  return `RINGSIDE_${path.replaceAll('.', '_').replace(/(?=[A-Z])/g, '_')}`.toUpperCase();
}

function keysOf(schema: JsonSchema, prefix: string): ConfigKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (value.properties !== undefined) return keysOf(value, `${path}.`);
    const { type, description = '' } = value;
    return [{ path, variable: variableOf(path), isText: type === 'string', description }];
  });
}

const SCHEMA = z.toJSONSchema(configObject, { io: 'input' }) as JsonSchema;

/** All of them, in the order of the schema. */
export const CONFIG_KEYS: readonly ConfigKey[] = keysOf(SCHEMA, '');

/** The key of CONFIG_KEYS that a place in a configuration belongs to. */
export function keyAt(place: readonly PropertyKey[]): ConfigKey | undefined {
  for (let length = place.length; length > 0; length--) {
    const path = place.slice(0, length).join('.');
    const key = CONFIG_KEYS.find((one) => one.path === path);
    if (key !== undefined) return key;
  }
  return undefined;
}

/** The names that may stand at a place. */
export function namesAt(place: readonly PropertyKey[]): string[] {
  let schema: JsonSchema | undefined = SCHEMA;
  for (const step of place) {
    schema = typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)];
  }
  return Object.keys(schema?.properties ?? {});
}

/** The known word that was probably meant: at most a third of its letters are others. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of known) {
    const letters = distance(word.toLowerCase(), one.toLowerCase());
    if (letters < least) [best, least] = [one, letters];
  }
  return best !== undefined && least <= Math.max(1, best.length / 3) ? best : undefined;
}

/** ` (did you mean "ordersPort"?)`, or nothing; `elsewhere` are paths whose last name it may be. */
export function didYouMean(
  word: string,
  known: readonly string[],
  elsewhere: readonly string[] = [],
): string {
  const last = word.split('.').at(-1)!;
  const moved = elsewhere.find((path) => path.split('.').at(-1) === last);
  const meant = moved ?? nearest(word, known);
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`;
}
