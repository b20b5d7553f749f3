// The ways in which a journal cannot go on. Each error has a `code` for programs, and a message
// that says to a person what happened, where, and what to do.

export type DamageCode =
  /** A file's name or header is not that of a segment, or the two disagree. */
  | 'segment_header'
  /** Sound, but written in a format that this program does not know. */
  | 'unknown_version'
  /** The header of a batch fails its checksum or contradicts itself. */
  | 'batch_header'
  /** The commands of a batch fail their checksum. */
  | 'batch_slots'
  /** Sound, but not what has to follow: commands are missing, doubled or out of order. */
  | 'sequence'
  /** Sound by itself, but what comes before it is not what came before it when it was written. */
  | 'chain'
  /** A segment of another journal. */
  | 'foreign'
  /** A segment that others follow ends inside a header or batch. */
  | 'cut_short';

/** The journal cannot be read back. Nothing was changed on disk. */
export class JournalDamage extends Error {
  readonly code: DamageCode;
  readonly file: string;
  /** Byte of the file at which the damaged header or batch begins. */
  readonly offset: number;

  /** `sequence`: the command that cannot be read, so the last one that can is the one before. */
  constructor(code: DamageCode, file: string, offset: number, reason: string, sequence: number) {
    super(
      `the journal is damaged: ${file} at byte ${offset}: ${reason} (${code}). ` +
        `Commands before ${sequence} are sound. ${adviceFor(code)}`,
    );
    this.name = 'JournalDamage';
    this.code = code;
    this.file = file;
    this.offset = offset;
  }
}

function adviceFor(code: DamageCode): string {
  if (code === 'unknown_version') {
    return (
      'Nothing was changed. Start the version of ringside that wrote it, or this one with ' +
      'another data directory.'
    );
  }
  return (
    'Nothing was changed. Put back this file and the segments around it from a copy; ' +
    'without a copy keep the whole directory aside before you try anything with it.'
  );
}

/** A call to the disk failed. What was appended since the last `sync` may or may not be there. */
export class JournalWriteError extends Error {
  /** ENOSPC, EIO, … */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly file: string;

  constructor(cause: unknown, syscall: string, file: string, sequence: number) {
    const { code = 'EUNKNOWN', errno = 0, message } = cause as NodeJS.ErrnoException;
    super(
      `journal: ${syscall} of ${file} failed: ${message}. ` +
        `Commands from ${sequence} on are not known to be durable; none is journaled any more.`,
      { cause },
    );
    this.name = 'JournalWriteError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.file = file;
  }
}
