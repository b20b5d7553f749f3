// The fast suite that mutants are tried against: a short comparison with the oracle, all tests of
// the rules and of the core, and the examples of the rulebook, bundled with the core into a script
// that runs in a process of its own. A mutant costs a rebuild of the bundle and the time to the
// first test that fails.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildContext, context, type Plugin } from 'esbuild';
import type { Mutation } from './mutate-places.ts';

const SUITE = /^(rules-.*|core-.*|rulebook-doc)\.test\.ts$/;
const ORACLE = 'bench/mutate-oracle.ts';
const NODE_OPTIONS = ['--max-old-space-size=1024', '--input-type=module', '-'];

export interface Verdict {
  /** Undefined: no test failed. */
  readonly caughtBy: string | undefined;
  readonly ms: number;
}

/** The suite as one script, with or without a mutation. */
export type Bundle = Uint8Array;

export class MutationSuite {
  private readonly root: string;
  private readonly build: BuildContext;
  private mutation: Mutation | undefined;
  private latest: Promise<unknown> = Promise.resolve();

  private constructor(root: string, build: BuildContext) {
    this.root = root;
    this.build = build;
  }

  /** `root` is the project's; of the test files of the suite, those that match `tests` are in. */
  static async create(root: string, tests: RegExp): Promise<MutationSuite> {
    let suite: MutationSuite | undefined;
    const files = readdirSync(join(root, 'test')).filter((name) => SUITE.test(name));
    const paths = [ORACLE, ...files.map((name) => `test/${name}`)].filter((path) =>
      tests.test(path),
    );
    if (paths.length === 0) throw new RangeError(`no test file of the suite matches ${tests}`);
    const build = await context({
      stdin: { contents: entryOf(paths), resolveDir: root, loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      minifySyntax: true,
      write: false,
      // Packages that are CommonJS inside want it.
      banner: {
        js: "import { createRequire } from 'node:module';const require=createRequire('/');",
      },
      logLevel: 'silent',
      plugins: [sourcesOf(root, (path) => suite!.textOf(path))],
    });
    suite = new MutationSuite(root, build);
    return suite;
  }

  /** Bundles the suite with a mutated core. */
  bundle(mutation: Mutation | undefined): Promise<Bundle> {
    const bundle = this.latest.then(() => this.rebuild(mutation));
    this.latest = bundle.catch(() => undefined);
    return bundle;
  }

  /** Runs a bundle. */
  run(bundle: Bundle): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const child = spawn(process.execPath, NODE_OPTIONS);
      let [output, errors] = ['', ''];
      child.stdout.on('data', (text) => {
        output += text;
      });
      child.stderr.on('data', (text) => {
        errors += text;
      });
      child.on('error', reject);
      // It may end before it has read all.
      child.stdin.on('error', () => {});
      child.stdin.end(bundle);
      child.on('close', (status, signal) => {
        const caughtBy = status === 0 ? undefined : output || errorIn(errors);
        // The suite's own watcher would have said so.
        if (caughtBy === '') reject(new Error(`somebody ended the suite: ${signal}`));
        else resolve({ caughtBy, ms: performance.now() - start });
      });
    });
  }

  async close(): Promise<void> {
    await this.build.dispose();
  }

  private async rebuild(mutation: Mutation | undefined): Promise<Bundle> {
    this.mutation = mutation;
    const { outputFiles } = await this.build.rebuild();
    return outputFiles![0]!.contents;
  }

  private textOf(path: string): string {
    const text = readFileSync(path, 'utf8');
    const { mutation } = this;
    if (mutation === undefined || path !== join(this.root, mutation.file)) return text;
    return text.slice(0, mutation.from) + mutation.text + text.slice(mutation.to);
  }
}

function entryOf(paths: readonly string[]): string {
  return `
    import { progress } from './bench/mutate-watch.ts';
    import { firstFailure } from 'vitest';
    for (const load of [${paths.map((path) => `() => import('./${path}')`).join(', ')}]) {
      const failure = await firstFailure(load, progress);
      if (failure === undefined) continue;
      process.stdout.write(failure);
      process.exit(1);
    }
    process.exit(0);`;
}

/** Sources as `read` gives them; tests find `vitest` beside here, and themselves where they are. */
function sourcesOf(root: string, read: (path: string) => string): Plugin {
  return {
    name: 'sources',
    setup(build) {
      build.onResolve({ filter: /^vitest$/ }, () => ({
        path: join(root, 'bench/mutate-vitest.ts'),
      }));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const url = JSON.stringify(pathToFileURL(path).href);
        return { contents: read(path).replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

/** The message of what a process died of. */
function errorIn(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ?? text.slice(0, 200)
  );
}
