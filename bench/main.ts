// npm run bench -- NAME [options]: each bench is a script beside this one, run in its own process.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCHES: Readonly<Record<string, string>> = {
  all:
    '--out DIR [--workload FILE … --yardstick SCRIPT.js --native FILE.cpp --quick]: those of the ' +
    'report, one after the other',
  table: 'REPORT.json [--write README.md]: the table of figures, made from a report',
  core:
    '--workload FILE [--passes N] [--gc-commands N] [--resting N]: the core over a MEWL file, ' +
    'results checked: speed, time of each command, collections, memory',
  pipeline:
    '--workload FILE [--durability none,os,fsync] [--passes N] [--batch N] [--dir DIR]: the ' +
    "server's threads between their rings, without sockets",
  latency:
    '[--rate R --seconds S --pairs N --durability D,D]: order to answer and to L2 update in an ' +
    'open loop, beside a bare echo',
  resting: '[--orders N]: memory of a book of a million orders',
  peers:
    '--workload FILE [--yardstick SCRIPT.js] [--native FILE.cpp] [--pairs N] [--prefix N]: ' +
    'the core beside other engines, in turn, as ratios',
  garbage: '[--commands N]: garbage collections and heap growth of the core alone',
  oracle: '[--commands N | --census]: random commands through core and naive oracle, compared',
  ring: '[--slots N --trips N --batches N,N]: slots through each topology, checked; round trips',
  journal: '[--dir DIR] [--seconds N] [--megabytes N]: checksum, append, read back',
  recovery: '[--commands N] [--dir DIR]: a server back from its journal, and from a snapshot',
  micro: '[--only TEXT --ms N]: codecs, rings and checksums by themselves',
  feed: '[--subscribers N --events N]: the publisher and the book of its consumer, without sockets',
  hard: '[--part N]: the longest commands there are, each checked and timed',
  hostile:
    '[--sessions N --hostile N --seconds S --durability D | --forged [--random N]]: clients that ' +
    'mutate, flood and stall; the others get every answer',
  mutants:
    '[--count N] [--seed S] [--jobs N] [--file PART] [--tests REGEXP] [--json]: bugs planted in ' +
    'the core, tried against the fast suite',
  torture:
    '[--rounds N --seeds N --samples N --seed S --stride N --jobs N --part NAME ' +
    '--require-strace --json]: kills, cuts, flips; nothing acknowledged may be lost',
  'ops-cost':
    '[--pairs N --seconds S --durability D --order-latency]: processor time for a command with a ' +
    'scrape every second, beside none',
  swing:
    '[--commands N --orders N --swing PERCENT]: a market that moves by half, beside a still one',
  world:
    '[--seeds N --commands N --seed S --workers N --plant BUG --json]: simulated worlds of ' +
    'crashes, broken disks and networks; nothing may be lost or done twice',
  wire:
    '[--connections C --batch B --window N --seconds S --durability D]: server and clients on ' +
    'loopback in a closed loop, a bare echo beside them',
  'wire-service':
    '--url URL --token-file FILE… [--symbol S --window N --seconds S --out DIR]: load for a ' +
    'server that runs, through the SDK, with an HDR report',
};

const [name = '', ...args] = process.argv.slice(2);
/** Where it is not beside this one under its name. */
const PLACES: Readonly<Record<string, string>> = { micro: 'micro/main' };
const script = fileURLToPath(new URL(`./${PLACES[name] ?? name}.js`, import.meta.url));
if (!(name in BENCHES) || !existsSync(script)) {
  const list = Object.entries(BENCHES).map(([bench, text]) => `  ${bench} ${text}\n`);
  const usage = `usage: npm run bench -- NAME [options]\n${list.join('')}`;
  if (name === '') process.stdout.write(usage);
  else process.stderr.write(usage);
  process.exitCode = name === '' ? 0 : 2;
} else {
  process.exitCode =
    spawnSync(process.execPath, ['--expose-gc', script, ...args], { stdio: 'inherit' }).status ?? 1;
}
