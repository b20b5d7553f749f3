// The simulated disk: what outlives which crash, and that a machine that is off does nothing.

import { expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { noFaults } from '../src/sim/world/faults.ts';
import { MachineOff, SimDisk } from '../src/sim/world/sim-disk.ts';
import { SECTOR_BYTES } from '../src/sim/world/sim-file.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const SECTORS = 6;

function diskOf(seed: number): SimDisk {
  return new SimDisk(new Prng(seed), noFaults());
}

/** A file of so many sectors, each full of one byte. */
function write(disk: SimDisk, fd: number, byte: number, sectors = SECTORS): void {
  const bytes = new Uint8Array(sectors * SECTOR_BYTES).fill(byte);
  for (let done = 0; done < bytes.length; ) {
    done += disk.write(fd, bytes, done, bytes.length - done, done);
  }
}

function readAll(disk: SimDisk, name: string): Uint8Array {
  const fd = disk.openRead(name);
  const bytes = new Uint8Array(disk.size(fd));
  disk.read(fd, bytes, 0, bytes.length, 0);
  disk.close(fd);
  return bytes;
}

function cutPower(disk: SimDisk): void {
  disk.stop('powerCut');
  disk.restart();
}

/** A file that is there for certain, full of ones. */
function synced(disk: SimDisk): number {
  const fd = disk.create('/a');
  write(disk, fd, 1);
  disk.fdatasync(fd);
  disk.fsyncDirectory();
  return fd;
}

test('should keep what is synced, and of the rest each sector as it was or was written', () => {
  const seen = new Set<string>();
  for (const seed of SEEDS) {
    const disk = diskOf(seed);
    write(disk, synced(disk), 2);
    cutPower(disk);
    const bytes = readAll(disk, 'a');
    expect(bytes.length).toBe(SECTORS * SECTOR_BYTES);
    const sectors = Array.from({ length: SECTORS }, (_, i) => {
      const sector = bytes.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES);
      expect(new Set(sector).size, `seed ${seed}`).toBe(1);
      return sector[0];
    });
    seen.add(sectors.join(''));
  }
  expect(seen).toContain('111111');
  expect(seen).toContain('222222');
  // Any of them, in any order.
  expect(seen.size).toBeGreaterThan(20);
});

test('should keep everything when only the process ends', () => {
  for (const seed of SEEDS) {
    const disk = diskOf(seed);
    write(disk, synced(disk), 2);
    disk.rename('/a', '/b');
    disk.stop('kill');
    disk.restart();
    expect(new Set(readAll(disk, 'b'))).toEqual(new Set([2]));
  }
});

test('should keep a name for certain only when the directory is synced', () => {
  const names = SEEDS.map((seed) => {
    const disk = diskOf(seed);
    synced(disk);
    disk.rename('/a', '/b');
    cutPower(disk);
    return disk.list().join();
  });
  expect(new Set(names)).toEqual(new Set(['a', 'b']));
  const disk = diskOf(1);
  synced(disk);
  disk.rename('/a', '/b');
  disk.fsyncDirectory();
  cutPower(disk);
  expect(disk.list()).toEqual(['b']);
});

test('should show what a failed sync left behind, and lose of it in the next power cut', () => {
  const lost = SEEDS.filter((seed) => {
    const disk = diskOf(seed);
    const fd = synced(disk);
    write(disk, fd, 2);
    disk.planned = { left: 1, what: 'error' };
    expect(() => disk.fdatasync(fd)).toThrow(/EIO/);
    expect(new Set(readAll(disk, 'a'))).toEqual(new Set([2]));
    // The system takes it for clean: this writes nothing.
    disk.fdatasync(fd);
    cutPower(disk);
    return readAll(disk, 'a').includes(1);
  });
  expect(lost.length).toBeGreaterThan(SEEDS.length / 4);
});

test('should do nothing more once the machine is off', () => {
  for (const seed of SEEDS) {
    const disk = diskOf(seed);
    const fd = synced(disk);
    disk.planned = { left: 1, what: 'kill' };
    expect(() => write(disk, fd, 2)).toThrow(MachineOff);
    const calls = [
      () => write(disk, fd, 3),
      () => disk.fdatasync(fd),
      () => disk.rename('/a', '/b'),
      () => disk.close(fd),
    ];
    for (const call of calls) expect(call).toThrow(MachineOff);
    disk.restart();
    expect(disk.list()).toEqual(['a']);
    const bytes = readAll(disk, 'a');
    expect(bytes).not.toContain(3);
    // A write that was under way ends anywhere.
    expect(bytes.lastIndexOf(2)).toBe(bytes.filter((byte) => byte === 2).length - 1);
  }
});

test('should take what there is room for, and then no more', () => {
  const disk = diskOf(1);
  const fd = synced(disk);
  disk.room = 100;
  const bytes = new Uint8Array(1_000);
  const end = SECTORS * SECTOR_BYTES;
  expect(disk.write(fd, bytes, 0, 1_000, end)).toBe(100);
  expect(() => disk.write(fd, bytes, 0, 1_000, end + 100)).toThrow(/ENOSPC/);
  expect(() => disk.create('/b')).toThrow(/ENOSPC/);
  expect(disk.write(fd, bytes, 0, 1_000, 0), 'bytes that it has already').toBe(1_000);
});
