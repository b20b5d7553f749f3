// The matching thread on a processor of its own, for real: what the system says of the server's
// threads, and what the log says.

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { buy, RawClient } from './server-client.ts';
import { endServers, TestServer } from './server-kit.ts';

afterAll(endServers);

/** Processors that each thread of a process may run on, as the system writes them. */
function cpusOf(pid: number | string): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return /^Cpus_allowed_list:\t(.*)$/m.exec(status)![1]!;
  });
}

async function start(matchingCpu: number | 'auto'): Promise<[TestServer, Record<string, unknown>]> {
  const config = { durability: 'none', matchingCpu };
  const server = await TestServer.start({ logLevel: 'info', config });
  const lines = server.log.trim().split('\n');
  const said = lines
    .map((line) => JSON.parse(line))
    .find(({ component }) => component === 'matching');
  const client = await RawClient.logOn(server.ordersUrl, 1);
  await client.ask(buy(1, 1));
  return [server, said];
}

test('should run the matching thread, and no other, on the processor that it is to', async () => {
  const all = cpusOf('self')[0]!;
  // As in `0-3,8`: the last that it may use.
  const cpu = Number(/\d+$/.exec(all)![0]);
  const [server, said] = await start('auto');
  expect(said).toMatchObject({ level: 30, cpus: [cpu], msg: 'matching thread pinned' });
  expect(cpusOf(server.pid).filter((cpus) => cpus !== all)).toEqual(
    all === `${cpu}` ? [] : [`${cpu}`],
  );
  expect((await server.stop()).code).toBe(0);
});

test('should say so when that cannot be, and serve all the same', async () => {
  const [server, said] = await start(1_023);
  const error = 'the system refused processor 1023';
  expect(said).toMatchObject({ level: 40, cpu: 1_023, error });
  expect(said.msg).toBe('matching thread not pinned: it goes on unpinned');
  expect(new Set(cpusOf(server.pid)).size).toBe(1);
  expect((await server.stop()).code).toBe(0);
});
