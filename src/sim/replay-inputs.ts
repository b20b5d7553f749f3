// Which format a replay's files are in, and which file is which: by how each begins, by its name
// where that does not say enough.

import { basename } from 'node:path';
import { InputError } from '../base/input-error.ts';
import { type ByteSource, type BytesRead, openSources, reasonOf } from './replay-sources.ts';

export const REPLAY_FORMATS = ['lobster', 'sse', 'mewl'] as const;
export type ReplayFormat = (typeof REPLAY_FORMATS)[number];

type Role = 'messages' | 'orderbook' | 'orders' | 'trades' | 'workload';

interface Input {
  readonly role: Role;
  readonly source: ByteSource;
  /**
   * What pairs SSE files up: SecurityID and day of the first record; undefined where there is none.
   */
  readonly key: string | undefined;
}

/** The two files of one SSE instrument. */
export interface SseFiles {
  orders: ByteSource;
  trades: ByteSource;
}

/** What is to be replayed, opened. */
export type ReplayInputs =
  | { format: 'lobster'; messages: ByteSource; orderbook: ByteSource }
  | { format: 'sse'; pairs: SseFiles[] }
  | { format: 'mewl'; workload: ByteSource };

const FORMAT_OF: Readonly<Record<Role, ReplayFormat>> = {
  messages: 'lobster',
  orderbook: 'lobster',
  orders: 'sse',
  trades: 'sse',
  workload: 'mewl',
};

/** Open files, to be closed whatever happens. */
export class ReplayFiles {
  private readonly all: ByteSource[] = [];

  /**
   * Opens the files and finds out what they are; `format` where it is known already. Throws an
   * InputError when that cannot be told, or files are missing or too many.
   */
  async open(
    paths: readonly string[],
    format: ReplayFormat | undefined,
    bytesRead: BytesRead,
  ): Promise<ReplayInputs> {
    const inputs: Input[] = [];
    for (const path of paths) {
      const sources = await openSources(path, bytesRead);
      this.all.push(...sources);
      const found = await this.classify(sources, format);
      if (found.length === 0) throw new InputError(`${path}:1: ${cannotTell(format)}`);
      inputs.push(...found);
    }
    for (const { role, source } of inputs) {
      const [wanted, got] = [format ?? FORMAT_OF[inputs[0]!.role], FORMAT_OF[role]];
      if (got !== wanted) throw new InputError(`${source.name}:1: ${got}, not ${wanted}`);
    }
    return arrange(inputs);
  }

  /** Bytes that the files take up as stored; 0 when unknown. */
  get storedBytes(): number {
    return this.all.reduce((sum, source) => sum + source.storedBytes, 0);
  }

  /** Gives every file back. */
  async close(): Promise<void> {
    for (const source of this.all) await source.close();
  }

  // Of a zip file, what is no market data (a read-me) is left aside.
  private async classify(
    sources: readonly ByteSource[],
    format: ReplayFormat | undefined,
  ): Promise<Input[]> {
    const found: Input[] = [];
    for (const source of sources) {
      const head = await source.peek().catch((error) => {
        throw new InputError(`${source.name}:1: ${reasonOf(error)}`);
      });
      const role = roleOf(source.name, head, format);
      if (role !== undefined) {
        found.push({ role, source, key: sseKey(head) });
      } else {
        this.all.splice(this.all.indexOf(source), 1);
        await source.close();
      }
    }
    return found;
  }
}

function cannotTell(format: ReplayFormat | undefined): string {
  return format === undefined
    ? 'neither LOBSTER, SSE nor MEWL; name the format with --format'
    : `no ${format} file`;
}

function roleOf(name: string, head: Buffer, format: ReplayFormat | undefined): Role | undefined {
  if (format === 'mewl' || head.toString('latin1', 0, 4) === 'MEWL') return 'workload';
  const text = head.toString('latin1');
  const firstLine = text.split(/\r?\n/, 1)[0]!;
  return roleOfLine(firstLine) ?? roleOfName(basename(name), format);
}

function roleOfLine(line: string): Role | undefined {
  if (line.includes('ApplSeqNum')) return /Trade\w+No/.test(line) ? 'trades' : 'orders';
  if (/^\d+(\.\d+)?(,-?\d+){5}$/.test(line)) return 'messages';
  if (/^-?\d+(,-?\d+){3}((,-?\d+){4})*$/.test(line)) return 'orderbook';
  return undefined;
}

function roleOfName(name: string, format: ReplayFormat | undefined): Role | undefined {
  const lobster = /(message|orderbook)/i.exec(name)?.[1]?.toLowerCase();
  if (format !== 'sse' && lobster !== undefined) {
    return lobster === 'message' ? 'messages' : 'orderbook';
  }
  const sse = /(orders|trades)/i.exec(name)?.[1]?.toLowerCase();
  return format === 'lobster' ? undefined : (sse as 'orders' | 'trades' | undefined);
}

function arrange(inputs: readonly Input[]): ReplayInputs {
  const of = (role: Role) => inputs.filter((input) => input.role === role);
  const format = FORMAT_OF[inputs[0]!.role];
  if (format === 'sse') return { format, pairs: pairUp(of('orders'), of('trades')) };
  if (format === 'mewl') return { format, workload: only(inputs, of('workload'), 'MEWL') };
  const messages = only(inputs, of('messages'), 'message');
  return { format, messages, orderbook: only(inputs, of('orderbook'), 'orderbook') };
}

function only(inputs: readonly Input[], found: readonly Input[], what: string): ByteSource {
  if (found.length === 0) {
    throw new InputError(`${inputs[0]!.source.name}:1: its ${what} file is missing; give both`);
  }
  if (found.length > 1) {
    throw new InputError(`${found[1]!.source.name}:1: a second ${what} file; one at a time`);
  }
  return found[0]!.source;
}

/** Orders and trades files that belong together are named alike, or are of the same instrument. */
function pairUp(orders: readonly Input[], trades: readonly Input[]): SseFiles[] {
  const left = [...trades];
  const pairs = orders.map((file) => {
    const sameName = left.filter((other) => stem(other) === stem(file));
    const sameKey = left.filter((other) => other.key === file.key);
    const [partner] = [sameName, sameKey, orders.length === 1 ? left : []].find(isOne) ?? [];
    if (partner === undefined) {
      throw new InputError(`${file.source.name}:1: its trades file is missing`);
    }
    left.splice(left.indexOf(partner), 1);
    return { orders: file.source, trades: partner.source };
  });
  if (left.length > 0)
    throw new InputError(`${left[0]!.source.name}:1: its orders file is missing`);
  return pairs;
}

function isOne(inputs: readonly Input[]): boolean {
  return inputs.length === 1;
}

function stem({ source }: Input): string {
  return basename(source.name)
    .toLowerCase()
    .replace(/orders|trades/, '')
    .replace(/\.gz$/, '');
}

function sseKey(head: Buffer): string | undefined {
  const [header, first] = head.toString('latin1').split(/\r?\n/, 2);
  const [columns, fields] = [header!.split(','), first?.split(',') ?? []];
  const [id, date] = ['SecurityID', 'MDDate'].map((name) => fields[columns.indexOf(name)]);
  return id === undefined ? undefined : `${id} ${date}`;
}
