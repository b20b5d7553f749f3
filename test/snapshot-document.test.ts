// schemas/snapshot.md is true: its tables are the layout's, its limits those of the configuration.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STATE_VERSION } from '../src/core/snapshot.ts';
import { SNAPSHOTS_KEPT_LEAST } from '../src/journal/retention.ts';
import { SNAPSHOT_NEW_NAME } from '../src/journal/snapshot-file.ts';
import * as n from '../src/journal/snapshot-layout.ts';
import { loadConfig } from '../src/ops/config.ts';

const PAGE = readFileSync(new URL('../schemas/snapshot.md', import.meta.url), 'utf8');

/** The cells of the page's table number `index`. */
function table(index: number): string[][] {
  const tables = PAGE.match(/(^\|.*\|\n)+/gm) ?? [];
  const rows = tables[index]!.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('should draw the header', () => {
  const words: Record<string, number> = {};
  let end = 0;
  for (const [offset, size, field] of table(0)) {
    expect(Number(offset), field).toBe(end);
    words[field!] = end / 4;
    end += Number(size);
  }
  expect(end).toBe(n.SNAPSHOT_HEADER_BYTES);
  expect(n.SNAPSHOT_HEADER_BYTES).toBe(n.SNAPSHOT_HEADER_WORDS * 4);
  expect(words).toEqual({
    magic: n.N_MAGIC_LOW,
    version: n.N_VERSION,
    'header size': n.N_HEADER_BYTES,
    sequence: n.N_SEQUENCE_LOW,
    'journal id': n.N_ID_LOW,
    'configuration hash': n.N_CONFIG_LOW,
    'state version': n.N_STATE_VERSION,
    chain: n.N_CHAIN,
    'limit count': n.N_LIMIT_COUNT,
    limits: n.N_LIMITS,
    'section count': n.N_SECTION_COUNT,
    clock: n.N_CLOCK_LOW,
    sections: n.N_SECTIONS,
    reserved: n.N_SECTIONS + n.SECTIONS_MAX * n.SECTION_ENTRY_WORDS,
    CRC: n.N_CRC,
  });
});

test('should name the sections', () => {
  const named = table(1).map(([kind, name]) => [Number(kind), name]);
  expect(Object.fromEntries(named)).toEqual(n.SECTION_NAMES);
});

test('should tell the versions and the configuration', () => {
  expect(PAGE).toContain(`| version | ${n.SNAPSHOT_VERSION} |`);
  expect(PAGE).toContain(`| state version | ${STATE_VERSION}: `);
  expect(PAGE).toContain(`\`${SNAPSHOT_NEW_NAME}\``);
  const { snapshotCommands, snapshotSeconds, snapshotsKept } = loadConfig(undefined);
  expect(PAGE).toContain(`\`snapshotCommands\` (default ${snapshotCommands.toLocaleString('en')})`);
  expect(PAGE).toContain(`\`snapshotSeconds\` (default ${snapshotSeconds})`);
  expect(PAGE).toContain(`(${SNAPSHOTS_KEPT_LEAST} to 1,000,\ndefault ${snapshotsKept})`);
  expect(() => loadConfig(undefined, { snapshotsKept: SNAPSHOTS_KEPT_LEAST - 1 })).toThrow();
});
