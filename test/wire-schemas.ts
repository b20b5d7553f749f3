// The schemas of the wire as texts, and their fields.

import { readFileSync } from 'node:fs';

export const SCHEMAS = {
  order_entry: readFileSync(new URL('../schemas/order_entry.fbs', import.meta.url), 'utf8'),
  feed: readFileSync(new URL('../schemas/feed.fbs', import.meta.url), 'utf8'),
};

/** The fields of a table or struct of a schema: [name, type]. */
export function fieldsOf(schema: keyof typeof SCHEMAS, name: string): [string, string][] {
  const body = new RegExp(`(?:table|struct) ${name} \\{([^}]*)\\}`).exec(SCHEMAS[schema])![1]!;
  return [...body.matchAll(/^\s*(\w+):(.+);$/gm)].map(([, field, type]) => [field!, type!]);
}
