import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryLocked, LOCK_FILE, lockDirectory } from '../src/journal/directory-lock.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let dir = '';
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringside-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** Another program that locks `dir`, says so and stays. */
async function spawnOwner(): Promise<ChildProcess> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { lockDirectory } from './src/journal/directory-lock.ts';
        lockDirectory(process.argv[1]);
        process.stdout.write('locked');
        setTimeout(() => {}, 30_000);`,
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const script = outputFiles[0]!.text;
  const args = ['--input-type=module', '-e', script, dir];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = await once(child.stdout!, 'data');
  expect(String(said)).toBe('locked');
  return child;
}

function refusal(): DirectoryLocked {
  try {
    lockDirectory(dir).unlock();
  } catch (error) {
    if (error instanceof DirectoryLocked) return error;
    throw error;
  }
  return expect.unreachable('the directory was free');
}

describe('the lock of a directory', () => {
  test('should be refused to a second owner, who learns of the first', async () => {
    const owner = await spawnOwner();
    const error = refusal();
    expect(error).toMatchObject({ code: 'directory_locked', dir, pid: owner.pid });
    expect(error.message).toContain(`${dir} is owned by process ${owner.pid} on ${hostname()}.`);
  }, 20_000);

  test('should be free as soon as its owner was killed', async () => {
    const owner = await spawnOwner();
    expect(refusal().pid).toBe(owner.pid);
    const ended = once(owner, 'exit');
    owner.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const lock = lockDirectory(dir);
    expect(readFileSync(join(dir, LOCK_FILE), 'utf8')).toBe(`${process.pid} ${hostname()}\n`);
    lock.unlock();
  }, 20_000);

  test('should keep out the same program too, until it is given back', () => {
    const lock = lockDirectory(dir);
    expect(refusal().pid).toBe(process.pid);
    lock.unlock();
    lock.unlock();
    expect(readFileSync(join(dir, LOCK_FILE), 'utf8')).toBe('');
    const again = lockDirectory(dir);
    lock.unlock();
    expect(refusal().pid).toBe(process.pid);
    again.unlock();
  });

  test('should be of one directory only, and make it where it is not there', () => {
    const deep = join(dir, 'a', 'b');
    const other = lockDirectory(deep);
    const lock = lockDirectory(dir);
    expect(existsSync(join(deep, LOCK_FILE))).toBe(true);
    lock.unlock();
    other.unlock();
  });

  test('should not be taken for another trouble', () => {
    expect(() => lockDirectory('/dev/null/a')).toThrow('ENOTDIR');
    expect(new DirectoryLocked(dir, '')).toMatchObject({ pid: null });
    expect(new DirectoryLocked(dir, '').message).toContain('is owned by another program.');
  });
});
