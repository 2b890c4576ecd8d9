/** What is on a disk: as processes see it, and as it would be after a power cut. */
import type { Random } from './random.ts';

export class FileNode {
  readonly kind = 'file';
  readonly ino: bigint;
  mtime: number;
  size = 0;
  /** So much of the content is on the platter. */
  synced = 0;
  /** How often a sync of it failed: each open file learns of it once. */
  failures = 0;
  /** What could not be written back, and never will be. */
  readonly lost: { readonly from: number; readonly to: number }[] = [];
  #data: Buffer = Buffer.alloc(1024);
  /** What the platter holds of an older content. */
  #older: Buffer | undefined;

  constructor(ino: bigint, now: number) {
    this.ino = ino;
    this.mtime = now;
  }

  get content(): Buffer {
    return this.#data.subarray(0, this.size);
  }

  write(bytes: Uint8Array, at: number, now: number): void {
    const end = at + bytes.length;
    if (end > this.#data.length) {
      const larger = Buffer.alloc(2 * end);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set(bytes, at);
    this.size = Math.max(this.size, end);
    this.synced = Math.min(this.synced, at);
    this.mtime = now;
  }

  truncate(now: number): void {
    this.#older ??= Buffer.from(this.content.subarray(0, this.synced));
    this.size = 0;
    this.synced = 0;
    this.mtime = now;
  }

  sync(): void {
    this.synced = this.size;
    this.#older = undefined;
  }

  /** The pages that could not be written are clean from now on: no later sync writes them. */
  failSync(): void {
    this.failures += 1;
    this.lost.push({ from: this.synced, to: this.size });
  }

  /** Whether these bytes would be there after a power cut. */
  isSafe(from: number, to: number): boolean {
    return to <= this.synced && this.lost.every((gap) => to <= gap.from || from >= gap.to);
  }

  /** The power is back: of what was not synced all is there, a part, or nothing. */
  recover(random: Random): 'whole' | 'torn' {
    const older = this.#older;
    if (older !== undefined && random.chance(0.5)) {
      this.#data = older;
      this.size = older.length;
      this.sync();
      return 'whole';
    }
    const [gap] = this.lost;
    const most = gap !== undefined && gap.to >= this.size ? gap.from : this.size;
    const least = Math.min(this.synced, most);
    // From now on what is there is on the platter.
    this.lost.length = 0;
    const kept = random.pick([least, most, random.between(least, most)]);
    const torn = kept < this.size;
    this.size = kept;
    this.sync();
    return torn ? 'torn' : 'whole';
  }
}

export class FolderNode {
  readonly kind = 'folder';
  readonly ino: bigint;
  entries = new Map<string, DiskNode>();
  /** The names that are on the platter. */
  readonly durable = new Map<string, DiskNode>();
  readonly mtime: number;

  constructor(ino: bigint, now: number) {
    this.ino = ino;
    this.mtime = now;
  }
}

export type DiskNode = FileNode | FolderNode;

/** A change of names that is not on the platter yet. */
interface Change {
  readonly folders: readonly FolderNode[];
  readonly apply: () => void;
}

/** Changes of names in their order, as a file system's own journal keeps them. */
export class NameChanges {
  #changes: Change[] = [];

  add(folders: readonly FolderNode[], apply: () => void): void {
    this.#changes.push({ folders, apply });
  }

  /** Everything up to the last change of this folder is on the platter. */
  sync(folder: FolderNode): void {
    const last = this.#changes.findLastIndex(({ folders }) => folders.includes(folder));
    this.#applyFirst(last + 1);
  }

  /** The power fails: some of the last changes are lost. @returns how many */
  recover(random: Random): number {
    const total = this.#changes.length;
    const kept = random.pick([0, total, random.between(0, total)]);
    this.#applyFirst(kept);
    this.#changes = [];
    return total - kept;
  }

  #applyFirst(count: number): void {
    for (const { apply } of this.#changes.splice(0, count)) apply();
  }
}
