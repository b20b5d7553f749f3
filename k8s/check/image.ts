// npm run image:check [-- --work DIR]: builds the Dockerfile where no registry of images is at hand
// and runs what comes of it. Wants root; installs debootstrap and buildah from Debian's packages
// where they are not there. --work names a directory that keeps the base for the next time.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { MarketFeed, OrderEntry } from '../../src/client/index.ts';
import { expectCommands, run } from './commands.ts';
import { type ImageConfig, makeBase, startContainer } from './rootfs.ts';
import { projectFile } from './server.ts';
import { finish, step } from './steps.ts';

const { values } = parseArgs({ options: { work: { type: 'string' } } });
const work = values.work ?? mkdtempSync(join(tmpdir(), 'ringside-image-'));
mkdirSync(work, { recursive: true });

const BASE = 'localhost/ringside-base';
const IMAGE = 'localhost/ringside';
const MEGABYTES_MAX = 120;
const BUILD_MS_MAX = 1_200_000;
const START_MS_MAX = 60_000;

const store = ['--root', join(work, 'images'), '--runroot', join(work, 'run')];

function buildah(...args: string[]): string {
  const options = [...store, '--storage-driver', 'vfs'];
  return run('buildah', [...options, ...args], { timeoutMs: BUILD_MS_MAX }).trim();
}

/** Unpacks an image; gives the container's name and its root. */
function unpacked(image: string): { name: string; root: string } {
  const name = buildah('from', '--pull-never', image);
  return { name, root: buildah('mount', name) };
}

function megabytes(root: string): number {
  return Number(run('du', ['-sxk', root]).split('\t')[0]) / 1_024;
}

interface Running {
  readonly process: ChildProcess;
  readonly ordersUrl: string;
  readonly feedUrl: string;
  readonly opsUrl: string;
}

/** The container's own command, on free ports of loopback. */
async function start(root: string, image: ImageConfig, volume: string): Promise<Running> {
  const ports = ['--orders-port', '0', '--feed-port', '0', '--ops-port', '0'];
  const loopback = ['--set', 'host=127.0.0.1', '--set', 'opsHost=127.0.0.1'];
  const command = [...image.Entrypoint, ...image.Cmd, ...ports, ...loopback];
  const child = startContainer(root, image, volume, command);
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const said = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
    const ended = (code: number | null): void =>
      reject(new Error(`the container ended with ${code}: ${log}`));
    child.once('exit', ended);
    child.stdout!.setEncoding('utf8').once('data', (text) => {
      clearTimeout(late);
      child.off('exit', ended);
      resolve(text);
    });
  });
  return {
    process: child,
    ordersUrl: /ws:\S+\/orders/.exec(said)![0],
    feedUrl: /ws:\S+\/feed/.exec(said)![0],
    opsUrl: /http:\/\/[^/\s]+/.exec(said)![0],
  };
}

async function stop({ process }: Running): Promise<void> {
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  const [code] = await exited;
  if (code !== 0) throw new Error(`the container ended with ${code}`);
}

/** What /proc says of the process: its user, capabilities, and threads. */
function privileges({ process }: Running): string {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  const line = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)![1]!;
  const [user, effective, bounding] = ['Uid', 'CapEff', 'CapBnd'].map(line);
  if (user === '0' || Number(`0x${effective}`) !== 0 || Number(`0x${bounding}`) !== 0) {
    throw new Error(`user ${user}, capabilities ${effective}, bounding set ${bounding}`);
  }
  return `user ${user}, no capabilities`;
}

/** The image's own health check, on the port that the server has here. */
function askHealth(root: string, image: ImageConfig, { opsUrl }: Running): void {
  const [kind, ...command] = image.Healthcheck.Test;
  if (kind !== 'CMD') throw new Error(`a health check of kind ${kind}`);
  const asked = command.map((part) => part.replace('http://127.0.0.1:7402', opsUrl));
  run('chroot', [root, ...asked]);
}

/** Sells 10 and buys 4 of them. */
async function trade({ ordersUrl: url }: Running): Promise<string> {
  const orders = await OrderEntry.connect({ url, token: 'demo', WebSocket });
  const terms = { symbol: 'DEMO', price: 10_050 } as const;
  await orders.newOrder({ ...terms, account: 'demo1', side: 'sell', qty: 10 });
  const bought = await orders.newOrder({ ...terms, account: 'demo2', side: 'buy', qty: 4 });
  await orders.close();
  if (bought.status !== 'accepted' || bought.filled !== 4) {
    throw new Error(`the order traded nothing: ${bought.status}`);
  }
  return 'traded 4 at 10050';
}

async function bookText({ feedUrl: url }: Running): Promise<string> {
  const feed = await MarketFeed.connect({ url, WebSocket });
  const { book } = await feed.subscribe('DEMO', { l2: true });
  const [ask] = book.asks(1);
  await feed.close();
  if (ask?.price !== 10_050 || ask.qty !== 6) {
    throw new Error(`the best ask is ${ask?.qty} at ${ask?.price}, not 6 at 10050`);
  }
  return 'ask 6 at 10050';
}

async function live(root: string, image: ImageConfig): Promise<void> {
  const volume = join(work, 'volume');
  rmSync(volume, { recursive: true, force: true });
  mkdirSync(volume, { mode: 0o700 });
  const [user, group] = image.User.split(':').map(Number);
  chownSync(volume, user!, group!);
  let running: Running | undefined;
  try {
    const isUp = await step('its command on a read-only root, as its user', async () => {
      running = await start(root, image, volume);
      askHealth(root, image, running);
      return `${privileges(running)}, health check passed`;
    });
    if (!isUp) return;
    await step('an order through the SDK', () => trade(running!));
    await step('SIGTERM, and the same volume again', async () => {
      await stop(running!);
      running = await start(root, image, volume);
      const text = await bookText(running);
      await stop(running);
      return `ended with 0 twice, the book is there: ${text}`;
    });
  } finally {
    running?.process.kill('SIGKILL');
  }
}

async function check(): Promise<void> {
  const isReady = await step('debootstrap and buildah are here', () => {
    expectCommands({ debootstrap: 'debootstrap', buildah: 'buildah' });
    return buildah('--version');
  });
  if (!isReady || !(await step('base', () => makeBase(work)))) return;
  const isBuilt = await step('the Dockerfile builds', () => {
    const container = buildah('from', 'scratch');
    buildah('add', '--quiet', container, join(work, 'base'), '/');
    buildah('commit', '--quiet', '--rm', container, BASE);
    const options = ['--isolation', 'chroot', '--format', 'docker', '--pull-never', '--no-cache'];
    buildah('bud', ...options, '--build-arg', `BASE=${BASE}`, '-t', IMAGE, projectFile('.'));
    return IMAGE;
  });
  if (!isBuilt) return;
  const [base, ours] = [BASE, IMAGE].map(unpacked);
  await step(`under ${MEGABYTES_MAX} MB on top of its base`, () => {
    const size = megabytes(ours!.root) - megabytes(base!.root);
    const text = `${size.toFixed(1)} MB`;
    return size < MEGABYTES_MAX ? text : [text];
  });
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', IMAGE));
  await live(ours!.root, inspected.Docker.config as ImageConfig);
}

try {
  await check();
} finally {
  const left = values.work === undefined ? [work] : [join(work, 'images'), join(work, 'volume')];
  for (const directory of left) rmSync(directory, { recursive: true, force: true });
}
finish('image:check');
