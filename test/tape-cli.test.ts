// `ringside tape` as users start it. `npm test` builds the program first.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LARGEST_LIMITS } from '../src/core/limits.ts';
import { runHere } from './cli-kit.ts';

const PROGRAM = new URL('../dist/ringside.js', import.meta.url).pathname;
const ORDERS_MAX = LARGEST_LIMITS.orders;
const INSTRUMENT = '{"cmd":"instrument","symbol":"TEST"}\n';
const BOOK = '{"cmd":"book","symbol":"TEST"}\n';
const EMPTY_BOOK = '{"evt":"book","symbol":"TEST","bids":[],"asks":[]}\n';

/** A buy order for 1 at the price `id`. */
function order(id: number): string {
  const terms = `"side":"buy","qty":1,"price":${id}`;
  return `{"cmd":"new","symbol":"TEST","account":"A","clOrdId":"${id}",${terms}}\n`;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringside-tape-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], nodeArgs: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, PROGRAM, 'tape', ...args], { cwd: folder });
}

interface Outcome {
  stdout: string;
  stderr: string;
  status: number | null;
}

async function finish(child: ChildProcess): Promise<Outcome> {
  const [stdout, stderr] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    child.exitCode === null ? once(child, 'exit') : undefined,
  ]);
  return { stdout, stderr, status: child.exitCode };
}

/** Runs the program over standard input, which ends after `input`. */
async function run(args: readonly string[], input = ''): Promise<Outcome> {
  const child = start(args);
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  return finish(child);
}

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return name;
}

test('should run a file and standard input alike', async () => {
  const tape = `# a comment\n${INSTRUMENT}\n${BOOK}`;
  const expected = { stdout: EMPTY_BOOK, stderr: '', status: 0 };
  expect(await run([await file('good.tape', tape)])).toEqual(expected);
  expect(await run(['-'], tape)).toEqual(expected);
  expect(await run(['-'], tape.trimEnd())).toEqual(expected);
  expect(await run(['-'])).toEqual({ stdout: '', stderr: '', status: 0 });
});

test('should stop at a malformed line with status 2, file and line', async () => {
  const tape = `${INSTRUMENT}${BOOK}{"cmd":"new"}\n${BOOK}`;
  const named = await run([await file('bad.tape', tape)]);
  expect(named).toMatchObject({ stdout: EMPTY_BOOK, status: 2 });
  expect(named.stderr).toMatch(/(^|: )bad\.tape:3: new needs symbol\n$/);
  const piped = await run(['-'], tape);
  expect(piped).toMatchObject({ stdout: EMPTY_BOOK, status: 2 });
  expect(piped.stderr).toMatch(/(^|: )-:3: new needs symbol\n$/);
});

test.each<[string[], RegExp | string]>([
  [['nowhere.tape'], /nowhere\.tape: there is no such file\n/],
  [['.'], /\.: is a directory\n/],
  [[], /missing required argument 'file'/],
  [['-', '-'], /too many arguments/],
  [['-', '--depth', '1'], /unknown option '--depth'/],
  [['-', '--limit'], /argument missing/],
  [['-', '--limit', 'orders'], /NAME=NUMBER, NAME one of orders, accounts, instruments, pages/],
  [['-', '--limit', 'books=1'], /NAME one of/],
  [['-', '--limit', 'orders=0'], `orders must be in 1 … ${ORDERS_MAX}.`],
  [['-', '--limit', `orders=${ORDERS_MAX + 1}`], `orders must be in 1 … ${ORDERS_MAX}.`],
  [['-', '--limit', 'orders=-1'], /NAME=NUMBER/],
  [['-', '--limit', 'orders=1.5'], /NAME=NUMBER/],
  [['-', '--limit', 'orders=1e3'], /NAME=NUMBER/],
  [['-', '--limit', '__proto__=1'], /NAME one of/],
])('should refuse %j with status 2', async (args, message) => {
  const { stdout, stderr, status } = await runHere(['tape', ...args]);
  expect(stderr).toMatch(message);
  expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
});

test('should show its usage with an example that runs', async () => {
  const { stdout, status } = await run(['--help']);
  expect(status).toBe(0);
  const example = [...stdout.matchAll(/^ {2}(\{"cmd".*\})$/gm)].map((match) => `${match[1]}\n`);
  expect(example.length).toBeGreaterThan(2);
  const { stdout: events, status: exampleStatus } = await run(['-'], example.join(''));
  expect(exampleStatus).toBe(0);
  expect(events).toContain('"evt":"trade"');
});

test('should lay the core out for the limits that it is given', async () => {
  const tape = INSTRUMENT + order(1) + order(64);
  const reasons = async (...args: string[]): Promise<(string | undefined)[]> => {
    const { stdout } = await run(['-', ...args], tape);
    const lines = stdout.trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line).reason);
  };
  expect(await reasons()).toEqual([undefined, undefined]);
  expect(await reasons('--limit', 'orders=1')).toEqual([undefined, 'capacity']);
  expect(await reasons('--limit', 'pages=1', '--limit=orders=9')).toEqual([undefined, 'capacity']);
  expect(await reasons('--limit', 'pages=1', '--limit', 'pages=2')).toEqual([undefined, undefined]);
  const full = await run(
    ['--limit', 'instruments=1', '-'],
    `${tape}${INSTRUMENT.replace('TEST', 'B')}`,
  );
  expect(full.status).toBe(2);
  expect(full.stderr).toContain('-:4: no room for "B": the limit is 1 instruments');
});

describe('streaming', () => {
  test('should print the events of a line before the next one has come', async () => {
    const child = start(['-']);
    const outcome = finish(child);
    for (let i = 0; i < 3; i++) {
      const printed = once(child.stdout!, 'data');
      child.stdin!.write(i === 0 ? INSTRUMENT + BOOK : BOOK);
      expect(String(await printed)).toBe(EMPTY_BOOK);
    }
    child.stdin!.end();
    expect(await outcome).toMatchObject({ stderr: '', status: 0 });
  });

  test('should stop at a malformed line though the input goes on', async () => {
    const child = start(['-']);
    child.stdin!.write(`${INSTRUMENT}${BOOK}x\n`);
    expect(await finish(child)).toMatchObject({ stdout: EMPTY_BOOK, status: 2 });
  });

  test('should end quietly when its reader does', async () => {
    const child = start(['-']);
    const outcome = once(child, 'exit');
    const complaint = text(child.stderr!);
    child.stdin!.on('error', () => {});
    child.stdin!.write(INSTRUMENT + BOOK.repeat(10_000));
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    child.stdin!.end(BOOK.repeat(100_000));
    expect(await outcome).toEqual([0, null]);
    expect(await complaint).toBe('');
  });

  test('should run a file much larger than its memory', async () => {
    const path = join(folder, 'long.tape');
    // Many short lines to a block, so that a line is cut out of a block with much else in it.
    const comments = `# ${'x'.repeat(9_997)}\n`.repeat(100);
    await writeFile(path, INSTRUMENT);
    for (let i = 0; i < 100; i++) {
      // A long id is remembered; the block that it came in must not be.
      const id = `an id that is long ${i}`;
      const terms = `"account":"A","clOrdId":"${id}","side":"buy","qty":1,"price":1`;
      await appendFile(path, `${comments}{"cmd":"new","symbol":"TEST",${terms}}\n`);
    }
    await appendFile(path, BOOK);
    const { stdout, stderr, status } = await finish(
      start(['long.tape'], ['--max-old-space-size=48']),
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.trimEnd().split('\n')).toHaveLength(101);
    expect(stdout).toContain('"bids":[[1,100,100]]');
  });

  test('should wait for a slow reader instead of holding what it has printed', async () => {
    const levels = 2000;
    const orders = Array.from({ length: levels }, (_, i) => order(i + 1));
    const books = 4000;
    // About 90 MB of events from one block of 250 kB, which all fits the pipe.
    const path = await file('books.tape', INSTRUMENT + orders.join('') + BOOK.repeat(books));
    const child = start([path], ['--max-old-space-size=48']);
    const complaint = text(child.stderr!);
    const exit = once(child, 'exit');
    let lines = 0;
    for await (const block of child.stdout!) {
      for (const byte of block as Buffer) if (byte === 0x0a) lines++;
    }
    expect(await exit).toEqual([0, null]);
    expect(await complaint).toBe('');
    expect(lines).toBe(levels + books);
  });
});
