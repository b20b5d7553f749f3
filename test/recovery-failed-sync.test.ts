// A sync that failed leaves bytes that the system shows and the disk does not have. A start must
// not tell of them before they are on the disk.

import { expect, test } from 'vitest';
import { Prng } from '../src/base/prng.ts';
import { COMMAND_WORDS } from '../src/core/command-slot.ts';
import { noFaults } from '../src/sim/world/faults.ts';
import { SimDisk } from '../src/sim/world/sim-disk.ts';
import { marketSlots, portrait, recovered, replayed, writerOn } from './recovery-kit.ts';

const COMMANDS = 60;
const SYNCED = 20;
const SEEDS = 16;
const slots = marketSlots(3, COMMANDS);

test('should have after a power cut what a start found behind a failed sync', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const disk = new SimDisk(new Prng(seed), noFaults());
    const writer = writerOn(disk);
    writer.append(slots, 0, SYNCED);
    writer.sync();
    writer.append(slots, SYNCED * COMMAND_WORDS, COMMANDS - SYNCED);
    disk.planned = { left: 1, what: 'error' };
    expect(() => writer.sync()).toThrow(/EIO/);
    disk.stop('kill');
    disk.restart();
    const found = recovered(disk).nextSequence;
    expect(found, `seed ${seed}`).toBe(COMMANDS + 1);

    disk.stop('powerCut');
    disk.restart();
    const again = recovered(disk);
    expect(again.nextSequence, `seed ${seed}`).toBe(found);
    expect(portrait(again.replica)).toEqual(portrait(replayed(slots, COMMANDS)));
  }
});
