/** The file below the log: opened once, appended to, looked at before every append. */
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { DeadlineClock } from '../../machines/index.ts';
import {
  type Files,
  type OpenFile,
  syncFolder,
  undefinedIfMissing,
  writeWhole,
} from '../environment/files.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { findTornLines, type TornLines } from './torn-tail.ts';

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

const LINE_FEED = 0x0a;

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Where the file lives. */
export interface LogDisk {
  readonly files: Files;
  readonly clock: DeadlineClock;
}

export class LogFile {
  readonly path: string;
  readonly #disk: LogDisk;
  readonly #handle: OpenFile;
  readonly #identity: Identity;
  /** Devices have no size and are not rotated. */
  readonly #isRegular: boolean;
  /** A lower bound of the file's size: others may have appended since. */
  #end = 0n;

  private constructor(
    path: string,
    disk: LogDisk,
    handle: OpenFile,
    found: Identity & { isFile(): boolean },
  ) {
    this.path = path;
    this.#disk = disk;
    this.#handle = handle;
    this.#isRegular = found.isFile();
    this.#identity = found;
  }

  /**
   * Opens the file for appending, making it (mode 0600) and the folders above it (0700).
   * Regular files and character devices only. A device that cannot be synced, such as
   * `/dev/null`, opens and then fails at the first write, as a log that keeps nothing should.
   * @throws Error of the file system, or one that says which kind of file was refused
   */
  static async open(path: string, disk: LogDisk): Promise<LogFile> {
    const { files } = disk;
    await makeFolder(dirname(path), files);
    await refuseOtherKinds(files, path);
    const handle = await files.open(path, FLAGS, 0o600);
    try {
      const found = await handle.stat();
      if (!found.isFile() && !found.isCharacterDevice()) throw new Error('it is no regular file');
      if (found.isFile() && found.size === 0n) await syncFolder(files, dirname(path));
      return new LogFile(path, disk, handle, found);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** False when the path leads to another file by now, or the file was truncated. */
  async isStillInPlace(): Promise<boolean> {
    if (!this.#isRegular) return true;
    // A look for torn lines beside this one may move it.
    const end = this.#end;
    const found = await this.#disk.files.stat(this.path).catch(undefinedIfMissing);
    return (
      found !== undefined &&
      found.ino === this.#identity.ino &&
      found.dev === this.#identity.dev &&
      found.size >= end
    );
  }

  /** Torn lines since the last look; cheap while nobody else wrote. */
  async tornLines(): Promise<TornLines> {
    const { size } = this.#isRegular ? await this.#handle.stat() : { size: this.#end };
    if (size === this.#end) return { lines: [], endsTorn: false };
    const from = Number(this.#end);
    this.#end = size;
    return findTornLines(this.#handle, from, this.#disk.clock);
  }

  /**
   * Appends the bytes and waits until they are on disk.
   * @returns whether they stand behind a line that another process left unfinished between our look
   *   at the end and our write: then their first line is no line of its own
   */
  async append(bytes: Buffer): Promise<boolean> {
    // In one piece: between two, another process may append. What was written of it is a torn line.
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, null);
    if (bytesWritten !== bytes.length) {
      // The reason, where there is one.
      await writeWhole(this.#handle, bytes.subarray(bytesWritten));
      throw new Error('it could not be written in one piece');
    }
    // Side by side: what was written stands where it stands.
    const [isGlued] = await Promise.all([this.#isGlued(bytes), this.#handle.datasync()]);
    if (!isGlued) this.#end += BigInt(bytes.length);
    return isGlued;
  }

  async #isGlued(bytes: Buffer): Promise<boolean> {
    if (!this.#isRegular) return false;
    const { size } = await this.#handle.stat();
    if (size === this.#end + BigInt(bytes.length)) return false;
    const region = Buffer.alloc(Number(size - this.#end));
    await this.#handle.read(region, 0, region.length, Number(this.#end));
    const at = region.indexOf(bytes);
    return at > 0 && region[at - 1] !== LINE_FEED && bytes[0] !== LINE_FEED;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function refuseOtherKinds(files: Files, path: string): Promise<void> {
  const found = await files.lstat(path).catch(undefinedIfMissing);
  if (found === undefined || found.isFile() || found.isCharacterDevice()) return;
  if (found.isDirectory()) throw new Error('it is a folder; name a file');
  if (found.isSymbolicLink()) throw new Error('it is a symbolic link; name the file itself');
  throw new Error('it is a pipe, socket or block device; name a regular file');
}
