// Bundles the program into dist/. Constants are inlined across modules (minifySyntax), because V8
// does not fold imported constants and the core's layout is made of them (src/README.md, "Speed").
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    ringside: 'src/cli/main.ts',
    'bench/main': 'bench/main.ts',
    'bench/core': 'bench/core.ts',
    'bench/ratio': 'bench/ratio.ts',
    'bench/garbage': 'bench/garbage.ts',
    'bench/oracle': 'bench/oracle.ts',
  },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  minifySyntax: true,
  sourcemap: true,
  define: { RINGSIDE_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(new URL('dist/ringside.js', import.meta.url), 0o755);
