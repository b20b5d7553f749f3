// The user's document of the tape says what the program does.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CANCEL_NAMES,
  PHASE_NAMES,
  REJECT_NAMES,
  SIDE_NAMES,
  STP_NAMES,
  TIF_NAMES,
  TYPE_NAMES,
} from '../src/core/codes.ts';
import { DEFAULT_LIMITS, LARGEST_LIMITS, type Limits } from '../src/core/limits.ts';
import { CHECKS, COMMANDS } from '../src/sim/tape/commands.ts';
import { runTape } from './tape.ts';

const KEYS = Object.keys(CHECKS);
const DOCUMENT = readFileSync(new URL('../schemas/tape.md', import.meta.url), 'utf8');

/** Every tape on the page, with the events that stand below it. */
const EXAMPLES = [...DOCUMENT.matchAll(/```tape\n(.*?)```\n\nprints\n\n```events\n(.*?)```/gs)].map(
  ([, tape, events]) => [tape!, events!] as const,
);

/** Cells of the table row that begins with this cell. */
function row(first: string): string[] {
  const line = DOCUMENT.split('\n').find((text) => text.startsWith(`| ${first} |`))!;
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test('should have examples that print what it says', () => {
  expect(EXAMPLES).toHaveLength(DOCUMENT.split('```tape').length - 1);
  expect(EXAMPLES).toHaveLength(2);
  for (const [tape, events] of EXAMPLES) expect(`${runTape(tape).join('\n')}\n`).toBe(events);
});

describe.each([...COMMANDS])('the command %s', (cmd, { needed, optional }) => {
  test('should be in the table with its keys', () => {
    const [needs, may] = row(`\`${cmd}\``) as [string, string];
    const keys = (cell: string): string[] => (cell === '' ? [] : cell.split(', ')).sort();
    expect(keys(needs)).toEqual([...needed].sort());
    expect(keys(may)).toEqual([...optional].sort());
  });
});

test('should say what every key may be', () => {
  const table = DOCUMENT.slice(
    DOCUMENT.indexOf('| symbol, clOrdId'),
    DOCUMENT.indexOf('**Ids are'),
  );
  const keys = [...table.matchAll(/^\| ([\w, ]+) \|/gm)].flatMap(([, names]) => names!.split(', '));
  expect(keys.sort()).toEqual(KEYS.filter((key) => key !== 'cmd').sort());
});

test.each([
  ['side', SIDE_NAMES],
  ['type', TYPE_NAMES],
  ['tif', TIF_NAMES],
  ['stp', STP_NAMES],
  ['phase', PHASE_NAMES.slice(1)],
] as const)('should give the words of %s', (key, names) => {
  expect(row(key)[0]!.match(/[a-z_]+/g)).toEqual(names);
});

test.each(Object.keys(LARGEST_LIMITS) as (keyof Limits)[])(
  'should give the limit of %s as it is',
  (name) => {
    const [, usual, largest] = row(name) as [string, string, string];
    expect(usual).toBe(DEFAULT_LIMITS[name].toLocaleString('en-US'));
    expect(largest).toBe(LARGEST_LIMITS[name].toLocaleString('en-US'));
  },
);

test('should name the reasons that a tape can meet', () => {
  const reasons = /Reasons of `rejected`: (.*?)\. Of `canceled`: (.*?)\./s.exec(DOCUMENT)!;
  const words = (text: string): string[] => text.match(/[a-z_]+/g)!;
  // These need a server, its sessions or its operator.
  const rejects = ['not_authorized', 'busy', 'risk_killed', 'already_defined'];
  const cancels = ['disconnect', 'kill_switch'];
  const without = (names: Readonly<Record<number, string>>, others: string[]): string[] =>
    Object.values(names).filter((name) => !others.includes(name));
  expect(words(reasons[1]!).sort()).toEqual(without(REJECT_NAMES, rejects).sort());
  expect(words(reasons[2]!).sort()).toEqual(without(CANCEL_NAMES, cancels).sort());
});
