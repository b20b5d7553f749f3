// One owner of a data directory: an advisory lock (flock) on the file ringside.lock in it. The
// kernel gives the lock back when its owner ends, however it ends, so there is never a stale one.
// The file stays and says for messages who owns it: "PID HOST".
//
// Known limitations: no Windows. On a network file system the lock is as good as its server's
// flock.

import * as fs from 'node:fs';
import { constants, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import koffi from 'koffi';

export const LOCK_FILE = 'ringside.lock';

const LOCK_EX = 2;
const LOCK_NB = 4;
const FILE_MODE = 0o640;

export interface DirectoryLock {
  /** Gives the directory back. Does nothing the second time. */
  unlock(): void;
}

/** Another program, or another part of this one, owns the directory. */
export class DirectoryLocked extends Error {
  readonly code = 'directory_locked';
  readonly dir: string;
  /** Its owner; null when the owner has not said so yet. */
  readonly pid: number | null;

  constructor(dir: string, owner: string) {
    const [pid, host] = owner.trim().split(' ');
    const who = host === undefined ? 'another program' : `process ${pid} on ${host}`;
    super(`${dir} is owned by ${who}. Stop that first, or use another directory.`);
    this.name = 'DirectoryLocked';
    this.dir = dir;
    this.pid = host === undefined ? null : Number(pid);
  }
}

/**
 * Makes the directory if it is not there, and takes it for this program alone. Throws
 * DirectoryLocked, or the error of the system.
 */
export function lockDirectory(dir: string): DirectoryLock {
  makeDirectory(dir);
  const fd = fs.openSync(
    join(dir, LOCK_FILE),
    fs.constants.O_RDWR | fs.constants.O_CREAT,
    FILE_MODE,
  );
  try {
    const errno = tryFlock(fd);
    if (errno === constants.errno.EWOULDBLOCK) {
      throw new DirectoryLocked(dir, fs.readFileSync(fd, 'utf8'));
    }
    if (errno !== 0) throw new Error(`cannot lock ${join(dir, LOCK_FILE)}: flock: errno ${errno}`);
    fs.ftruncateSync(fd, 0);
    fs.writeSync(fd, `${process.pid} ${hostname()}\n`, 0);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  let isLocked = true;
  return {
    unlock() {
      if (!isLocked) return;
      isLocked = false;
      fs.ftruncateSync(fd, 0);
      fs.closeSync(fd);
    },
  };
}

/** Makes a directory and those above it, durably. */
function makeDirectory(dir: string): void {
  const topmost = fs.mkdirSync(dir, { recursive: true });
  if (topmost === undefined) return;
  const above = dirname(resolve(topmost));
  for (let made = resolve(dir); made !== above; made = dirname(made)) {
    const parent = fs.openSync(dirname(made), 'r');
    try {
      fs.fsyncSync(parent);
    } finally {
      fs.closeSync(parent);
    }
  }
}

/** 0 when the lock was got, else an errno. */
function tryFlock(fd: number): number {
  const flock = koffi.load(null).func('flock', 'int', ['int', 'int']);
  return flock(fd, LOCK_EX | LOCK_NB) === 0 ? 0 : koffi.errno();
}
