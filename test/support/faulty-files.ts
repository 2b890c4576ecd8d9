/** The disk of this machine, with faults that a test switches on and off. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type Environment, systemEnvironment } from '../../src/index.ts';
import { fakePlatform, requestingSide, temporaryFolder } from './world.ts';

type Files = Environment['files'];
type OpenFile = Awaited<ReturnType<Files['open']>>;

export interface DiskFault {
  readonly on: 'open' | 'write' | 'datasync';
  /** Of the error, as `ENOSPC`. */
  readonly code: string;
  /** How many bytes a write still takes before it fails. Default 0. */
  readonly room?: number;
  /** Hits also the files that an audit log goes on in. */
  readonly everywhere?: boolean;
}

export interface FaultyFiles {
  readonly environment: Environment;
  /** What is wrong now; `undefined`: all is well. */
  fault: DiskFault | undefined;
}

/** @param path the file that is hit; those of other names are as healthy as the disk is */
export function faultyFiles(path: string): FaultyFiles {
  const { files } = systemEnvironment;
  const open: Files['open'] = async (name, flags, mode) => {
    const faultHere = (): DiskFault | undefined =>
      name === path || (name.startsWith(path) && faulty.fault?.everywhere === true)
        ? faulty.fault
        : undefined;
    failWhere(faultHere(), 'open');
    return faultyFile(faulty, faultHere, await files.open(name, flags, mode));
  };
  const faulty: FaultyFiles = {
    fault: undefined,
    environment: { ...systemEnvironment, files: { ...files, open } },
  };
  return faulty;
}

const faultyFile = (
  faulty: FaultyFiles,
  faultHere: () => DiskFault | undefined,
  file: OpenFile,
): OpenFile => ({
  ...file,
  write: async (buffer, offset, length, position) => {
    const fault = faultHere();
    if (fault?.on !== 'write') return file.write(buffer, offset, length, position);
    const { room = 0 } = fault;
    if (room === 0) failWhere(fault, 'write');
    const written = await file.write(buffer, offset, Math.min(room, length), position);
    faulty.fault = { ...fault, room: room - written.bytesWritten };
    return written;
  },
  datasync: async () => {
    failWhere(faultHere(), 'datasync');
    await file.datasync();
  },
});

function failWhere(fault: DiskFault | undefined, on: DiskFault['on']): void {
  if (fault?.on !== on) return;
  throw Object.assign(new Error(`${fault.code}: the disk says no, ${on}`), { code: fault.code });
}

/** What a record that was taken may meet on its way to the disk. */
export const CANNOT_KEEP = [
  ['a full disk', { on: 'write', code: 'ENOSPC' }],
  ['a quota', { on: 'write', code: 'EDQUOT', room: 10 }],
  ['a broken disk', { on: 'write', code: 'EIO', room: 100 }],
  ['a sync that fails', { on: 'datasync', code: 'EIO' }],
] as const;

/** Two approvals that wait, recorded on a disk that is well so far. */
export async function twoThatWait() {
  const auditLogPath = join(temporaryFolder(), 'audit.jsonl');
  const disk = faultyFiles(auditLogPath);
  const platform = await fakePlatform();
  const { environment } = disk;
  const { approvals, outcomes } = requestingSide(platform.url, { auditLogPath, environment });
  const first = approvals.request({ action: 'Drop table users' });
  const { id } = await platform.waitForRow();
  const second = approvals.request({ action: 'Deploy' });
  await vi.waitFor(() =>
    expect(outcomes().filter((outcome) => outcome === 'requested')).toHaveLength(2),
  );
  const waiting = { id, outcomes: Promise.all([first, second]) };
  return { platform, disk, approvals, auditLogPath, waiting };
}
