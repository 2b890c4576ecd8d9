/** The file below the log: opened once, appended to, looked at before every append. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../settings/make-folder.ts';
import { findTornLine, type TornLine } from './torn-tail.ts';

/**
 * `NOFOLLOW`: a link in a shared folder could send the records to a file of somebody else's choice.
 * `NONBLOCK`: opening a FIFO without a reader would wait for ever; regular files do not care.
 * `RDWR`: the end of the file is read before it is appended to.
 */
const FLAGS =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export class LogFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #identity: Identity;
  /** Devices have no size and are not rotated. */
  readonly #isRegular: boolean;
  /** A lower bound of the file's size: others may have appended since. */
  #end = 0n;

  private constructor(path: string, handle: FileHandle, isRegular: boolean, identity: Identity) {
    this.path = path;
    this.#handle = handle;
    this.#isRegular = isRegular;
    this.#identity = identity;
  }

  /**
   * Opens the file for appending, making it (mode 0600) and the folders above it (0700).
   * Regular files and character devices only. A device that cannot be synced, such as
   * `/dev/null`, opens and then fails at the first write, as a log that keeps nothing should.
   * @throws Error of the file system, or one that says which kind of file was refused
   */
  static async open(path: string): Promise<LogFile> {
    await makeFolder(dirname(path));
    await refuseOtherKinds(path);
    const handle = await open(path, FLAGS, 0o600);
    try {
      const found = await handle.stat({ bigint: true });
      if (!found.isFile() && !found.isCharacterDevice()) throw new Error('it is no regular file');
      if (found.isFile() && found.size === 0n) await syncFolder(dirname(path));
      return new LogFile(path, handle, found.isFile(), found);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** False when the path leads to another file by now, or the file was truncated. */
  async isStillInPlace(): Promise<boolean> {
    if (!this.#isRegular) return true;
    const found = await stat(this.path, { bigint: true }).catch(undefinedIfMissing);
    return (
      found !== undefined &&
      found.ino === this.#identity.ino &&
      found.dev === this.#identity.dev &&
      found.size >= this.#end
    );
  }

  /** The torn line at the end, or `undefined`; cheap while nobody else wrote. */
  async tornLine(): Promise<TornLine | undefined> {
    if (!this.#isRegular) return undefined;
    const { size } = await this.#handle.stat({ bigint: true });
    if (size === this.#end) return undefined;
    this.#end = size;
    return findTornLine(this.#handle);
  }

  /** Appends the bytes and waits until they are on disk. */
  async append(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        written,
        bytes.length - written,
        null,
      );
      if (bytesWritten === 0) throw new Error('nothing could be written');
      written += bytesWritten;
    }
    await this.#handle.datasync();
    this.#end += BigInt(bytes.length);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

async function refuseOtherKinds(path: string): Promise<void> {
  const found = await lstat(path).catch(undefinedIfMissing);
  if (found === undefined || found.isFile() || found.isCharacterDevice()) return;
  if (found.isDirectory()) throw new Error('it is a folder; name a file');
  if (found.isSymbolicLink()) throw new Error('it is a symbolic link; name the file itself');
  throw new Error('it is a pipe, socket or block device; name a regular file');
}

/** Without it a new file's name may be gone after a power cut, with everything in it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
