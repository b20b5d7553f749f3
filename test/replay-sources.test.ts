import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader, readIntegers } from '../src/sim/replay-lines.ts';
import { type ByteSource, openSources } from '../src/sim/replay-sources.ts';
import { filesOf, sourceOf, zipOf } from './replay-kit.ts';

async function linesOf(source: ByteSource): Promise<string[]> {
  const reader = new LineReader(source);
  const lines: string[] = [];
  for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
    lines.push(line);
  }
  return lines;
}

async function linesOfFile(name: string, content: string | Uint8Array): Promise<string[]> {
  const [path] = filesOf({ [name]: content });
  const [source] = await openSources(path!, () => {});
  return await linesOf(source!);
}

const MANY_LINES = Array.from({ length: 40_000 }, (_, i) => `line ${i} ${(i * i) % 977}`);
const MANY = `${MANY_LINES.join('\n')}\n`;

describe('replay sources', () => {
  it('should read the same lines of a plain, a gzip and a zip file', async () => {
    expect(await linesOfFile('a.csv', MANY)).toEqual(MANY_LINES);
    expect(await linesOfFile('a.csv.gz', gzipSync(MANY))).toEqual(MANY_LINES);
    expect(await linesOfFile('a.zip', zipOf({ 'a.csv': MANY }))).toEqual(MANY_LINES);
  });

  it('should go by what a file holds, not by its name', async () => {
    expect(await linesOfFile('a.csv', gzipSync(MANY))).toEqual(MANY_LINES);
  });

  it('should name every member of a zip file and read them side by side', async () => {
    const [path] = filesOf({ 'two.zip': zipOf({ 'x/a.csv': 'a1\na2\n', 'b.csv': 'b1\nb2\n' }) });
    const sources = await openSources(path!, () => {});
    expect(sources.map(({ name }) => name)).toEqual([`${path}/x/a.csv`, `${path}/b.csv`]);
    const [a, b] = sources.map((source) => new LineReader(source));
    const read = [await a!.next(), await b!.next(), await a!.next(), await b!.next()];
    expect(read).toEqual(['a1', 'b1', 'a2', 'b2']);
    for (const source of sources) await source.close();
  });

  it('should count the bytes of the input as they are stored', async () => {
    const packed = gzipSync(MANY);
    const [path] = filesOf({ 'a.gz': packed });
    let bytes = 0;
    const [source] = await openSources(path!, (more) => {
      bytes += more;
    });
    await linesOf(source!);
    expect(bytes).toBe(packed.length);
    expect(source!.storedBytes).toBe(packed.length);
  });

  it.each([
    ['a.csv.gz', gzipSync(MANY).subarray(0, 60_000), /a\.csv\.gz:\d{3,}: .*cut off/],
    ['a.csv.gz', gzipSync(MANY).fill(0x55, 40_000, 40_400), /a\.csv\.gz:\d+: .*damaged/],
    ['a.csv.gz', 'no gzip', /a\.csv\.gz:1: not a gz file/],
    ['a.zip', 'no zip', /a\.zip:1: not a zip file/],
    ['a.zip', zipOf({ 'a.csv': MANY }).subarray(0, 90_000), /a\.zip:1: not a whole zip file/],
    ['a.zip', zipOf({}), /a\.zip:1: not a zip file/],
    ['a.zip', zipOf({ 'a.csv': MANY }, () => 7), /a\.zip\/a\.csv:40001: the checksum/],
  ])('should say where %s is wrong or torn (%#)', async (name, content, complaint) => {
    await expect(linesOfFile(name, content)).rejects.toThrow(complaint);
  });

  it('should say that a file is missing or is a folder', async () => {
    await expect(openSources('no/such.csv', () => {})).rejects.toThrow(
      'no/such.csv:1: no such file',
    );
    await expect(openSources('test', () => {})).rejects.toThrow('test:1: is a directory');
  });
});

describe('LineReader', () => {
  it('should find the same lines however the bytes are cut', async () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replace(/[^ -~]/g, ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const text = lines.map((one) => `${one}\n`).join('');
        expect(await linesOf(sourceOf('t', text, size))).toEqual(lines);
      }),
    );
  });

  it('should take CR LF, a byte order mark and a last line without an end', async () => {
    const bytes = Buffer.from('\ufeffa,b\r\nc\r\n\r\nd');
    for (const size of [100, 5]) {
      expect(await linesOf(sourceOf('t', bytes, size))).toEqual(['a,b', 'c', '', 'd']);
    }
  });

  it('should refuse a line that no text file has', async () => {
    const endless = sourceOf('t', `a\n${'x'.repeat(200_000)}`, 10_000);
    await expect(linesOf(endless)).rejects.toThrow('t:2: longer than 65536 characters');
  });
});

describe('readIntegers', () => {
  it('should read whole numbers, or name the column that is none', () => {
    const columns: number[] = [];
    expect(readIntegers('1,-20,9999999999', columns)).toBe(3);
    expect(columns).toEqual([1, -20, 9_999_999_999]);
    for (const [line, column] of [
      ['', 1],
      ['1,', 2],
      ['1,x', 2],
      ['1,2.0,3', 2],
      ['1,2,3-4', 3],
      ['--1', 1],
      ['1,1234567890123456', 2],
      ['1, 2', 2],
    ] as const) {
      expect(readIntegers(line, [])).toBe(-column);
    }
  });
});
