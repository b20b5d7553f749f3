// Bundles the programs and the client SDK into dist/. Constants are inlined across modules
// (minifySyntax), because V8 does not fold imported constants and the core's layout is made of them
// (src/README.md, "Speed").
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const BENCHES = [
  'main',
  'core',
  'ratio',
  'garbage',
  'oracle',
  'ring',
  'journal',
  'recovery',
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

await build({
  ...common,
  platform: 'node',
  target: 'node20',
  entryPoints: {
    ringside: 'src/cli/main.ts',
    thread: 'src/workers/thread.ts',
    'verify-worker': 'src/cli/journal-verify-worker.ts',
    'bench/ring-worker': 'bench/ring-worker.ts',
    ...Object.fromEntries(BENCHES.map((name) => [`bench/${name}`, `bench/${name}.ts`])),
  },
  define: { RINGSIDE_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(new URL('dist/ringside.js', import.meta.url), 0o755);

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
