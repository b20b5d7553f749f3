// Where a replay's bytes come from: plain, gzip and zip files, told apart by how they begin, read
// as a stream. What cannot be read or is torn throws a plain Error that says why; who reads knows
// the line or byte at which that was (replay-lines.ts, replay-mewl.ts) and makes an InputError of
// it.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { InputError } from '../base/input-error.ts';

type Chunks = AsyncGenerator<Buffer, void, undefined>;

/** Told how many more bytes of the input files have been read (as they are stored: compressed). */
export type BytesRead = (bytes: number) => void;

/** One stream of bytes: a file, or a member of a zip file. */
export class ByteSource {
  /** For messages: `FILE`, or `FILE.zip/MEMBER`. */
  readonly name: string;
  /** Bytes as stored; 0 when it is not a regular file. */
  readonly storedBytes: number;
  private readonly chunks: Chunks;
  private readonly closed: () => void;
  private peeked: Buffer | undefined;
  private open = true;

  /** `closed` is called once, when the source is given back. */
  constructor(name: string, storedBytes: number, chunks: Chunks, closed: () => void = () => {}) {
    this.name = name;
    this.storedBytes = storedBytes;
    this.chunks = chunks;
    this.closed = closed;
  }

  /** The first bytes, without taking them; none when it is empty. Call it before `next`. */
  async peek(): Promise<Buffer> {
    this.peeked ??= await this.next();
    return this.peeked ?? Buffer.alloc(0);
  }

  /** The next bytes, undefined at the end. Throws an Error when the source is torn. */
  async next(): Promise<Buffer | undefined> {
    const peeked = this.peeked;
    this.peeked = undefined;
    if (peeked !== undefined) return peeked;
    const step = await this.chunks.next();
    return step.done === true ? undefined : step.value;
  }

  /** Gives the file back; nothing may be read after it. To be called for every source. */
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.chunks.return();
    this.closed();
  }
}

/**
 * The byte sources of one path: of a zip file one for each member, else one.
 * Throws an InputError when the path cannot be read at all.
 */
export async function openSources(path: string, bytesRead: BytesRead): Promise<ByteSource[]> {
  try {
    const found = await stat(path);
    const storedBytes = found.isFile() ? found.size : 0;
    const chunks = readPlain(path, bytesRead);
    const plain = new ByteSource(path, storedBytes, chunks);
    const first = await plain.peek();
    if (first.length >= 4 && first.readUInt32LE(0) === ZIP_MAGIC) {
      await plain.close();
      return await openZip(path, bytesRead);
    }
    if (first[0] === 0x1f && first[1] === 0x8b) {
      return [new ByteSource(path, storedBytes, gunzipped(plain), () => plain.close())];
    }
    if (/\.(gz|zip)$/i.test(path)) {
      await plain.close();
      throw new InputError(`${path}:1: not a ${path.slice(path.lastIndexOf('.') + 1)} file`);
    }
    return [plain];
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}:1: ${reasonOf(error)}`);
  }
}

/** What went wrong in reading, in a few words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  Z_BUF_ERROR: 'the compressed file is cut off',
  Z_DATA_ERROR: 'the compressed file is damaged',
};

const ZIP_MAGIC = 0x04034b50;

async function* readPlain(path: string, bytesRead: BytesRead): Chunks {
  for await (const chunk of createReadStream(path)) {
    bytesRead(chunk.length);
    yield chunk;
  }
}

async function* gunzipped(packed: ByteSource): Chunks {
  const gunzip = createGunzip();
  // Its callback has nothing to do: the loop below throws what went wrong.
  pipeline(Readable.from(allOf(packed)), gunzip, () => {});
  yield* gunzip as AsyncIterable<Buffer>;
}

async function* allOf(source: ByteSource): Chunks {
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    yield chunk;
  }
}

async function openZip(path: string, bytesRead: BytesRead): Promise<ByteSource[]> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error) => {
    throw new Error(`not a whole zip file: ${error.message}`);
  });
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/')) entries.push(entry);
  }
  let open = entries.length;
  if (open === 0) throw new InputError(`${path}:1: the zip file is empty`);
  const closed = () => {
    open -= 1;
    if (open === 0) zip.close();
  };
  return entries.map((entry) => {
    const name = `${path}/${entry.fileName}`;
    return new ByteSource(name, entry.compressedSize, readMember(zip, entry, bytesRead), closed);
  });
}

// yauzl checks a member's size, not its checksum.
async function* readMember(zip: ZipFile, entry: Entry, bytesRead: BytesRead): Chunks {
  const stream = await zip.openReadStreamPromise(entry);
  const storedPerByte = entry.compressedSize / Math.max(entry.uncompressedSize, 1);
  let checksum = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    checksum = crc32(chunk, checksum);
    bytesRead(chunk.length * storedPerByte);
    yield chunk;
  }
  if (checksum !== entry.crc32) throw new Error('the checksum of this zip member is wrong');
}
