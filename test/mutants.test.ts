// The tool that plants bugs in the core (npm run mutants): what it plants, and that a run tells
// caught ones from survivors. The figures of a whole run are in test/mutants.md.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API } from 'typescript/unstable/sync';
import { describe, expect, test } from 'vitest';
import { mutationsOf, type Places, zerosOf } from '../bench/mutate-places.ts';
import { findPlaces, sample } from '../bench/mutate-sample.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is planted in each of some sources. */
function planted(texts: readonly string[]): Places[] {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-places-'));
  const api = new API({ cwd: folder });
  try {
    texts.forEach((text, i) => {
      writeFileSync(join(folder, `${i}.ts`), text);
    });
    const project = join(folder, 'tsconfig.json');
    writeFileSync(project, '{}');
    const { program } = api.updateSnapshot({ openProject: project }).getProject(project)!;
    return texts.map((_, i) => {
      const source = program.getSourceFile(join(folder, `${i}.ts`))!;
      return mutationsOf(source, `${i}.ts`, new Set(zerosOf(source)));
    });
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}

function shown({ mutations }: Places): string[] {
  return mutations.map((mutation) => `${mutation.kind}: ${mutation.shown}`).sort();
}

const STATEMENTS: readonly (readonly [string, ...string[]])[] = [
  ['return a < b;', 'comparison: return a [< → <=] b;', 'comparison: return a [< → >=] b;'],
  ['return a === b;', 'comparison: return a [=== → !==] b;'],
  [
    'if (a >= b) f();',
    'condition: if ([a >= b → !(a >= b)]) f();',
    'removal: if (a >= b) [f(); → ;]',
    'comparison: if (a [>= → >] b) f();',
  ],
  [
    'if (a === b) return;',
    'condition: if ([a === b → !(a === b)]) return;',
    'removal: if (a === b) [return; → ;]',
  ],
  ['return !a || b;', 'logic: return !a [|| → &&] b;', 'logic: return [!a → a] || b;'],
  ['return (a + b) | 0;', 'arithmetic: return (a [+ → -] b) | 0;'],
  ['a -= b >>> 0;', 'removal: [a -= b >>> 0; → ;]', 'arithmetic: a [-= → +=] b >>> 0;'],
  ['return a[b + 7];', 'arithmetic: return a[b [+ → -] 7];', 'constant: return a[b + [7 → 8]];'],
  ['return 1_000n;', 'constant: return [1_000n → 1001n];'],
  ['a = true;', 'removal: [a = true; → ;]', 'constant: a = [true → false];'],
  ['return Math.min(a, b);', 'min/max: return [Math.min → Math.max](a, b);'],
  ['return a ? b : c;', 'condition: return [a → !(a)] ? b : c;'],
  ['a++;', 'removal: [a++; → ;]', 'arithmetic: [a++ → a--];'],
  ['for (;;) break;', 'removal: for (;;) [break; → ;]'],
  ["assert(a !== b, 'c');", "condition: assert([a !== b → !(a !== b)], 'c');"],
  [
    "assert(a <= 7, 'c');",
    "condition: assert([a <= 7 → !(a <= 7)], 'c');",
    "comparison: assert(a [<= → <] 7, 'c');",
  ],
];

describe('what is planted', () => {
  const places = planted(STATEMENTS.map(([body]) => `function f() {\n  ${body}\n}`));

  test.each(STATEMENTS.map((row, i) => [i, ...row] as const))('%i: %s', (i, _, ...expected) => {
    expect(shown(places[i]!)).toEqual(expected.sort());
  });

  test('not: types, names, looser assertions, a constant that is 0', () => {
    const [places] = planted([
      [
        "import { b } from './b.ts';",
        'interface C { size: 3 }',
        'const d: 5 | 6 = b;',
        'export const FIRST = 0;',
        'f(d + FIRST, "7", d | 0);',
        "assert(d < 3, 'e');",
      ].join('\n'),
    ]);
    expect(shown(places!)).toEqual([
      "condition: assert([d < 3 → !(d < 3)], 'e');",
      'constant: export const FIRST = [0 → 1];',
      'removal: [f(d + FIRST, "7", d | 0); → ;]',
    ]);
    expect(places!.looser).toBe(2);
  });

  test('should be a change of what is shown, and of nothing else', () => {
    const text = 'const é = 1; if (é < 2) f();';
    const [{ mutations }] = planted([text]) as [Places];
    expect(
      mutations.map(({ from, to, text: is }) => text.slice(0, from) + is + text.slice(to)),
    ).toEqual(
      expect.arrayContaining([
        'const é = 2; if (é < 2) f();',
        'const é = 1; if (é <= 2) f();',
        'const é = 1; if (!(é < 2)) f();',
        'const é = 1; if (é < 2) ;',
      ]),
    );
  });
});

describe('a sample', () => {
  const places = findPlaces(ROOT, '');
  const text = (count: number, seed: number) => JSON.stringify(sample(places, count, seed));

  test('should be of all files of the core that do something', () => {
    const files = readdirSync(join(ROOT, 'src/core')).filter((name) => /\.ts$/.test(name));
    const tried = new Set(sample(places, 1, 1).map(({ file }) => file));
    expect([...tried].sort()).toEqual(
      files.map((name) => `src/core/${name}`).filter((file) => file !== 'src/core/core.ts'),
    );
    const mutants = sample(places, 400, 1);
    expect(Math.abs(mutants.length - 400)).toBeLessThan(files.length);
    expect(new Set(mutants).size).toBe(mutants.length);
  });

  test('should be the same for the same seed, and another for another', () => {
    expect(text(50, 7)).toBe(text(50, 7));
    expect(text(50, 7)).not.toBe(text(50, 8));
  });
});

describe('npm run mutants', () => {
  const mutants = (...args: string[]) =>
    spawnSync(process.execPath, ['dist/bench/mutants.js', ...args], { encoding: 'utf8' });

  test('should tell what a suite catches and what it does not', () => {
    const { status, stdout, stderr } = mutants(
      ...['--tests', 'core-layout', '--file', 'memory-', '--count', '8', '--json'],
    );
    const told = JSON.parse(stdout);
    expect(told.mutants).toBe(8);
    expect(told.caught + told.survived).toBe(8);
    expect(told.caught).toBeGreaterThan(2);
    expect(told.survivors).toHaveLength(told.survived);
    expect(stderr.match(/caught by /g)).toHaveLength(told.caught);
    expect(status).toBe(told.caughtPercent >= 95 ? 0 : 1);
  });

  test.each([
    [['--count', '0'], '--count must be a whole number from 1 on, not "0"'],
    [['--file', 'nowhere'], 'no file of src/core is like nowhere'],
  ])('should exit with 2 for %j', (args, complaint) => {
    const { status, stdout, stderr } = mutants(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(complaint);
  });
});
