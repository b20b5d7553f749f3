// The rules of the house: which room may import which, what the deterministic rooms may not touch,
// how long things may be, what may lie where. Every check is first shown a text that breaks it.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  importFaults,
  leftoverFaults,
  nameFaults,
  placeFaults,
  purityFaults,
  type Source,
  sizeFaults,
  topLevelFaults,
} from './house-kit.ts';

const ROOT = new URL('..', import.meta.url);

/** Every file of the project: committed, or new and not ignored. */
const PATHS: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(new URL(path, ROOT)));

function sources(pattern: RegExp): Source[] {
  return PATHS.filter((path) => pattern.test(path) && !path.includes('/generated/')).map(
    (path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }),
  );
}

const CODE = sources(/^(src|test|bench|k8s)\/.*\.m?ts$/);
const HOUSE = CODE.filter(({ path }) => path.startsWith('src/'));
const TEXTS = sources(/\.(ts|mjs|md|json|fbs|ya?ml)$|^Dockerfile$|^\.ci\//).filter(
  ({ path }) => path !== 'package-lock.json' && path !== 'test/house.test.ts',
);

function source(path: string, ...lines: string[]): Source {
  return { path, text: lines.join('\n') };
}

test('should look at every room that exists', () => {
  const rooms = new Set(HOUSE.map(({ path }) => path.split('/')[1]));
  expect([...rooms]).toEqual(expect.arrayContaining(['base', 'core', 'cli', 'sim']));
  expect(TEXTS.map(({ path }) => path)).toContain('package.json');
});

describe('imports', () => {
  test('should point inward only', () => {
    expect(HOUSE.flatMap(importFaults)).toEqual([]);
  });

  test.each([
    ['src/base/bits.ts', "import { apply } from '../core/engine.ts';"],
    ['src/core/book.ts', "import type { Ring } from '../ring/ring.ts';"],
    ['src/core/book.ts', "import { readFileSync } from 'node:fs';"],
    ['src/core/book.ts', "import { z } from 'zod';"],
    ['src/core/book.ts', "export { z } from 'zod';"],
    ['src/core/book.ts', "const late = import('../cli/main.ts');"],
    ['src/core/book.ts', "let part: import('../sim/bots.ts').Bot;"],
    ['src/core/book.ts', 'const late = import(name);'],
    ['src/base/bits.ts', "import { open } from 'node:fs';"],
    ['src/wire/decode.ts', "import { apply } from '../core/engine.ts';"],
    ['src/feed/view.ts', "import { apply } from '../core/engine.ts';"],
    ['src/sim/world.ts', "import { serve } from '../gateway/serve.ts';"],
    ['src/workers/matching.ts', "import { bots } from '../sim/bots.ts';"],
    ['src/sim/world.ts', "import { check } from '../../test/tape.ts';"],
    ['src/cli/main.ts', "import { run } from '../../bench/core.ts';"],
    ['src/cellar/wine.ts', ''],
    ['src/main.ts', ''],
  ])('should be refused: %s: %s', (path, text) => {
    expect(importFaults({ path, text })).toHaveLength(1);
  });

  test.each([
    ['src/core/book.ts', "import { assert } from '../base/assert.ts';"],
    ['src/core/book.ts', "import { depth } from './views.ts';"],
    ['src/wire/decode.ts', "import { C_HEAD } from '../core/command-slot.ts';"],
    ['src/feed/view.ts', "import { SIDE_BUY } from '../core/codes.ts';"],
    ['src/sim/world.ts', "import { logon } from '../session/logon.ts';"],
    ['src/cli/main.ts', "import { Command } from 'commander';"],
  ])('should be allowed: %s: %s', (path, text) => {
    expect(importFaults({ path, text })).toEqual([]);
  });
});

describe('clocks, chance and timers', () => {
  test('should not reach base, core and ring', () => {
    expect(HOUSE.flatMap(purityFaults)).toEqual([]);
  });

  test.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = performance.now();',
    'const chance = Math.random();',
    'setTimeout(() => {}, 1);',
    'setInterval(() => {}, 1);',
    'setImmediate(() => {});',
    'const home = process.env.HOME;',
    'const clock = globalThis.Date;',
    'const clock = { Date };',
    "const clock = core['a'][Date];",
  ])('should be refused: %s', (text) => {
    expect(purityFaults({ path: 'src/core/book.ts', text })).toHaveLength(1);
    expect(purityFaults({ path: 'src/cli/main.ts', text })).toEqual([]);
  });

  test('should be told from names that only look alike', () => {
    const text = 'const a = Math.imul(core.process, order.Date); const b = { process: 1 }; // Date';
    expect(purityFaults({ path: 'src/core/book.ts', text })).toEqual([]);
  });
});

describe('sizes', () => {
  const filler = (lines: number): string[] => new Array(lines).fill('  f();');

  test('should be kept by every file, line and function', () => {
    expect(CODE.flatMap(sizeFaults)).toEqual([]);
  });

  test('should allow 400 lines a file and no more', () => {
    expect(sizeFaults(source('a.ts', ...filler(400)))).toEqual([]);
    expect(sizeFaults(source('a.ts', ...filler(401)))).toEqual(['a.ts: 401 lines']);
  });

  test('should allow 100 columns and no more', () => {
    expect(sizeFaults(source('a.ts', `f('${'é'.repeat(95)}');`))).toEqual(['a.ts:1: 101 columns']);
    expect(sizeFaults(source('a.ts', `f('${'é'.repeat(94)}');`))).toEqual([]);
  });

  test.each([
    ['function f() {', '}'],
    ['const f = () => {', '};'],
    ['const f = async function () {', '};'],
    ['class A { m() {', '} }'],
    ["test('x', () => {", '});'],
  ])('should allow 60 lines to %s and no more', (open, close) => {
    expect(sizeFaults(source('a.ts', open, ...filler(58), close))).toEqual([]);
    const long = source('a.ts', '', open, ...filler(59), close);
    expect(sizeFaults(long)).toEqual(['a.ts:2: function of 61 lines']);
  });

  test('should not count a describe block as a function', () => {
    for (const open of ["describe('x', () => {", "describe.each([1])('y', () => {"]) {
      expect(sizeFaults(source('a.ts', open, ...filler(80), '});'))).toEqual([]);
    }
  });
});

describe('leftovers', () => {
  test('should not be in any file', () => {
    expect(CODE.flatMap(leftoverFaults)).toEqual([]);
  });

  test.each([
    `// TO${'DO'} later`,
    `f(); // FIX${'ME'}`,
    `/* X${'XX'} */`,
    '// const old = f(1);',
    '//   f();',
    '// if (a) {',
  ])('should be refused: %s', (text) => {
    expect(leftoverFaults({ path: 'a.ts', text })).toHaveLength(1);
  });

  test('should be told from prose', () => {
    const prose = source(
      'a.ts',
      '// the book is never crossed;',
      '// (see below)',
      '// a {b: 1} set',
    );
    expect(leftoverFaults(prose)).toEqual([]);
  });
});

describe('names', () => {
  test('should say something', () => {
    expect(PATHS.flatMap(nameFaults)).toEqual([]);
  });

  test.each([
    'src/core/order-manager.ts',
    'src/core/bookHelper.ts',
    'src/base/utils.ts',
    'src/core/data/book.ts',
    'test/info.ts',
    'src/ring/process.ts',
    'src/ring/batch_processor.ts',
  ])('should be refused: %s', (path) => {
    expect(nameFaults(path)).toHaveLength(1);
  });

  test('should be told from words that hold them', () => {
    expect(nameFaults('src/core/database-metadata.test.ts')).toEqual([]);
  });
});

describe('places', () => {
  test('should hold only what belongs at the top level', () => {
    expect(topLevelFaults(PATHS)).toEqual([]);
  });

  test('should be refused at the top level when unknown', () => {
    expect(topLevelFaults(['docs/a.md', 'src/a.ts', '.github/x', 'a.tmp', 'docs/b.md'])).toEqual([
      'docs',
      'a.tmp',
    ]);
  });

  test('should never name a machine or a workplace', () => {
    expect(TEXTS.flatMap(placeFaults)).toEqual([]);
  });

  test.each([
    'see /work/main',
    '`/home/me/x`',
    'in /root/a',
    '(/Users/me/a)',
    'C:\\Users',
    'built for issue 3',
    'the next issue adds it',
  ])('should be refused: %s', (text) => {
    expect(placeFaults({ path: 'README.md', text })).toHaveLength(1);
  });

  test('should be told from paths of the project', () => {
    const text = 'src/work/a.ts https://host.example/home/a ../shared/data ./root/ GitHub issues';
    expect(placeFaults({ path: 'README.md', text })).toEqual([]);
  });
});

test('should have erasable syntax only, checked by the compiler', () => {
  const { compilerOptions } = JSON.parse(readFileSync(new URL('tsconfig.json', ROOT), 'utf8'));
  expect(compilerOptions).toMatchObject({ erasableSyntaxOnly: true, strict: true });
});
