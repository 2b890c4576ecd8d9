/** The chain on the file: what has to be said before a group of records, then the group. */
import { Chain, type ChainPosition } from './chain.ts';
import { type LogDisk, LogFile } from './log-file.ts';
import { type AuditDraft, draftOf, recoverEvent, rotateEvent } from './record.ts';
import type { TornLine } from './torn-tail.ts';

export interface ChainedFileOptions {
  readonly path: string;
  readonly hmacKey: string | undefined;
  readonly disk: LogDisk;
  readonly uuid: () => string;
  /** Where the log stood in the file that this one goes on from. */
  readonly continues?: LogPosition | undefined;
}

/** The last record of a log that is certainly on disk, and its file. */
export interface LogPosition extends ChainPosition {
  readonly path: string;
}

/** What became of the file since the last group. */
interface Look {
  /** What has to be said where it is another one by now. */
  readonly rotated: readonly AuditDraft[];
  readonly torn: readonly TornLine[];
  readonly endsTorn: boolean;
}

/** Each try writes behind what the try before left; more of them are no accident. */
const MAX_TRIES = 5;

/** One at a time: the caller waits for each call before the next. */
export class ChainedFile {
  readonly #options: ChainedFileOptions;
  #file: LogFile;
  #chain: Chain;
  #onDisk: ChainPosition | undefined;
  #continues: LogPosition | undefined;

  private constructor(options: ChainedFileOptions, file: LogFile) {
    this.#options = options;
    this.#file = file;
    this.#chain = new Chain(options.uuid(), options.hmacKey);
    this.#continues = options.continues;
  }

  /** The last record that is certainly on disk. */
  get onDisk(): ChainPosition | undefined {
    return this.#onDisk;
  }

  static async open(options: ChainedFileOptions): Promise<ChainedFile> {
    return new ChainedFile(options, await LogFile.open(options.path, options.disk));
  }

  /**
   * Appends the group in one write and syncs it. Drafts are sealed here and not earlier, because a
   * file that was rotated in between begins a new chain.
   * @throws Error of the file system
   */
  async write(group: readonly AuditDraft[]): Promise<void> {
    let drafts = group;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const [first] = await this.#append(drafts);
      if (first === undefined) return;
      // Who reads line by line does not see this record: once more, on a line of its own.
      drafts = [first];
    }
    throw new Error('other processes leave unfinished lines in front of every record');
  }

  /** @returns what stands behind a line that another process left unfinished, if anything does */
  async #append(group: readonly AuditDraft[]): Promise<AuditDraft[]> {
    const { rotated, torn, endsTorn } = await this.#look();
    const drafts = [
      ...rotated,
      ...torn.map((line) => this.#recovery(line)),
      ...this.#link(),
      ...group,
    ];
    const records = drafts.map((draft) => this.#chain.sealLine(draft));
    if (records.length === 0 && !endsTorn) return [];
    const lines = records.map((record) => `${record}\n`).join('');
    const isGlued = await this.#file.append(Buffer.from(`${endsTorn ? '\n' : ''}${lines}`, 'utf8'));
    this.#onDisk = this.#chain.last;
    return isGlued ? drafts.slice(0, 1) : [];
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** A rotation between this look and the write sends the group to the old file, chain intact. */
  async #look(): Promise<Look> {
    // Both at once: each is a way to the disk and back, and a rotation is rare.
    const [isInPlace, found] = await Promise.all([
      this.#file.isStillInPlace(),
      this.#file.tornLines(),
    ]);
    if (isInPlace) return { rotated: [], torn: found.lines, endsTorn: found.endsTorn };
    const rotated = await this.#followRotation();
    const { lines: torn, endsTorn } = await this.#file.tornLines();
    return { rotated, torn, endsTorn };
  }

  async #followRotation(): Promise<AuditDraft[]> {
    const { path, uuid, hmacKey, disk } = this.#options;
    await this.#file.close();
    this.#file = await LogFile.open(path, disk);
    const previous = this.#chain.last;
    this.#chain = new Chain(uuid(), hmacKey);
    return previous === undefined
      ? []
      : [draftOf(rotateEvent(path, previous, uuid()), disk.clock.now())];
  }

  /** Says once which file, and which record in it, this one goes on from. */
  #link(): AuditDraft[] {
    const { path, uuid, disk } = this.#options;
    const previous = this.#continues;
    this.#continues = undefined;
    if (previous === undefined) return [];
    return [draftOf(rotateEvent(path, previous, uuid(), previous.path), disk.clock.now())];
  }

  #recovery(line: TornLine): AuditDraft {
    const { path, uuid, disk } = this.#options;
    return draftOf(recoverEvent(path, line, uuid()), disk.clock.now());
  }
}
