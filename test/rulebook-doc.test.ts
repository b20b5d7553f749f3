// schemas/rulebook.md is true: its examples run, its tables are those of the core, and every rule
// in it has a test that is named after it.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
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

/** The numbered rules, in the order of the page. */
function ruled(): string[] {
  return [...BOOK.matchAll(/^\*\*(R[\d.]+)/gm)].map(([, rule]) => rule!);
}

describe('schemas/rulebook.md should print what it says:', () => {
  test.each(examples(BOOK))('$rule', check);

  test('at least one example for each rule that a tape can show, and for the rejects', () => {
    const shown = new Set(examples(BOOK).map(({ rule }) => rule));
    const rules = [...ruled(), 'R7', 'R9'].filter((rule) => !shown.has(rule));
    // The kill switch is a server's.
    expect(rules).toEqual(['R4.7']);
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
  const chapter = BOOK.slice(BOOK.indexOf('## R7 '));
  const listed = [...chapter.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason);
  const reasons = Object.entries(codes.REJECT_NAMES)
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, reason]) => reason);
  expect(listed).toEqual(reasons);
});

test('schemas/rulebook.md should name every cancel reason, phase, mode, type and tif', () => {
  const names = [
    ...Object.values(codes.CANCEL_NAMES),
    ...codes.PHASE_NAMES.slice(1),
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

test('every rule of schemas/rulebook.md should have a test that is named after it', () => {
  const here = new URL('.', import.meta.url);
  const files = readdirSync(here).filter((name) => /^rules-.*\.test\.ts$/.test(name));
  const tested = files.map((name) => readFileSync(new URL(name, here), 'utf8')).join('\n');
  expect(ruled().length).toBeGreaterThanOrEqual(40);
  expect(ruled().filter((rule) => !rulesIn(tested).has(rule))).toEqual([]);
});
