// schemas/rulebook.md is true: its examples run, its tables are those of the core, and every rule
// in it has a test that is named after it.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/base/input-error.ts';
import * as codes from '../src/core/codes.ts';
import { DEFAULT_LIMITS } from '../src/core/limits.ts';
import { runTape } from './tape.ts';

const BOOK = readFileSync(new URL('../schemas/rulebook.md', import.meta.url), 'utf8');

interface Example {
  rule: string;
  tape: string;
  events: string;
}

/** The fenced blocks of a page that have a language, in pairs, each with the rule above it. */
function examples(page: string): Example[] {
  const found: Example[] = [];
  let rule = '';
  let tape: string | undefined;
  for (const match of page.matchAll(/^(?:\*\*(R[\d.]+)|## (R\d+) |```(\w+)\n(.*?)^```$)/gms)) {
    const [, paragraph, chapter, language, text] = match;
    rule = paragraph ?? chapter ?? rule;
    if (language === 'tape' && tape === undefined) {
      tape = text!;
    } else if (language === 'events' && tape !== undefined) {
      found.push({ rule, tape, events: text! });
      tape = undefined;
    } else if (language !== undefined) {
      throw new Error(`a block of ${language} stands alone under ${rule}`);
    }
  }
  if (tape !== undefined) throw new Error(`a tape without events stands under ${rule}`);
  return found;
}

function check({ tape, events }: Example): void {
  const printed = runTape(tape).map((line) => `${line}\n`);
  expect(printed.join('')).toBe(events);
}

function rulesIn(text: string): Set<string> {
  return new Set(text.match(/\bR\d+\.\d+\b/g));
}

describe('schemas/rulebook.md should print what it says:', () => {
  test.each(examples(BOOK))('$rule', check);

  test('at least one example for each chapter of rules', () => {
    const chapters = examples(BOOK).map(({ rule }) => rule.split('.')[0]);
    expect(new Set(chapters)).toEqual(new Set(['R1', 'R2', 'R3', 'R4', 'R7']));
  });

  test('and be found out when it does not', () => {
    const [example] = examples(BOOK);
    const events = example!.events.replace('"leaves":', '"leaves": ');
    expect(() => check({ ...example!, events })).toThrow();
    expect(() => check({ ...example!, events: `${example!.events}\n` })).toThrow();
    expect(() => examples('```tape\n```\n')).toThrow('a tape without events');
    expect(() => examples('```events\n```\n')).toThrow('stands alone');
    expect(() => examples('```tape\n```\n```tape\n```\n```events\n```\n')).toThrow('stands alone');
  });
});

test('schemas/rulebook.md should list the rejects in their order of precedence', () => {
  const listed = [...BOOK.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason);
  const later = ['not_authorized', 'busy', 'phase'];
  const reasons = Object.entries(codes.REJECT_NAMES)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, reason]) => reason);
  expect(listed).toEqual(reasons.filter((reason) => !later.includes(reason)));
});

test('schemas/rulebook.md should name every cancel reason, mode, type and time in force', () => {
  const names = [
    ...Object.values(codes.CANCEL_NAMES),
    ...codes.STP_NAMES,
    ...codes.TYPE_NAMES,
    ...codes.TIF_NAMES,
    ...codes.SIDE_NAMES,
  ];
  expect(names.filter((name) => !BOOK.includes(`\`${name}\``))).toEqual([]);
});

test('schemas/rulebook.md should give the sizes of the pools', () => {
  const rows = [...BOOK.matchAll(/^\| ([a-z ]+) \| ([\d,]+) \|/gm)];
  const sizes = rows.map(([, pool, size]) => [pool, Number(size!.replaceAll(',', ''))]);
  expect(sizes).toEqual([
    ['orders', DEFAULT_LIMITS.orders],
    ['price pages', DEFAULT_LIMITS.pages],
    ['accounts', DEFAULT_LIMITS.accounts],
    ['instruments', DEFAULT_LIMITS.instruments],
  ]);
});

test.each([
  { cmd: 'phase', symbol: 'TEST', phase: 'halted' },
  { cmd: 'instrument', symbol: 'OTHER', priceBandBps: 100 },
  { cmd: 'instrument', symbol: 'OTHER', haltNs: 1 },
  { cmd: 'instrument', symbol: 'OTHER', auctionNs: 1 },
])('schemas/rulebook.md should be right that this is malformed for now: %j', (line) => {
  expect(() => runTape([{ cmd: 'instrument', symbol: 'TEST' }, line])).toThrow(InputError);
});

test('every rule of schemas/rulebook.md should have a test that is named after it', () => {
  const here = new URL('.', import.meta.url);
  const files = readdirSync(here).filter((name) => /^rules-.*\.test\.ts$/.test(name));
  const tested = files.map((name) => readFileSync(new URL(name, here), 'utf8')).join('\n');
  const ruled = rulesIn([...BOOK.matchAll(/^\*\*(R[\d.]+)/gm)].map(([, rule]) => rule).join(' '));
  expect(ruled.size).toBeGreaterThan(20);
  expect([...ruled].filter((rule) => !rulesIn(tested).has(rule))).toEqual([]);
});
