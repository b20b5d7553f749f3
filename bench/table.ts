// npm run bench -- table REPORT.json [--write FILE.md]
// Makes the table of figures out of a report of `npm run bench -- all`: prints it, or puts it
// between the marks of FILE.md. No figure of that table is ever typed.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { tableText, withTable } from './report-text.ts';

const { values, positionals } = parseArgs({
  options: { write: { type: 'string' } },
  allowPositionals: true,
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('table: REPORT.json is needed\n');
  process.exitCode = 2;
} else {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if (values.write === undefined) process.stdout.write(`${tableText(report)}\n`);
  else writeFileSync(values.write, withTable(readFileSync(values.write, 'utf8'), report));
}
