// Standard output for very many lines, written at once: what is not written yet is never more than
// one block, however slow the reader of a pipe is.

import { writeSync } from 'node:fs';
import { EXIT_OK } from './exit-codes.ts';

const BLOCK = 65_536;
const STDOUT = 1;
const FULL_PIPE_WAIT_MS = 1;
const IDLE = new Int32Array(new SharedArrayBuffer(4));

/** Takes one line, with its line feed. */
export type Print = (line: string) => void;

export class SyncOutput {
  private text = '';

  write(line: string): void {
    this.text += line;
    if (this.text.length >= BLOCK) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.text);
    this.text = '';
    for (let at = 0; at < bytes.length; ) at += writeSome(bytes, at);
  }
}

function writeSome(bytes: Buffer, at: number): number {
  try {
    return writeSync(STDOUT, bytes, at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The reader of the pipe (`| head`) has seen enough.
    if (code === 'EPIPE') process.exit(EXIT_OK);
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(IDLE, 0, 0, FULL_PIPE_WAIT_MS);
    return 0;
  }
}
