// schemas/order-entry.md and schemas/feed.md are true: their codes, names and limits are those of
// the program, and each is there.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as feedLimits from '../src/feed/feed-limits.ts';
import * as codes from '../src/wire/codes.ts';
import * as kinds from '../src/wire/frame-kinds.ts';
import { fieldsOf, SCHEMAS } from './wire-schemas.ts';

const PAGES = {
  order_entry: readFileSync(new URL('../schemas/order-entry.md', import.meta.url), 'utf8'),
  feed: readFileSync(new URL('../schemas/feed.md', import.meta.url), 'utf8'),
};

/** The first two cells of each row of a chapter: [number, `name`] with digits grouped or not. */
function rows(page: string, chapter: string): [string, string][] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${chapter}\n`))!;
  const found = [...text.matchAll(/^\| ([^|]+) \| ([^|]*) \|/gm)];
  return found.map(([, first, second]) => [
    first!.replaceAll('`', ''),
    second!.replaceAll('`', ''),
  ]);
}

/** Rows whose first cell is a number. */
function codeRows(page: string, chapter: string): Record<number, string> {
  const numbered = rows(page, chapter).filter(([first]) => /^\d+$/.test(first));
  return Object.fromEntries(numbered.map(([code, name]) => [Number(code), name]));
}

/** Kinds by number, from constants that begin with `prefix`. */
function kindNames(prefix: string): Record<number, string> {
  const named = Object.entries(kinds).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    named.map(([name, kind]) => [kind, name.slice(prefix.length).toLowerCase()]),
  );
}

describe('the pages of the wire should tell', () => {
  test('the kinds of frames', () => {
    expect(codeRows(PAGES.order_entry, 'Frames')).toEqual(kindNames('KIND_'));
    const channels = kindNames('CHANNEL_');
    const said = codeRows(PAGES.feed, 'Frames');
    expect(said).toEqual({ ...kindNames('FEED_'), ...channels });
  });

  test('why a command is refused', () => {
    expect(codeRows(PAGES.order_entry, 'Refusals')).toEqual(codes.REFUSAL_NAMES);
    const constants = Object.entries(kinds).filter(([name]) => name.startsWith('REFUSE_'));
    for (const [, code] of constants) expect(codes.REFUSAL_NAMES).toHaveProperty(String(code));
  });

  test('why a subscription is refused', () => {
    expect(codeRows(PAGES.feed, 'Refusals')).toEqual(codes.FEED_REFUSAL_NAMES);
    expect(codes.FEED_REFUSAL_NAMES).toEqual(kindNames('REFUSED_'));
  });

  test('why a connection is closed', () => {
    expect(codeRows(PAGES.order_entry, 'Close codes')).toEqual(codes.CLOSE_NAMES);
    expect(codes.CLOSE_NAMES).toEqual(kindNames('CLOSE_'));
  });

  test('why an order is canceled', () => {
    const line = /canceled: (1 user.*) \|/.exec(PAGES.order_entry)![1]!;
    const said = line.split(', ').map((item) => item.split(' ').reverse());
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(Object.entries(codes.CANCEL_NAMES).map(([code, name]) => [name, code])),
    );
  });

  test('the limits', () => {
    const constants: Record<string, number> = { ...kinds, ...feedLimits };
    const said = [...rows(PAGES.order_entry, 'Limits'), ...rows(PAGES.feed, 'Limits')].filter(
      ([name]) => /^[A-Z_]+$/.test(name),
    );
    for (const [name, value] of said) {
      expect([name, value.replaceAll(',', '')]).toEqual([name, String(constants[name])]);
    }
    const named = new Set(said.map(([name]) => name));
    const limits = Object.keys(constants).filter((name) => /_MAX$|_MS$/.test(name));
    expect(limits.filter((name) => !named.has(name))).toEqual([]);
  });

  test('every field of the schemas', () => {
    for (const schema of ['order_entry', 'feed'] as const) {
      const names = [...SCHEMAS[schema].matchAll(/^(?:table|struct) (\w+)/gm)];
      for (const [, name] of names) {
        for (const [field] of fieldsOf(schema, name!)) {
          const said = field.replace(/_(low|high)$/, '');
          expect([name, said, PAGES[schema].includes(`\`${said}\``)]).toEqual([name, said, true]);
        }
      }
    }
  });
});
