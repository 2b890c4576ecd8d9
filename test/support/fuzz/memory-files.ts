/** A disk that holds one file, for parsers that are reached through a file alone. */
import type { FileStats, Files, OpenFile } from '../../../src/environment/files.ts';

const no = (): boolean => false;
const refuse = (): Promise<never> => Promise.reject(new Error('this disk is only read'));

/** Every path is the file with these bytes. */
export function filesWith(content: Buffer): Files {
  const stats: FileStats = {
    dev: 1n,
    ino: 1n,
    size: BigInt(content.length),
    mtimeMs: 0n,
    isFile: () => true,
    isDirectory: no,
    isSymbolicLink: no,
    isCharacterDevice: no,
  };
  const stat = (): Promise<FileStats> => Promise.resolve(stats);
  const file: OpenFile = {
    read: (buffer, offset, length, position) =>
      Promise.resolve({
        bytesRead: content.copy(buffer, offset, position, position + length),
      }),
    write: refuse,
    stat,
    datasync: refuse,
    sync: refuse,
    close: () => Promise.resolve(),
  };
  return {
    open: () => Promise.resolve(file),
    stat,
    lstat: stat,
    mkdir: refuse,
    readdir: refuse,
    rename: refuse,
    unlink: refuse,
    rmdir: refuse,
  };
}
