// What the rule tests import as `vitest` when they run against a mutant: the same words, in this
// process, one test after the other, until one fails. Starting the real runner would take longer
// than all the tests. `expect` is the real one.

import { format } from 'node:util';
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

type Body = (...args: never[]) => unknown;

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = chai.expect;

const NAME_LENGTH_MAX = 100;
const REASON_LENGTH_MAX = 200;

const tests: { readonly name: string; run(): unknown }[] = [];
const suites: string[] = [];
const befores: (() => unknown)[] = [];

/** Notes a test. */
function declareTest(name: string, run: () => unknown): void {
  const whole = [...suites, name].join(' > ').replaceAll(/\s+/g, ' ');
  tests.push({ name: whole.slice(0, NAME_LENGTH_MAX), run });
}

/** Notes the tests of a suite. */
function declareSuite(name: string, body: () => unknown): void {
  suites.push(name);
  body();
  suites.pop();
}

/** `declare` for every row of a table, whose columns are the arguments. */
function each(declare: typeof declareTest) {
  return (rows: readonly unknown[]) => (name: string, body: Body) => {
    for (const row of rows) {
      const columns = (Array.isArray(row) ? row : [row]) as never[];
      declare(format(name, ...columns), () => body(...columns));
    }
  };
}

export const test = Object.assign(declareTest, { each: each(declareTest) });
export const it = test;
export const describe = Object.assign(declareSuite, { each: each(declareSuite) });

export function beforeEach(body: () => unknown): void {
  befores.push(body);
}

/**
 * Loads a test file and runs its tests, telling of each when it is done; the answer names the first
 * that fails, and why.
 */
export async function firstFailure(
  load: () => Promise<unknown>,
  done: () => void,
): Promise<string | undefined> {
  tests.length = 0;
  befores.length = 0;
  let current = 'loading a test file';
  try {
    await load();
    for (const { name, run } of tests) {
      current = name;
      for (const before of befores) await before();
      await run();
      done();
    }
  } catch (error) {
    return `${current}: ${String(error).replaceAll(/\s+/g, ' ').slice(0, REASON_LENGTH_MAX)}`;
  }
  return undefined;
}
