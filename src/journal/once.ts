/**
 * What must be so once, also for several processes and after a crash: a key stands for one set of
 * arguments, and a grant serves one execution. Each is a file that only one can create.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApprovalRequest } from '../../machines/index.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { makeFolder } from '../settings/make-folder.ts';

export interface OnceOptions {
  /** The folder is made when it is first needed. */
  readonly stateDir: string;
  /** Ids and keys of different platforms have nothing to do with each other. */
  readonly platformUrl: string;
}

/** What this machine knows of a key: asked for just now, asked for these arguments, or for others. */
export type KeyClaim = 'new' | 'same' | 'other' | 'unknown';

export class Once {
  readonly #options: OnceOptions;

  constructor(options: OnceOptions) {
    this.#options = options;
  }

  /**
   * Binds a key to the digest of its request, before it is sent. `unknown` where the state folder
   * cannot be used: then nothing is known, and nobody may assume.
   */
  async claimKey({ workspaceId, key, digest }: ApprovalRequest): Promise<KeyClaim> {
    const path = this.#path('keys', workspaceId, key);
    const mine = digest ?? '';
    try {
      if (await create(path, mine)) return 'new';
      return (await readFile(path, 'utf8')) === mine ? 'same' : 'other';
    } catch {
      return 'unknown';
    }
  }

  /**
   * Uses up a grant.
   * @throws CountersignError `already_used` the second time; `config` where the state folder cannot
   *   be written, because then nobody could tell the second time
   */
  async useGrant(workspaceId: string, approvalId: string): Promise<void> {
    const path = this.#path('used', workspaceId, approvalId);
    if (await this.#createOrExplain(path)) return;
    throw new CountersignError(
      'already_used',
      `the grant of approval ${approvalId} was used already; ask again with a new key`,
    );
  }

  async #createOrExplain(path: string): Promise<boolean> {
    try {
      return await create(path, '');
    } catch (error) {
      throw new CountersignError(
        'config',
        `the grant cannot be marked as used in ${this.#options.stateDir} (${messageOf(error)}); set COUNTERSIGN_STATE_DIR`,
      );
    }
  }

  #path(kind: string, ...parts: readonly string[]): string {
    const name = createHash('sha256')
      .update(JSON.stringify([this.#options.platformUrl, ...parts]))
      .digest('hex');
    return join(this.#options.stateDir, kind, name);
  }
}

/** True where the file was not there before; on disk when it resolves. */
async function create(path: string, text: string): Promise<boolean> {
  await makeFolder(dirname(path));
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
