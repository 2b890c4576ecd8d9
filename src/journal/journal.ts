/**
 * The approvals of this process that are under way, on disk before anything is sent, so that a
 * crash anywhere leads to the same approval again and never to a second question.
 *
 * One file each, in a folder of this process below `<stateDir>/journal/<platform and workspace>/`.
 */
import { join } from 'node:path';
import type { ApprovalRequest } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { entryName, type JournalEntry, joinedName, mainName } from './entry.ts';
import { OwnFolder } from './own-folder.ts';
import { entryNames } from './owner.ts';
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

export class Journal {
  readonly #options: TakeoverOptions & JournalOptions;
  readonly #own: OwnFolder;
  /** By the name of their file. */
  readonly #entries = new Map<string, JournalEntry>();
  /** Names of entries that a process before this one began. */
  readonly #takenOver = new Set<string>();
  /** Other entries of a key that is ours, by trace id; until their end is recorded. */
  readonly #joined = new Map<string, { readonly name: string; readonly entry: JournalEntry }>();
  /** Set aside, and not told yet. */
  readonly #broken: BrokenEntry[] = [];
  #wasWritten = false;

  constructor(options: JournalOptions) {
    const owners = join(options.folder, 'owners');
    this.#options = { ...options, owners };
    this.#own = new OwnFolder(owners, options.environment);
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
      await this.#own.write(name, entry, 'durable');
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
    if (known === undefined) {
      this.#noteJoined(of.traceId, news);
      return;
    }
    const entry = { ...known, ...news };
    this.#entries.set(name, entry);
    // A copy beside it would be told to whoever comes next.
    if (entry.isAnswered === true) void this.#endJoined(of.traceId);
    this.#own.write(name, entry).catch(() => undefined);
  }

  #noteJoined(traceId: string, news: Partial<Omit<JournalEntry, 'request'>>): void {
    const joined = this.#joined.get(traceId);
    if (joined === undefined) return;
    const { name } = joined;
    const entry = { ...joined.entry, ...news };
    this.#joined.set(traceId, { name, entry });
    this.#own.write(name, entry).catch(() => undefined);
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
    const joined = this.#joined.get(of.traceId)?.name;
    this.#joined.delete(of.traceId);
    if (joined === undefined && !this.isTakenOver(of)) return;
    const name = joined ?? entryName(of.key);
    if (joined === undefined) {
      this.#entries.delete(name);
      this.#takenOver.delete(name);
    }
    await this.#own.giveAway(name).catch(() => undefined);
  }

  /** It has ended, and whoever asked knows; off the disk when it resolves. Never throws. */
  async end(of: EntryOf): Promise<void> {
    await this.#endJoined(of.traceId);
    if (this.get(of) === undefined) return;
    const name = entryName(of.key);
    this.#entries.delete(name);
    this.#takenOver.delete(name);
    // The same key may have been asked again meanwhile.
    await this.#own.remove(name, () => this.#entries.has(name)).catch(() => undefined);
  }

  async #endJoined(traceId: string): Promise<void> {
    const name = this.#joined.get(traceId)?.name;
    this.#joined.delete(traceId);
    if (name !== undefined) await this.#own.remove(name).catch(() => undefined);
  }

  /**
   * Takes over the entry of this key from a process that is gone.
   * @throws CountersignError `journal` where it is there and broken, or cannot be read
   */
  async claim(key: string): Promise<JournalEntry | undefined> {
    const taken = await this.#takeOne(entryName(key));
    if (taken !== undefined && 'why' in taken) throw brokenEntry(taken);
    return taken;
  }

  async #takeOne(name: string): Promise<JournalEntry | BrokenEntry | undefined> {
    const isBeside = (each: string): boolean => mainName(each) === name;
    try {
      for (const from of await orphans(this.#options, await this.#own.path())) {
        const names = await entryNames(this.#options.environment.files, from);
        const found = names.find((each) => each === name) ?? names.find(isBeside);
        const taken = found === undefined ? undefined : await this.#take(from, found);
        if (taken === undefined) continue;
        if (!('why' in taken)) await this.#own.keepTaken(from);
        return taken;
      }
      return undefined;
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  /**
   * Takes over all entries of processes that are gone: all of them or, where one cannot be read just
   * now, none.
   * @throws CountersignError `journal` where the folder cannot be used
   */
  async claimAll(): Promise<Claimed> {
    const entries: JournalEntry[] = [];
    try {
      for (const from of await orphans(this.#options, await this.#own.path())) {
        for (const name of await entryNames(this.#options.environment.files, from)) {
          const taken = await this.#take(from, name);
          if (taken === undefined) continue;
          if ('why' in taken) this.#broken.push(taken);
          else entries.push(taken);
        }
        await this.#own.keepTaken(from);
      }
      const held = await heldByOthers(this.#options, await this.#own.path());
      return { entries, broken: this.#broken.splice(0), held };
    } catch (error) {
      for (const { request } of entries) await this.giveBack(request);
      throw this.#unusable(error);
    }
  }

  /** Leaves what has not ended to whoever comes next. Never throws. */
  close(): Promise<void> {
    return this.#own.leave();
  }

  async #take(from: string, name: string): Promise<JournalEntry | BrokenEntry | undefined> {
    const to = await this.#own.open();
    const main = mainName(name);
    const standing = this.#entries.get(main);
    // One approval for a key: ours goes on, and what the other process left is no other.
    const as = standing === undefined ? main : this.#besideName(main);
    const taken = await take(this.#options, { from, to, name, as });
    if (taken === undefined || 'why' in taken) return taken;
    if (standing === undefined) {
      this.#entries.set(main, taken);
      this.#takenOver.add(main);
      return taken;
    }
    this.#joined.set(taken.request.traceId, { name: as, entry: taken });
    if (standing.isAnswered === true && taken.isAnswered !== true)
      await this.#giveWay(standing, taken, as);
    return taken;
  }

  /** What was answered only owes: it stands beside the one that goes on, whose place it has. */
  async #giveWay(answered: JournalEntry, goesOn: JournalEntry, as: string): Promise<void> {
    const main = mainName(as);
    const beside = this.#besideName(main);
    const wasTakenOver = this.#takenOver.has(main);
    this.#entries.set(main, goesOn);
    this.#takenOver.add(main);
    this.#joined.set(answered.request.traceId, { name: beside, entry: answered });
    this.#joined.delete(goesOn.request.traceId);
    try {
      await this.#own.shift(as, main, beside);
    } catch {
      // Each stays where it stands, and the one that goes on begins anew.
      this.#entries.set(main, answered);
      if (!wasTakenOver) this.#takenOver.delete(main);
      this.#joined.delete(answered.request.traceId);
      this.#joined.set(goesOn.request.traceId, { name: as, entry: goesOn });
    }
  }

  #besideName(main: string): string {
    return joinedName(main, this.#options.environment.uuid());
  }

  #unusable(error: unknown): CountersignError {
    return new CountersignError(
      'journal',
      `the journal in ${this.#options.folder} cannot be used: ${messageOf(error)}; set COUNTERSIGN_STATE_DIR to a folder that can be written`,
      { cause: error },
    );
  }
}

/** Nothing is wrong with the folder, and the next request of this key goes on without the entry. */
const brokenEntry = ({ path, why }: BrokenEntry): CountersignError =>
  new CountersignError(
    'journal',
    `the journal's entry of this key ${why}; it was set aside as ${path}. Ask again with the same key: where its request still stands on the platform, that is found`,
  );
