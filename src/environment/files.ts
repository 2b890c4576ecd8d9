/**
 * The part of `node:fs/promises` that is used, so that a simulation can put another disk there: one
 * that tears writes, refuses to sync, or forgets what was not flushed.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';

export interface FileStats {
  readonly dev: bigint;
  readonly ino: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** When it was changed, milliseconds since the epoch. */
  readonly mtimeMs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isCharacterDevice(): boolean;
}

/** Every method rejects with an Error of the file system, with its `code`. */
export interface OpenFile {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  /** Writes where the file stands: at its end, where it was opened for appending. */
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<FileStats>;
  /** Content on disk. */
  datasync(): Promise<void>;
  /** Content and attributes on disk; of a folder: its names. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Every method rejects with an Error of the file system, with its `code`. */
export interface Files {
  /** @param flags bits of `node:fs` constants */
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  stat(path: string): Promise<FileStats>;
  /** Of a link itself. */
  lstat(path: string): Promise<FileStats>;
  mkdir(path: string, options: { readonly mode: number }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
}

/** The file system of this machine. */
export const systemFiles: Files = {
  open: async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    return {
      read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
      write: (buffer, offset, length, position) => file.write(buffer, offset, length, position),
      stat: () => file.stat({ bigint: true }),
      datasync: () => file.datasync(),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  stat: (path) => stat(path, { bigint: true }),
  lstat: (path) => lstat(path, { bigint: true }),
  mkdir,
  readdir: (path) => readdir(path),
  rename,
  unlink,
  rmdir,
};

/** The `code` of an error of the file system. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** For `catch`: what is missing is `undefined`, everything else is thrown on. */
export function undefinedIfMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}

/**
 * The whole content of a small file.
 * @throws Error of the file system, or one that says that it is larger than `most` bytes
 */
export async function readWhole(file: OpenFile, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > BigInt(most)) throw new Error(`is larger than ${most} bytes`);
  const buffer = Buffer.alloc(Number(size));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Writes all of it; what is written is not on disk before a sync. */
export async function writeWhole(file: OpenFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.length - written;
    const { bytesWritten } = await file.write(bytes, written, left, null);
    if (bytesWritten === 0) throw new Error('nothing could be written');
    written += bytesWritten;
  }
}

/** Without it a new file's name may be gone after a power cut, with everything in it. */
export async function syncFolder(files: Files, path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await files.open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
