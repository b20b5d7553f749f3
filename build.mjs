// Bundles the programs and the client SDK into dist/. Constants are inlined across modules
// (minifySyntax), because V8 does not fold imported constants and the core's layout is made of them
// (src/README.md, "Speed").
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const THREADS = ['matching', 'journal', 'io', 'publisher'];
const BENCHES = [
  'main',
  'core',
  'ratio',
  'garbage',
  'oracle',
  'ring',
  'journal',
  'codec',
  'feed',
  'wire',
  'hostile',
];

const common = {
  absWorkingDir: import.meta.dirname,
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  packages: 'external',
  minifySyntax: true,
  sourcemap: true,
  logLevel: 'warning',
};

const program = {
  ...common,
  platform: 'node',
  target: 'node20',
  define: { RINGSIDE_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
};

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });

// Each command of the program in a file of its own, which is loaded when it is asked for.
await build({ ...program, splitting: true, entryPoints: { ringside: 'src/cli/main.ts' } });
chmodSync(new URL('dist/ringside.js', import.meta.url), 0o755);

// Each thread and each bench is one file, so that its hot code calls nothing across files.
await build({
  ...program,
  entryPoints: {
    ...Object.fromEntries(
      THREADS.map((kind) => [`thread-${kind}`, `src/workers/${kind}-thread.ts`]),
    ),
    'bench/ring-worker': 'bench/ring-worker.ts',
    ...Object.fromEntries(BENCHES.map((name) => [`bench/${name}`, `bench/${name}.ts`])),
  },
});

// What `import … from 'ringside'` gives: runs in a browser too.
await build({
  ...common,
  platform: 'neutral',
  target: 'es2022',
  entryPoints: { client: 'src/client/index.ts' },
});
const types = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'src/client/tsconfig.json'],
  { cwd: import.meta.dirname, stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;
