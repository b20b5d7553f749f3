// One file of a data directory, checked in a thread of the pool of `ringside journal verify`.

import {
  type SegmentReport,
  type SnapshotReport,
  verifySegment,
  verifySnapshotFile,
} from '../journal/verify-segment.ts';

export interface VerifyTask {
  kind: 'segment' | 'snapshot';
  file: string;
}

export default function verify({ kind, file }: VerifyTask): SegmentReport | SnapshotReport {
  return kind === 'segment' ? verifySegment(file) : verifySnapshotFile(file);
}
