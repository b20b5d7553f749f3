// Ports of this machine, before somebody listens on them.

import { once } from 'node:events';
import net from 'node:net';

/** The address cannot be had: another process listens on it. */
export class AddressInUse extends Error {}

export function addressInUse(
  host: string,
  port: number,
  why = 'another process listens on it',
): AddressInUse {
  return new AddressInUse(`cannot listen on ${host}:${port}: ${why}`);
}

/** What a failure to listen means. */
export function listenError(host: string, port: number, error: unknown): AddressInUse {
  const { code, message } = error as NodeJS.ErrnoException;
  return addressInUse(host, port, code === 'EADDRINUSE' ? undefined : message);
}

/**
 * The port, or for 0 one that nobody listens on. Throws AddressInUse. (uWebSockets.js shares a port
 * silently, so whether it is free is asked first.)
 */
export async function freePort(host: string, port: number): Promise<number> {
  const probe = net.createServer();
  try {
    probe.listen({ host, port, exclusive: true });
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(host, port, error);
  }
  const free = (probe.address() as net.AddressInfo).port;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
