// schemas/sdk.md is true: its examples run as programs of their own, over real sockets, and print
// what it says; its tables of limits and errors are the code's. And the SDK goes into a browser.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as limits from '../src/client/client-limits.ts';
import { Exchange } from './client-exchange.ts';

const PAGE = await readFile(new URL('../schemas/sdk.md', import.meta.url), 'utf8');
const SDK = fileURLToPath(new URL('../src/client/index.ts', import.meta.url));
const PROGRAM_MS_MAX = 60_000;

/** The programs of a page, each with the output that stands under it. */
function examples(page: string): { program: string; output: string }[] {
  const blocks = [...page.matchAll(/^```(ts|text)\n(.*?)^```$/gms)];
  const found: { program: string; output: string }[] = [];
  for (let i = 0; i < blocks.length; i += 2) {
    const [program, output] = blocks.slice(i, i + 2);
    if (program?.[1] !== 'ts' || output?.[1] !== 'text') throw new Error('blocks come in pairs');
    found.push({ program: program[2]!, output: output[2]! });
  }
  return found;
}

/** What a program prints that finds the exchange where the page says that it is. */
async function run(program: string, exchange: Exchange): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sdk-'));
  const outfile = join(folder, 'program.mjs');
  try {
    await build({
      stdin: {
        contents: program.replaceAll(/ws:\/\/127\.0\.0\.1:740[01]/g, exchange.url),
        loader: 'ts',
        resolveDir: fileURLToPath(new URL('..', import.meta.url)),
      },
      alias: { ringside: SDK },
      external: ['ws'],
      plugins: [{ name: 'ws', setup: (b) => b.onResolve({ filter: /^ws$/ }, wsPath) }],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
    });
    const options = { cwd: folder, timeout: PROGRAM_MS_MAX };
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], options);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The package lies beside the project, not beside the program. */
function wsPath() {
  const main = createRequire(import.meta.url).resolve('ws');
  return { path: main.replace(/index\.js$/, 'wrapper.mjs'), external: true };
}

describe('the examples of schemas/sdk.md should print what it says:', () => {
  const all = examples(PAGE).map((example, i) => ({ ...example, name: `example ${i + 1}` }));

  test.each(all)('$name', async ({ program, output }) => {
    const exchange = await Exchange.start();
    try {
      expect(await run(program, exchange)).toBe(output);
      expect(exchange.sockets.size).toBe(0);
    } finally {
      await exchange.stop();
    }
  });

  test('and be found out when they do not', () => {
    expect(all).toHaveLength(5);
    expect(() => examples('```ts\n```\n```ts\n```\n')).toThrow('in pairs');
    expect(() => examples('```ts\n```\n')).toThrow('in pairs');
  });
});

test('schemas/sdk.md should list every limit with its value', () => {
  const rows = [...PAGE.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \|/gm)];
  const listed = rows.map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))]);
  expect(Object.fromEntries(listed)).toEqual({ ...limits });
});

test('schemas/sdk.md should name every code of the client itself', async () => {
  const source = await readFile(new URL('../src/client/client-error.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code!);
  const ofServer = codes.slice(codes.indexOf('bad_frame'));
  expect(codes.length - ofServer.length).toBeGreaterThan(8);
  expect(codes.filter((code) => !PAGE.includes(`\`${code}\``) && !ofServer.includes(code))).toEqual(
    [],
  );
});

test('the SDK should go into a browser: nothing of Node.js in it', async () => {
  const options = { bundle: true, write: false, platform: 'browser', logLevel: 'silent' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [SDK], minify: true });
  expect(outputFiles[0]!.contents.length).toBeLessThan(150_000);
  const bad = build({ ...options, stdin: { contents: "import 'node:fs'" } });
  await expect(bad).rejects.toThrow('node:fs');
});
