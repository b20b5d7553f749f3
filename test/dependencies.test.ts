import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** sha256 of the binaries of uwebsockets@3.0.6 on Linux: what `uWebSockets.js` runs. */
const BINARIES: Readonly<Record<string, string>> = {
  'uws_linux_x64_115.node': 'f4fa5d7b697529b45ac8aa3d57385d9af51bc1d2b26aa9f5b68ca4361542e665',
  'uws_linux_x64_127.node': '78e38a9a163b1cf33ce539619e5908111dea95a12e7943d95fbcdd524879caa8',
  'uws_linux_x64_137.node': '3b549c14e01d9d1faf234cdf4b6f0fb08158605e3692cd0eb1b905e327bd3449',
  'uws_linux_arm64_115.node': '034e0fcccdc08f90df3b130f421516311831b1352fe38eab91abc2984c2fdf3a',
  'uws_linux_arm64_127.node': 'a7d9bc3ec166421a49416d5ea4f49118ae68ea1dbf8a765c4f45a79b0b6adb13',
  'uws_linux_arm64_137.node': 'b6eb007d627e00bcce03ad38f197124e9027c03f6fe784b37f97b8a6ea709cb4',
};

const FOLDER = dirname(createRequire(import.meta.url).resolve('uWebSockets.js'));

describe('uWebSockets.js', () => {
  it.each(Object.entries(BINARIES))('should ship the recorded %s', (name, expected) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(FOLDER, name)))
      .digest('hex');
    expect(hash).toBe(expected);
  });
});

/** Packages of ours whose install step does not have to run: they work without it. */
const INSTALL_STEPS_NOT_NEEDED = ['esbuild', 'fsevents', 'koffi'];

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  const packages = Object.entries<{ version?: string; hasInstallScript?: boolean }>(lock.packages);

  it('should pin every package, and none that relies on an install step', () => {
    const names = packages.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path);
    const own = names.map((path) => path.replace(/^.*node_modules\//, ''));
    expect(own.filter((name) => !INSTALL_STEPS_NOT_NEEDED.includes(name))).toEqual([]);
    expect(packages.every(([, entry]) => entry.version !== undefined)).toBe(true);
  });
});
