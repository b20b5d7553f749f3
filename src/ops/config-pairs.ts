// Values that are each good and cannot go together.

import type { ConfigValues } from './config-schema.ts';

/** What is wrong, and the key (with list indexes) that it is wrong with. */
export interface ConfigFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Every impossible pair of a configuration. */
export function pairFaults(config: ConfigValues): ConfigFault[] {
  return [
    ...uniqueFaults(config),
    ...portFaults(config),
    ...threadFaults(config),
    ...limitFaults(config),
    ...sessionFaults(config),
  ];
}

function uniqueFaults({ instruments, accounts, sessions }: ConfigValues): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const unique = (list: string, key: string, values: (string | number)[]): void => {
    const seen = new Map<string | number, number>();
    values.forEach((value, i) => {
      const first = seen.get(value);
      if (first === undefined) seen.set(value, i);
      else faults.push({ path: [list, i, key], message: `${value} stands twice (at ${first})` });
    });
  };
  const numbers = (list: { number: number }[]): number[] => list.map(({ number }) => number);
  unique('instruments', 'number', numbers(instruments));
  unique('accounts', 'number', numbers(accounts));
  unique('sessions', 'number', numbers(sessions));
  const symbols = instruments.map(({ symbol }) => symbol);
  unique('instruments', 'symbol', symbols);
  const names = accounts.map(({ name }) => name);
  unique('accounts', 'name', names);
  return faults;
}

function portFaults(config: ConfigValues): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const { ordersPort, feedPort, opsPort, opsHost, host, orderLatency } = config;
  if (ordersPort !== 0 && ordersPort === feedPort) {
    faults.push({ path: ['feedPort'], message: 'is the ordersPort too' });
  }
  const isShared = opsPort === ordersPort || opsPort === feedPort;
  if (opsPort !== null && opsPort !== 0 && isShared && mayMeet(opsHost, host)) {
    const which = opsPort === ordersPort ? 'ordersPort' : 'feedPort';
    faults.push({ path: ['opsPort'], message: `is the ${which} too` });
  }
  if (orderLatency && opsPort === null) {
    faults.push({ path: ['orderLatency'], message: 'needs the opsPort, where it is told' });
  }
  return faults;
}

/** Whether a port of both addresses is one port. */
function mayMeet(one: string, other: string): boolean {
  return one === other || [one, other].some((host) => host === '0.0.0.0' || host === '::');
}

function threadFaults({ matchingThread, matchingCpu }: ConfigValues): ConfigFault[] {
  if (matchingThread !== 'io' || matchingCpu === null) return [];
  return [{ path: ['matchingCpu'], message: 'needs a matchingThread of its own' }];
}

function limitFaults({ limits, instruments, accounts }: ConfigValues): ConfigFault[] {
  const faults: ConfigFault[] = [];
  instruments.forEach(({ number }, i) => {
    if (number <= limits.instruments) return;
    const message = `${number} is above limits.instruments, ${limits.instruments}`;
    faults.push({ path: ['instruments', i, 'number'], message });
  });
  if (accounts.length > limits.accounts) {
    const message = `${accounts.length} accounts are more than limits.accounts, ${limits.accounts}`;
    faults.push({ path: ['accounts'], message });
  }
  return faults;
}

function sessionFaults({ accounts, sessions }: ConfigValues): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const known = new Set(accounts.map(({ number }) => number));
  sessions.forEach((one, i) => {
    if ((one.accounts.length === 0) !== one.operator) {
      const message = 'a session has 1 to 1024 accounts, an operator none';
      faults.push({ path: ['sessions', i, 'accounts'], message });
    }
    const unknown = one.accounts.find((number) => !known.has(number));
    if (unknown !== undefined) {
      const message = `account ${unknown} is not among accounts`;
      faults.push({ path: ['sessions', i, 'accounts'], message });
    }
    if ((one.token === undefined) === (one.tokenFile === undefined)) {
      const message = 'a session has a token or a tokenFile, and not both';
      faults.push({ path: ['sessions', i, 'token'], message });
    }
  });
  return faults;
}
