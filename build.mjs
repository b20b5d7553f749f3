// Bundles the programs and the client SDK into dist/. Constants are inlined across modules
// (minifySyntax), because V8 does not fold imported constants and the core's layout is made of them
// (src/README.md, "Speed").
//
// A program may run meanwhile: each file is put in place whole, and what is left over goes last.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const DIST = join(import.meta.dirname, 'dist');
// The first `npx ringside` in a checkout links it, and npm prepares again what is linked.
if (process.env.npm_command === 'exec' && existsSync(join(DIST, 'ringside.js'))) process.exit(0);

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
  write: false,
  logLevel: 'warning',
};

const program = {
  ...common,
  platform: 'node',
  target: 'node20',
  define: { RINGSIDE_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
};

const built = new Set();

/** Puts the files of one bundle in place. */
function put({ outputFiles }) {
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, contents);
    chmodSync(`${path}.new`, path === join(DIST, 'ringside.js') ? 0o755 : 0o644);
    renameSync(`${path}.new`, path);
    built.add(path);
  }
}

// Each command of the program in a file of its own, which is loaded when it is asked for.
const cli = { ...program, splitting: true, entryPoints: { ringside: 'src/cli/main.ts' } };

// Each thread and each bench is one file, so that its hot code calls nothing across files.
const whole = {
  ...program,
  entryPoints: {
    ...Object.fromEntries(
      THREADS.map((kind) => [`thread-${kind}`, `src/workers/${kind}-thread.ts`]),
    ),
    'bench/ring-worker': 'bench/ring-worker.ts',
    ...Object.fromEntries(BENCHES.map((name) => [`bench/${name}`, `bench/${name}.ts`])),
  },
};

// What `import … from 'ringside'` gives: runs in a browser too.
const sdk = {
  ...common,
  platform: 'neutral',
  target: 'es2022',
  entryPoints: { client: 'src/client/index.ts' },
};

for (const bundle of await Promise.all([cli, whole, sdk].map(build))) put(bundle);
for (const name of readdirSync(DIST, { recursive: true })) {
  if (/\.(js|map)$/.test(name) && !built.has(join(DIST, name))) rmSync(join(DIST, name));
}
const types = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'src/client/tsconfig.json'],
  { cwd: import.meta.dirname, stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;
