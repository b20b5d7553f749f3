// YAML as text. The package takes longer to load than all other that a configuration needs, and
// most starts need none of it, so it is loaded when it is.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The value that a text says; JSON is YAML. Throws what says line and column. */
export function parseYaml(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { parse } = require('yaml') as typeof import('yaml');
    return parse(text, { logLevel: 'error' });
  }
}
