/**
 * What must be so once, also for several processes and after a crash: a key stands for one action
 * with one set of arguments, and a grant serves one execution. Each is a file that only one can create.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ApprovalRequest } from '../../machines/index.ts';
import {
  codeOf,
  readWhole,
  syncFolder,
  undefinedIfMissing,
  writeWhole,
} from '../environment/files.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { writeAtOnce } from './durable.ts';

export interface OnceOptions {
  /** Of this platform and workspace; made when it is first needed. */
  readonly folder: string;
  readonly environment: Pick<Environment, 'files' | 'clock'>;
}

/** What a key stands for: the digest holds the action; without arguments there is none. */
const bindingOf = ({ digest, action }: ApprovalRequest): string =>
  `${digest ?? `action sha256:${sha256(action)}`}\n`;

/** Keys without arguments were bound to nothing once: such a file stands for any of their actions. */
const BOUND_TO_NOTHING = '\n';

const isBindingOf = (binding: string, request: ApprovalRequest): boolean =>
  binding === bindingOf(request) || (binding === BOUND_TO_NOTHING && request.digest === null);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Without its end it was not written to the end. */
const isTorn = (binding: string): boolean => !binding.endsWith('\n');

/** What this machine knows of a key: new, asked for just this, or for something else. */
export type KeyClaim = 'new' | 'same' | 'other' | 'unknown';

/** How long keys and used grants are remembered, days: a key must not be used again after that. */
export const REMEMBERED_DAYS = 90;

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const MAX_BYTES = 4096;
const LOOKS = 5;
const LOOK_EVERY_MS = 10;

export class Once {
  readonly #options: OnceOptions;
  #swept = false;

  constructor(options: OnceOptions) {
    this.#options = options;
  }

  /**
   * Binds a key to what its request asks for, before it is sent. `unknown` where the state folder
   * cannot be used: then nothing is known, and nobody may assume.
   */
  async claimKey(request: ApprovalRequest): Promise<KeyClaim> {
    try {
      const path = this.#path('keys', request.key);
      if (await this.#create(path, bindingOf(request))) return 'new';
      if (!(await this.#staysTorn(path))) return await this.lookUpKey(request);
      await this.#replace(path, bindingOf(request));
      return (await this.lookUpKey(request)) === 'other' ? 'other' : 'new';
    } catch {
      return 'unknown';
    }
  }

  /** What is known of a key, without binding it. */
  async lookUpKey(request: ApprovalRequest): Promise<KeyClaim> {
    try {
      const there = await this.#read(this.#path('keys', request.key));
      if (there === undefined) return 'new';
      if (isBindingOf(there, request)) return 'same';
      return isTorn(there) ? 'unknown' : 'other';
    } catch {
      return 'unknown';
    }
  }

  /**
   * Uses up a grant.
   * @throws CountersignError `already_used` the second time; `config` where the state folder cannot
   *   be written, because then nobody could tell the second time
   */
  async useGrant(approvalId: string): Promise<void> {
    if (await this.#createOrExplain(this.#path('used', approvalId))) return;
    throw new CountersignError(
      'already_used',
      `the grant of approval ${approvalId} was used already; ask again with a new key`,
    );
  }

  /** Whether a grant was used up. @throws Error of the file system */
  async wasUsed(approvalId: string): Promise<boolean> {
    const { files } = this.#options.environment;
    return (
      (await files.stat(this.#path('used', approvalId)).catch(undefinedIfMissing)) !== undefined
    );
  }

  /**
   * Whether a process was killed while it bound this key: then nothing was sent under it. One that
   * is writing just now is given the time.
   */
  async #staysTorn(path: string): Promise<boolean> {
    const { clock } = this.#options.environment;
    for (let look = 0; look < LOOKS; look += 1) {
      if (look > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY_MS));
      if (!isTorn((await this.#read(path)) ?? '')) return false;
    }
    return true;
  }

  async #replace(path: string, text: string): Promise<void> {
    const { files } = this.#options.environment;
    await writeAtOnce(files, path, Buffer.from(text));
    await syncFolder(files, dirname(path));
  }

  async #createOrExplain(path: string): Promise<boolean> {
    try {
      return await this.#create(path, '\n');
    } catch (error) {
      throw new CountersignError(
        'config',
        `the grant cannot be marked as used in ${this.#options.folder} (${messageOf(error)}); set COUNTERSIGN_STATE_DIR`,
      );
    }
  }

  /** True where the file was not there before; on disk when it resolves. */
  async #create(path: string, text: string): Promise<boolean> {
    const { files } = this.#options.environment;
    await makeFolder(dirname(path), files);
    await this.#sweep();
    try {
      const file = await files.open(path, NEW, 0o600);
      try {
        await writeWhole(file, Buffer.from(text));
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolder(files, dirname(path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  async #read(path: string): Promise<string | undefined> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await this.#options.environment.files.open(path, flags).catch(undefinedIfMissing);
    if (file === undefined) return undefined;
    try {
      return (await readWhole(file, MAX_BYTES)).toString('utf8');
    } finally {
      await file.close();
    }
  }

  /** Once for each client; what cannot be removed stays. */
  async #sweep(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    const { files, clock } = this.#options.environment;
    const oldest = clock.now() - REMEMBERED_DAYS * 86_400_000;
    for (const kind of ['keys', 'used']) {
      const folder = join(this.#options.folder, kind);
      const names = await files.readdir(folder).catch(() => []);
      for (const name of names) {
        const path = join(folder, name);
        const found = await files.lstat(path).catch(() => undefined);
        if (found !== undefined && Number(found.mtimeMs) < oldest)
          await files.unlink(path).catch(() => undefined);
      }
    }
  }

  #path(kind: 'keys' | 'used', name: string): string {
    return join(this.#options.folder, kind, sha256(name));
  }
}
