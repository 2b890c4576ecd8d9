/**
 * The approvals of this process that are under way, on disk before anything is sent, so that a
 * crash anywhere leads to the same approval again and never to a second question.
 *
 * One file each, in a folder of this process below `<stateDir>/journal/<platform and workspace>/`.
 */
import { dirname, join } from 'node:path';
import type { ApprovalRequest } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { syncFolder, undefinedIfMissing } from '../files.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { FolderSync, removeFile, writeAtOnce } from './durable.ts';
import { encodeEntry, entryName, type JournalEntry, joinedName, mainName } from './entry.ts';
import { entryNames, leaveFolder, makeOwnFolder } from './owner.ts';
import {
  type BrokenEntry,
  type HeldEntries,
  heldByOthers,
  orphans,
  type TakeoverOptions,
  take,
} from './takeover.ts';

export interface JournalOptions {
  /** Of this platform and workspace; made when it is first needed. */
  readonly folder: string;
  readonly environment: Environment;
}

export interface Claimed {
  readonly entries: readonly JournalEntry[];
  readonly broken: readonly BrokenEntry[];
  readonly held: readonly HeldEntries[];
}

/** One key may be asked again after its end: an entry is that of one approval. */
type EntryOf = Pick<ApprovalRequest, 'key' | 'traceId'>;

interface OwnFolder {
  readonly path: string;
  readonly sync: FolderSync;
}

export class Journal {
  readonly #options: TakeoverOptions & JournalOptions;
  /** By the name of their file. */
  readonly #entries = new Map<string, JournalEntry>();
  /** Writes of one entry, one after the other. */
  readonly #writing = new Map<string, Promise<void>>();
  /** Names of entries that a process before this one began. */
  readonly #takenOver = new Set<string>();
  /** Names of entries that are one with ours, by trace id; until that is recorded. */
  readonly #joined = new Map<string, string>();
  /** Set aside, and not told yet. */
  readonly #broken: BrokenEntry[] = [];
  #own: Promise<OwnFolder> | undefined;
  #wasWritten = false;

  constructor(options: JournalOptions) {
    this.#options = { ...options, owners: join(options.folder, 'owners') };
  }

  /**
   * Writes a request down; on disk when it resolves. One that was taken over stands already.
   * @throws CountersignError `journal`
   */
  async begin(request: ApprovalRequest): Promise<void> {
    if (this.get(request) !== undefined) return;
    const name = entryName(request.key);
    const entry = { request, approvalId: null, givenUp: null };
    this.#entries.set(name, entry);
    this.#takenOver.delete(name);
    try {
      await this.#write(name, entry, 'durable');
      this.#wasWritten = true;
    } catch (error) {
      await this.end(request);
      throw this.#unusable(error);
    }
  }

  /**
   * Adds what became known. Losing it costs time and never the approval: nobody waits for it, and
   * its failure is nobody's.
   */
  note(of: EntryOf, news: Partial<Omit<JournalEntry, 'request'>>): void {
    const name = entryName(of.key);
    const known = this.get(of);
    if (known === undefined) return;
    const entry = { ...known, ...news };
    this.#entries.set(name, entry);
    this.#write(name, entry).catch(() => undefined);
  }

  /** Whether anything could be written here so far. */
  get wasWritten(): boolean {
    return this.#wasWritten;
  }

  /** What is known of an approval under way. */
  get({ key, traceId }: EntryOf): JournalEntry | undefined {
    const entry = this.#entries.get(entryName(key));
    return entry?.request.traceId === traceId ? entry : undefined;
  }

  /** Whether a process before this one may have sent this request. */
  isTakenOver(of: EntryOf): boolean {
    return this.get(of) !== undefined && this.#takenOver.has(entryName(of.key));
  }

  /** Gives what was taken over back, for whoever resumes next. Never throws. */
  async giveBack(of: EntryOf): Promise<void> {
    if (!this.isTakenOver(of)) return;
    const name = entryName(of.key);
    this.#entries.delete(name);
    this.#takenOver.delete(name);
    const { files, uuid } = this.#options.environment;
    await this.#inTurn(name, async () => {
      const own = await this.#openOwn();
      // A folder without a name is nobody's.
      const folder = join(this.#options.owners, uuid());
      await makeFolder(folder, files);
      await files.rename(join(own.path, name), join(folder, name));
    }).catch(() => undefined);
  }

  /** It has ended, and whoever asked knows; off the disk when it resolves. Never throws. */
  async end(of: EntryOf): Promise<void> {
    await this.#endJoined(of.traceId);
    if (this.get(of) === undefined) return;
    const name = entryName(of.key);
    this.#entries.delete(name);
    this.#takenOver.delete(name);
    await this.#inTurn(name, async () => {
      // The same key may have been asked again meanwhile.
      if (!this.#entries.has(name)) await this.#remove(name);
    }).catch(() => undefined);
  }

  async #endJoined(traceId: string): Promise<void> {
    const name = this.#joined.get(traceId);
    this.#joined.delete(traceId);
    if (name !== undefined) await this.#remove(name).catch(() => undefined);
  }

  async #remove(name: string): Promise<void> {
    const own = await this.#openOwn();
    await removeFile(this.#options.environment.files, join(own.path, name));
    await own.sync.sync();
  }

  /**
   * Takes over all entries of processes that are gone: all of them or, where one cannot be read just
   * now, none.
   * @throws CountersignError `journal` where the folder cannot be used
   */
  async claimAll(): Promise<Claimed> {
    const entries: JournalEntry[] = [];
    try {
      for (const from of await orphans(this.#options, await this.#ownPath())) {
        for (const name of await entryNames(this.#options.environment.files, from)) {
          const taken = await this.#take(from, name);
          if (taken === undefined) continue;
          if ('why' in taken) this.#broken.push(taken);
          else entries.push(taken);
        }
        await this.#keepTaken(from);
      }
      const held = await heldByOthers(this.#options, await this.#ownPath());
      return { entries, broken: this.#broken.splice(0), held };
    } catch (error) {
      for (const { request } of entries) await this.giveBack(request);
      throw this.#unusable(error);
    }
  }

  /** Leaves what has not ended to whoever comes next. Never throws. */
  async close(): Promise<void> {
    if (this.#own === undefined) return;
    await Promise.allSettled(this.#writing.values());
    const path = await this.#ownPath();
    if (path !== undefined)
      await leaveFolder(this.#options.environment.files, path).catch(() => undefined);
  }

  /**
   * Takes over the entry of this key from a process that is gone.
   * @throws CountersignError `journal` where it is there and broken, or cannot be read
   */
  async claim(key: string): Promise<JournalEntry | undefined> {
    const name = entryName(key);
    try {
      for (const from of await orphans(this.#options, await this.#ownPath())) {
        const names = await entryNames(this.#options.environment.files, from);
        const found = names.find((each) => mainName(each) === name);
        const taken = found === undefined ? undefined : await this.#take(from, found);
        if (taken === undefined) continue;
        if ('why' in taken) throw new Error(`${taken.path} ${taken.why}; it was set aside`);
        await this.#keepTaken(from);
        return taken;
      }
      return undefined;
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  async #take(from: string, name: string): Promise<JournalEntry | BrokenEntry | undefined> {
    const { path: to } = await this.#openOwn();
    const main = mainName(name);
    // One approval for a key: ours goes on, and what the other process left is no other.
    const isJoined = this.#entries.has(main);
    const as = isJoined ? joinedName(main, this.#options.environment.uuid()) : main;
    const taken = await take(this.#options, { from, to, name, as });
    if (taken === undefined || 'why' in taken) return taken;
    if (isJoined) {
      this.#joined.set(taken.request.traceId, as);
      return taken;
    }
    this.#entries.set(main, taken);
    this.#takenOver.add(main);
    return taken;
  }

  /** A power cut must not leave an entry in two folders, or bring it back to where it was taken from. */
  async #keepTaken(from: string): Promise<void> {
    const own = await this.#openOwn();
    await own.sync.sync();
    // One that is empty may be gone by now.
    await syncFolder(this.#options.environment.files, from).catch(undefinedIfMissing);
  }

  async #ownPath(): Promise<string | undefined> {
    const own = await this.#own?.catch(() => undefined);
    return own?.path;
  }

  #openOwn(): Promise<OwnFolder> {
    this.#own ??= this.#makeOwn().catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  async #makeOwn(): Promise<OwnFolder> {
    const { files, uuid, clock, process } = this.#options.environment;
    const path = join(this.#options.owners, uuid());
    await makeFolder(dirname(path), files);
    await makeOwnFolder(files, path, process, clock.now());
    return { path, sync: new FolderSync(files, path) };
  }

  #write(name: string, entry: JournalEntry, until?: 'durable'): Promise<void> {
    return this.#inTurn(name, async () => {
      const own = await this.#openOwn();
      const path = join(own.path, name);
      await writeAtOnce(this.#options.environment.files, path, encodeEntry(entry));
      if (until === 'durable') await own.sync.sync();
    });
  }

  #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#writing.set(name, turn);
    const leave = (): void => {
      if (this.#writing.get(name) === turn) this.#writing.delete(name);
    };
    turn.finally(leave).catch(() => undefined);
    return turn;
  }

  #unusable(error: unknown): CountersignError {
    return new CountersignError(
      'journal',
      `the journal in ${this.#options.folder} cannot be used: ${messageOf(error)}; set COUNTERSIGN_STATE_DIR to a folder that can be written`,
      { cause: error },
    );
  }
}
