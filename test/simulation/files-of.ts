/** The disk as one process uses it: slow, failing, and gone with the process. */
import { constants } from 'node:fs';
import type { FileStats, Files, OpenFile } from '../../src/environment/files.ts';
import { type Disk, DiskError } from './disk.ts';
import { type DiskNode, FileNode } from './disk-nodes.ts';
import type { FaultMix } from './fault-mix.ts';
import type { Life } from './life.ts';

export interface DiskUse {
  readonly life: Life;
  readonly disk: Disk;
  readonly faults: FaultMix;
}

/** Longest single operation of a slow disk, milliseconds. */
export const SLOW_DISK_MS = 400;

export function filesOf(use: DiskUse): Files {
  const { disk } = use;
  const act = <Result>(what: string, path: string, effect: () => Result): Promise<Result> =>
    perform(use, `disk ${what} ${path}`, effect);
  return {
    open: (path, flags) =>
      act('open', path, () => {
        if (use.faults.strikes('disk.files')) {
          use.life.trace.hit('disk.too_many_files');
          throw new DiskError('EMFILE', path);
        }
        return openFile(use, path, disk.open(path, flags), flags);
      }),
    stat: (path) => act('stat', path, () => statsOf(disk.find(path))),
    lstat: (path) => act('lstat', path, () => statsOf(disk.find(path))),
    mkdir: (path) => act('mkdir', path, () => disk.mkdir(path)),
    readdir: (path) => act('readdir', path, () => disk.readdir(path)),
    rename: (from, to) => act('rename', to, () => disk.rename(from, to)),
    unlink: (path) => act('unlink', path, () => disk.unlink(path)),
    rmdir: (path) => act('rmdir', path, () => disk.rmdir(path)),
  };
}

function perform<Result>(
  { life, faults, disk }: DiskUse,
  what: string,
  effect: () => Result,
): Promise<Result> {
  const ms = faults.strikes('disk.slow')
    ? life.random.between(5, SLOW_DISK_MS)
    : life.random.between(0, 1);
  const { powerCuts } = disk;
  return life.perform(what, ms, () => {
    if (disk.powerCuts !== powerCuts) throw new DiskError('EIO', what);
    return effect();
  });
}

function openFile(use: DiskUse, path: string, node: DiskNode, flags: number): OpenFile {
  const { disk, faults, life } = use;
  const act = <Result>(what: string, effect: () => Result): Promise<Result> =>
    perform(use, `disk ${what} ${path}`, effect);
  let position = 0;
  let failuresSeen = node.kind === 'file' ? node.failures : 0;
  const sync = (): void => {
    if (node.kind === 'folder') {
      disk.syncFolder(node);
      return;
    }
    if (faults.strikes('disk.sync')) {
      life.trace.hit('disk.sync_failed');
      node.failSync();
    }
    const failed = node.failures > failuresSeen;
    failuresSeen = node.failures;
    if (failed) throw new DiskError('EIO', path);
    node.sync();
    life.say(`synced ${path} ${node.size}`);
  };
  const file = (): FileNode => {
    if (node instanceof FileNode) return node;
    throw new DiskError('EISDIR', path);
  };
  return {
    read: (buffer, offset, length, at) =>
      act('read', () => {
        const bytes = file().content.subarray(at, at + length);
        buffer.set(bytes, offset);
        return { bytesRead: bytes.length };
      }),
    write: (buffer, offset, length) =>
      act('write', () => {
        const bytes = buffer.subarray(offset, offset + writable(use, path, length));
        const at = (flags & constants.O_APPEND) === 0 ? position : file().size;
        file().write(bytes, at, life.time.wall);
        position = at + bytes.length;
        return { bytesWritten: bytes.length };
      }),
    stat: () => act('fstat', () => statsOf(node)),
    datasync: () => act('datasync', sync),
    sync: () => act('sync', sync),
    close: () => act('close', () => undefined),
  };
}

/** How much of it is taken: a full disk may take a part first. */
function writable({ faults, life }: DiskUse, path: string, length: number): number {
  if (faults.strikes('disk.io')) {
    life.trace.hit('disk.io_error');
    throw new DiskError('EIO', path);
  }
  if (!faults.strikes('disk.full')) return length;
  life.trace.hit('disk.full');
  const taken = life.random.between(0, length - 1);
  if (taken === 0) throw new DiskError('ENOSPC', path);
  return taken;
}

function statsOf(node: DiskNode): FileStats {
  return {
    dev: 1n,
    ino: node.ino,
    size: BigInt(node instanceof FileNode ? node.size : 4096),
    mtimeMs: BigInt(node.mtime),
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'folder',
    isSymbolicLink: () => false,
    isCharacterDevice: () => false,
  };
}
