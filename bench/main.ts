// npm run bench -- NAME [options]: each bench is a script beside this one, run in its own process.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCHES: Readonly<Record<string, string>> = {
  core: '--workload FILE: commands per second of the core over a MEWL file, results checked',
  ratio: '--workload FILE --yardstick SCRIPT: the core against a yardstick, in turn, as a ratio',
  garbage: '[--commands N]: garbage collections and heap growth of the core alone',
  oracle: '[--commands N | --census]: random commands through core and naive oracle, compared',
  ring: '[--slots N] [--json]: slots through each topology, checked; round trips',
  journal: '[--dir DIR] [--seconds N] [--megabytes N]: checksum, append, read back',
  recovery: '[--commands N] [--dir DIR]: a server back from its journal, and from a snapshot',
  codec: 'encoders and decoders of the wire, without sockets',
  feed: 'the publisher and the book of its consumer, without sockets',
  hard: '[--part N] [--json]: the longest commands there are, each checked and timed',
  hostile:
    '[--sessions N --hostile N --seconds S --durability D | --forged [--random N]]: clients that ' +
    'mutate, flood and stall; the others get every answer',
  mutants:
    '[--count N] [--seed S] [--jobs N] [--file PART] [--tests REGEXP] [--json]: bugs planted in ' +
    'the core, tried against the fast suite',
  'ops-cost':
    '[--pairs N --seconds S --durability D]: processor time for a command with a scrape every ' +
    'second, beside none',
  swing:
    '[--commands N --orders N --swing PERCENT]: a market that moves by half, beside a still one',
  wire:
    '[--connections C --batch B --seconds S --durability D --snapshot-commands N]: server and ' +
    'clients on loopback',
  'wire-service':
    '--url URL --token-file FILE… [--symbol S --window N --seconds S --out DIR]: load for a ' +
    'server that runs, through the SDK, with an HDR report',
};

const [name = '', ...args] = process.argv.slice(2);
const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
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
