// A MEWL workload file: a 64-byte header and records of 24 bytes, little-endian.
//
// Layout
//   header  0 magic MEWL0001 · 8 version 1 · 12 record size 24 · 16 count · 20 ramp ·
//           24 seed (u64) · 32 maxId · 36 minPrice · 40 maxPrice · 44 depth · 48 K · 52 zero
//   record  0 type (u8) · 1 side (u8) · 2 zero (u16) · 4 qty · 8 price · 12 id · 16 sequence ·
//           20 zero

import { InputError } from '../base/input-error.ts';
import { INT32_MAX } from '../core/limits.ts';
import { type ByteSource, reasonOf } from './replay-sources.ts';

export const HEADER_BYTES = 64;
export const RECORD_BYTES = 24;

export const MEWL_LIMIT = 0;
export const MEWL_CANCEL = 1;
export const MEWL_REPLACE = 2;
export const MEWL_IOC = 3;

const MAGIC = 'MEWL0001';
const VERSION = 1;

interface Header {
  count: number;
  maxId: number;
  minPrice: number;
  maxPrice: number;
}

/** Reads a workload in runs of whole records and checks every one. */
export class MewlFile {
  readonly name: string;
  /** Records before the run that was read last. */
  record = 0;
  private readonly source: ByteSource;
  private header: Header | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private runRecords = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.name = source.name;
  }

  /** The next whole records, at least one; undefined when all are read. */
  async next(): Promise<Buffer | undefined> {
    this.header ??= await this.readHeader();
    this.record += this.runRecords;
    while (this.rest.length < RECORD_BYTES) {
      const chunk = await this.readChunk();
      if (chunk === undefined) {
        this.checkEnd(this.header);
        return undefined;
      }
      this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    }
    this.runRecords = Math.floor(this.rest.length / RECORD_BYTES);
    if (this.record + this.runRecords > this.header.count) {
      this.fail(
        `there are more bytes than the ${this.header.count} records of the header`,
        this.header.count,
      );
    }
    const run = this.rest.subarray(0, this.runRecords * RECORD_BYTES);
    this.rest = this.rest.subarray(run.length);
    return run;
  }

  /**
   * Throws an InputError unless the record at byte `at` of the run is one; `record` is its number.
   */
  check(run: Buffer, at: number, record: number): void {
    const type = run[at]!;
    const header = this.header!;
    if (type > MEWL_IOC) this.fail(`type ${type} is none of 0 … 3`, record);
    if (run[at + 1]! > 1) this.fail(`side ${run[at + 1]} is not 0 or 1`, record);
    if (run.readUInt16LE(at + 2) !== 0 || run.readUInt32LE(at + 20) !== 0) {
      this.fail('its padding is not zero', record);
    }
    const id = run.readUInt32LE(at + 12);
    if (id < 1 || id > header.maxId) this.fail(`id ${id} is not in 1 … ${header.maxId}`, record);
    const sequence = run.readUInt32LE(at + 16);
    if (sequence !== record) this.fail(`sequence ${sequence} is not ${record}`, record);
    if (type === MEWL_CANCEL) return;
    const qty = run.readUInt32LE(at + 4);
    if (qty < 1 || qty > INT32_MAX) this.fail(`qty ${qty} is not in 1 … ${INT32_MAX}`, record);
    const price = run.readUInt32LE(at + 8);
    if (price < header.minPrice || price > header.maxPrice) {
      this.fail(`price ${price} is not in ${header.minPrice} … ${header.maxPrice}`, record);
    }
  }

  /** Stops the replay at a record. */
  fail(reason: string, record: number): never {
    const byte = HEADER_BYTES + record * RECORD_BYTES;
    throw new InputError(`${this.name}:byte ${byte} (record ${record}): ${reason}`);
  }

  private async readHeader(): Promise<Header> {
    while (this.rest.length < HEADER_BYTES) {
      const chunk = await this.readChunk();
      if (chunk === undefined)
        return this.failHeader('the file ends in its header', this.rest.length);
      this.rest = Buffer.concat([this.rest, chunk]);
    }
    const header = this.rest.subarray(0, HEADER_BYTES);
    this.rest = this.rest.subarray(HEADER_BYTES);
    const magic = header.toString('latin1', 0, MAGIC.length);
    if (magic !== MAGIC) this.failHeader(`no MEWL file, it does not begin with ${MAGIC}`, 0);
    const version = header.readUInt32LE(8);
    if (version !== VERSION) this.failHeader(`version ${version}, not ${VERSION}`, 8);
    const recordBytes = header.readUInt32LE(12);
    if (recordBytes !== RECORD_BYTES) {
      this.failHeader(`records of ${recordBytes} bytes, not ${RECORD_BYTES}`, 12);
    }
    const [count, ramp] = [header.readUInt32LE(16), header.readUInt32LE(20)];
    if (ramp > count) this.failHeader(`a ramp of ${ramp} in ${count} records`, 20);
    const [minPrice, maxPrice] = [header.readUInt32LE(36), header.readUInt32LE(40)];
    if (count > 0 && (minPrice < 1 || maxPrice > INT32_MAX || minPrice > maxPrice)) {
      this.failHeader(`prices ${minPrice} … ${maxPrice} are not in 1 … ${INT32_MAX}`, 36);
    }
    return { count, maxId: header.readUInt32LE(32), minPrice, maxPrice };
  }

  private failHeader(reason: string, byte: number): never {
    throw new InputError(`${this.name}:byte ${byte}: ${reason}`);
  }

  private async readChunk(): Promise<Buffer | undefined> {
    try {
      return await this.source.next();
    } catch (error) {
      return this.fail(reasonOf(error), this.record);
    }
  }

  private checkEnd({ count }: Header): void {
    if (this.rest.length > 0 && this.record < count) {
      this.fail(`the file ends after ${this.rest.length} bytes of this record`, this.record);
    }
    if (this.rest.length > 0) this.fail('there are bytes beyond the last record', this.record);
    if (this.record < count)
      this.fail(`the file ends, the header says ${count} records`, this.record);
  }
}
