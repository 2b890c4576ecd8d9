/** The chain on the file: what has to be said before a group of records, then the group. */
import { Chain, type ChainPosition, lineOf } from './chain.ts';
import { type LogDisk, LogFile } from './log-file.ts';
import { type AuditDraft, draftOf, recoverEvent, rotateEvent } from './record.ts';

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
   */
  async write(group: readonly AuditDraft[]): Promise<void> {
    const first = [
      ...(await this.#followRotation()),
      ...(await this.#repairEnd()),
      ...this.#link(),
    ];
    const records = [...first, ...group].map((draft) => lineOf(this.#chain.seal(draft)));
    if (records.length === 0) return;
    const afterTornLine = first.some(({ action }) => action === 'recover') ? '\n' : '';
    await this.#file.append(Buffer.from(`${afterTornLine}${records.join('\n')}\n`, 'utf8'));
    this.#onDisk = this.#chain.last;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** A rotation between this look and the write sends the group to the old file, chain intact. */
  async #followRotation(): Promise<AuditDraft[]> {
    if (await this.#file.isStillInPlace()) return [];
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

  async #repairEnd(): Promise<AuditDraft[]> {
    const { path, uuid, disk } = this.#options;
    const torn = await this.#file.tornLines();
    return torn.map((line) => draftOf(recoverEvent(path, line, uuid()), disk.clock.now()));
  }
}
