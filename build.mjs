// Bundles the programs and the client SDK into dist/. Constants are inlined across modules
// (minifySyntax), because V8 does not fold imported constants and the core's layout is made of them;
// what holds hot code is then hardened (harden below; src/README.md, "Speed").
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
import remapping from '@jridgewell/remapping';
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { build } from 'esbuild';
import MagicString from 'magic-string';

const DIST = join(import.meta.dirname, 'dist');
// The first `npx ringside` in a checkout links it, and npm prepares again what is linked.
if (process.env.npm_command === 'exec' && existsSync(join(DIST, 'ringside.js'))) process.exit(0);

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const THREADS = ['matching', 'journal', 'io', 'publisher', 'storage'];
const BENCHES = [
  'main',
  'all',
  'table',
  'core',
  'resting',
  'peers',
  'pipeline',
  'pipeline-counter',
  'peer-order-book',
  'garbage',
  'oracle',
  'ring',
  'journal',
  'recovery',
  'micro/main',
  'feed',
  'wire',
  'wire-echo',
  'latency',
  'latency-sender',
  'wire-service',
  'hostile',
  'mutants',
  'hard',
  'swing',
  'torture',
  'ops-cost',
  'world',
];

const CHECKS = ['kubernetes', 'observability', 'image'];

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
    'verify-worker': 'src/cli/journal-verify-worker.ts',
    'bench/ring-worker': 'bench/ring-worker.ts',
    'bench/world-worker': 'bench/world-worker.ts',
    ...Object.fromEntries(BENCHES.map((name) => [`bench/${name}`, `bench/${name}.ts`])),
  },
};

// What proves the manifests under k8s/.
const checks = {
  ...program,
  entryPoints: Object.fromEntries(CHECKS.map((name) => [`check/${name}`, `k8s/check/${name}.ts`])),
};

// What `import … from 'ringside'` gives: runs in a browser too.
const sdk = {
  ...common,
  platform: 'neutral',
  target: 'es2022',
  entryPoints: { client: 'src/client/index.ts' },
};

const [commands, threads, scripts, client] = await Promise.all(
  [cli, whole, checks, sdk].map(build),
);
for (const file of threads.outputFiles.filter(({ path }) => path.endsWith('.js'))) {
  harden(
    file,
    threads.outputFiles.find(({ path }) => path === `${file.path}.map`),
  );
}
for (const bundle of [commands, threads, scripts, client]) put(bundle);
for (const name of readdirSync(DIST, { recursive: true })) {
  if (/\.(js|map)$/.test(name) && !built.has(join(DIST, name))) rmSync(join(DIST, name));
}
const types = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'src/client/tsconfig.json'],
  { cwd: import.meta.dirname, stdio: 'inherit' },
);
process.exitCode = types.status ?? 1;

/**
 * Says three things in a bundle that its sources mean and V8 cannot know, so that compiled code need
 * not check them again and again:
 *  - a top-level function is never assigned to (`function f` becomes `const f = function f`): a call
 *    that was inlined compares no function first;
 *  - an index that is a sum is an int32 (`a[b + 1]` becomes `a[(b + 1) | 0]`): no overflow check, and
 *    half the instructions of an access. Every index here is a word address or smaller;
 *  - an assertion calls only when it fails (`assert(x, why)` becomes `x || assert(false, why)`): what
 *    it asks stays a branch. As an argument it is made a value, kept for a stack trace.
 */
function harden(file, mapFile) {
  const source = file.text;
  const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  const text = new MagicString(source);
  const [first] = program.body;
  for (const node of program.body) {
    if (node.type !== 'FunctionDeclaration') continue;
    // Before all that may call it while the program loads.
    if (node !== first) text.move(node.start, node.end, first.start);
    text.prependRight(node.start, `\nconst ${node.id.name} = `);
    text.appendLeft(node.end, ';');
  }
  full(program, (node) => {
    if (node.type === 'CallExpression' && /^assert\d*$/.test(node.callee.name)) {
      const [asked] = node.arguments;
      text.move(asked.start, asked.end, node.start);
      text.prependRight(asked.start, '((');
      text.appendLeft(asked.end, ') || ');
      text.prependRight(asked.end, 'false');
      text.appendLeft(node.end, ')');
      return;
    }
    if (node.type !== 'MemberExpression' || !node.computed) return;
    const { property } = node;
    if (property.type !== 'BinaryExpression' || !'+-'.includes(property.operator)) return;
    text.appendLeft(property.start, '(');
    text.appendRight(property.end, ') | 0');
  });
  const map = text.generateMap({ hires: true, source: file.path });
  const bundled = JSON.parse(mapFile.text);
  const joined = remapping(map.toString(), (_file, { depth }) => (depth === 1 ? bundled : null));
  file.contents = Buffer.from(text.toString());
  mapFile.contents = Buffer.from(joined.toString());
}
