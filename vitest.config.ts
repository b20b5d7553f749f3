import { configDefaults, defineConfig } from 'vitest/config';

/** Files that put another module in an import's place: their imports are theirs alone. */
const APART = ['test/feed-limits.test.ts'];

const common = { pool: 'forks', testTimeout: 120_000, hookTimeout: 120_000 } as const;
/** What the bundler puts in (build.mjs). */
const define = { RINGSIDE_VERSION: JSON.stringify('0.0.0') };

export default defineConfig({
  test: {
    // By default one core is left free: half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        define,
        // Loading every module anew for each file would take longer than most of them run.
        test: {
          ...common,
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...APART],
          isolate: false,
        },
      },
      { define, test: { ...common, name: 'apart', include: APART } },
    ],
  },
});
