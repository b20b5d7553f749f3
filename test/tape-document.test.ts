// The user's document of the tape says what the program does.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CANCEL_NAMES, REJECT_NAMES } from '../src/core/codes.ts';
import { DEFAULT_LIMITS, LARGEST_LIMITS, type Limits } from '../src/core/limits.ts';
import { CHECKS, COMMANDS } from '../src/sim/tape/commands.ts';
import { runTape } from './tape.ts';

const DOCUMENT = readFileSync(new URL('../schemas/tape.md', import.meta.url), 'utf8');

function block(kind: string): string {
  return new RegExp(`\`\`\`${kind}\n(.*?)\`\`\``, 's').exec(DOCUMENT)![1]!;
}

/** Cells of the table row that begins with this cell. */
function row(first: string): string[] {
  const line = DOCUMENT.split('\n').find((text) => text.startsWith(`| ${first} |`))!;
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test('should have an example that prints what it says', () => {
  expect(runTape(block('tape')).join('\n')).toBe(block('events').trimEnd());
});

describe.each([...COMMANDS])('the command %s', (cmd, { needed, optional }) => {
  const unsupported = optional.filter((key) => CHECKS[key](1) === 'is not supported yet');

  test('should be in the table with its keys', () => {
    const [needs, may] = row(`\`${cmd}\``) as [string, string];
    const keys = (cell: string): string[] => (cell === '' ? [] : cell.split(', ')).sort();
    expect(keys(needs)).toEqual([...needed].sort());
    expect(keys(may)).toEqual(optional.filter((key) => !unsupported.includes(key)).sort());
  });
});

test.each(Object.keys(LARGEST_LIMITS) as (keyof Limits)[])(
  'should give the limit of %s as it is',
  (name) => {
    const [, usual, largest] = row(name) as [string, string, string];
    expect(usual).toBe(DEFAULT_LIMITS[name].toLocaleString('en-US'));
    expect(largest).toBe(LARGEST_LIMITS[name].toLocaleString('en-US'));
  },
);

test('should name only reasons that there are', () => {
  const reasons = /Reasons of `rejected`: (.*?)\. Of `canceled`: (.*?)\./s.exec(DOCUMENT)!;
  const words = (text: string): string[] => text.match(/[a-z_]+/g)!;
  expect(Object.values(REJECT_NAMES)).toEqual(expect.arrayContaining(words(reasons[1]!)));
  expect(Object.values(CANCEL_NAMES)).toEqual(expect.arrayContaining(words(reasons[2]!)));
});
