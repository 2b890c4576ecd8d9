/** The folder of this process: one file for each entry, each written by one at a time. */
import { dirname, join } from 'node:path';
import { syncFolder, undefinedIfMissing } from '../environment/files.ts';
import type { Environment } from '../environment.ts';
import { makeFolder } from '../settings/make-folder.ts';
import { shareNext } from '../share-next.ts';
import { removeFile, writeAtOnce } from './durable.ts';
import { encodeEntry, type JournalEntry } from './entry.ts';
import { leaveFolder, makeOwnFolder } from './owner.ts';

interface Opened {
  readonly path: string;
  /** Where others can see that this process lives. */
  readonly hideLife: (() => Promise<void>) | undefined;
  /** What was named in the folder before the call is on disk when it resolves. */
  readonly sync: () => Promise<void>;
}

export class OwnFolder {
  readonly #owners: string;
  readonly #environment: Environment;
  /** Work on one entry, one after the other. */
  readonly #working = new Map<string, Promise<void>>();
  #opened: Promise<Opened> | undefined;

  /** @param owners the folder that it stands in; made with it, when it is first needed */
  constructor(owners: string, environment: Environment) {
    this.#owners = owners;
    this.#environment = environment;
  }

  /** `undefined` while nothing was needed. */
  async path(): Promise<string | undefined> {
    const opened = await this.#opened?.catch(() => undefined);
    return opened?.path;
  }

  /** @throws Error of the file system */
  async open(): Promise<string> {
    return (await this.#open()).path;
  }

  /**
   * @param until `durable`: also its name is on disk when it resolves
   * @throws Error of the file system
   */
  write(name: string, entry: JournalEntry, until?: 'durable'): Promise<void> {
    return this.#inTurn(name, async ({ path, sync }) => {
      await writeAtOnce(this.#environment.files, join(path, name), encodeEntry(entry));
      if (until === 'durable') await sync();
    });
  }

  /**
   * Off the disk when it resolves.
   * @param unless looked at when its turn has come
   * @throws Error of the file system
   */
  remove(name: string, unless: () => boolean = () => false): Promise<void> {
    return this.#inTurn(name, async ({ path, sync }) => {
      if (unless()) return;
      await removeFile(this.#environment.files, join(path, name));
      await sync();
    });
  }

  /**
   * Names an entry anew, and the one that had the name before; both or none.
   * @param aside the new name of the one that stands there, if it still does
   * @throws Error of the file system
   */
  shift(name: string, to: string, aside: string): Promise<void> {
    const { files } = this.#environment;
    return this.#inTurn(to, async ({ path }) => {
      const [from, back] = [join(path, to), join(path, aside)];
      await files.rename(from, back).catch(undefinedIfMissing);
      await files.rename(join(path, name), from).catch(async (error: unknown) => {
        await files.rename(back, from).catch(() => undefined);
        throw error;
      });
    });
  }

  /**
   * Into a folder without a name, which is nobody's.
   * @throws Error of the file system
   */
  giveAway(name: string): Promise<void> {
    const { files, uuid } = this.#environment;
    return this.#inTurn(name, async ({ path }) => {
      const folder = join(this.#owners, uuid());
      await makeFolder(folder, files);
      await files.rename(join(path, name), join(folder, name));
    });
  }

  /**
   * What was moved here from another folder stays here: a power cut must not leave it in both, or
   * bring it back.
   * @throws Error of the file system
   */
  async keepTaken(from: string): Promise<void> {
    const { sync } = await this.#open();
    await sync();
    // One that is empty may be gone by now.
    await syncFolder(this.#environment.files, from).catch(undefinedIfMissing);
  }

  /** Leaves what is in it to whoever comes next. Never throws. */
  async leave(): Promise<void> {
    await Promise.allSettled(this.#working.values());
    const opened = await this.#opened?.catch(() => undefined);
    if (opened === undefined) return;
    const { path, hideLife } = opened;
    await leaveFolder(this.#environment.files, path, hideLife).catch(() => undefined);
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#make().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #make(): Promise<Opened> {
    const { files, uuid, clock, process } = this.#environment;
    const path = join(this.#owners, uuid());
    await makeFolder(dirname(path), files);
    await makeOwnFolder(files, path, process, clock.now());
    // Where it cannot be shown, what is here is left to this process until somebody says otherwise.
    const hideLife = await process.showLife?.(path).catch(() => undefined);
    return { path, hideLife, sync: shareNext(() => syncFolder(files, path)) };
  }

  #inTurn(name: string, work: (opened: Opened) => Promise<void>): Promise<void> {
    const before = this.#working.get(name) ?? Promise.resolve();
    const run = async (): Promise<void> => work(await this.#open());
    const turn = before.then(run, run);
    this.#working.set(name, turn);
    const leave = (): void => {
      if (this.#working.get(name) === turn) this.#working.delete(name);
    };
    turn.finally(leave).catch(() => undefined);
    return turn;
  }
}
