/** The disk of one machine, shared by its processes. Paths are absolute. */
import { constants } from 'node:fs';
import { type DiskNode, FileNode, FolderNode, NameChanges } from './disk-nodes.ts';
import type { Random } from './random.ts';

const MESSAGES = {
  ENOENT: 'no such file or directory',
  EEXIST: 'file already exists',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  ENOTEMPTY: 'directory not empty',
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EMFILE: 'too many open files',
} as const;

export type DiskErrorCode = keyof typeof MESSAGES;

/** As `node:fs` throws it. */
export class DiskError extends Error {
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode, path: string) {
    super(`${code}: ${MESSAGES[code]}, '${path}'`);
    this.code = code;
  }
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');

export class Disk {
  readonly #changes = new NameChanges();
  readonly #now: () => number;
  #inodes = 2n;
  readonly #root: FolderNode;
  /** How often the power failed: what was under way then is gone. */
  powerCuts = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#root = new FolderNode(1n, now());
  }

  find(path: string): DiskNode {
    let node: DiskNode = this.#root;
    for (const name of namesOf(path)) {
      if (node.kind === 'file') throw new DiskError('ENOTDIR', path);
      const next = node.entries.get(name);
      if (next === undefined) throw new DiskError('ENOENT', path);
      node = next;
    }
    return node;
  }

  exists(path: string): boolean {
    try {
      this.find(path);
      return true;
    } catch {
      return false;
    }
  }

  open(path: string, flags: number): DiskNode {
    const { folder, name } = this.#place(path);
    const found = name === '' ? this.#root : folder.entries.get(name);
    if (found === undefined) {
      if ((flags & constants.O_CREAT) === 0) throw new DiskError('ENOENT', path);
      return this.#create(folder, name);
    }
    if ((flags & constants.O_EXCL) !== 0) throw new DiskError('EEXIST', path);
    const writes = (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
    if (found.kind === 'folder' && writes) throw new DiskError('EISDIR', path);
    if (found.kind === 'file' && (flags & constants.O_TRUNC) !== 0) found.truncate(this.#now());
    return found;
  }

  mkdir(path: string): void {
    const { folder, name } = this.#place(path);
    if (name === '' || folder.entries.has(name)) throw new DiskError('EEXIST', path);
    this.#link(folder, name, new FolderNode(this.#inode(), this.#now()));
  }

  readdir(path: string): string[] {
    return [...this.#folder(path).entries.keys()];
  }

  rename(from: string, to: string): void {
    const source = this.#place(from);
    const target = this.#place(to);
    const node = source.folder.entries.get(source.name);
    if (node === undefined) throw new DiskError('ENOENT', from);
    source.folder.entries.delete(source.name);
    target.folder.entries.set(target.name, node);
    this.#changes.add([source.folder, target.folder], () => {
      source.folder.durable.delete(source.name);
      target.folder.durable.set(target.name, node);
    });
  }

  unlink(path: string): void {
    const { folder, name } = this.#place(path);
    const node = folder.entries.get(name);
    if (node === undefined) throw new DiskError('ENOENT', path);
    if (node.kind === 'folder') throw new DiskError('EISDIR', path);
    this.#unlink(folder, name);
  }

  rmdir(path: string): void {
    const { folder, name } = this.#place(path);
    const node = folder.entries.get(name);
    if (node === undefined) throw new DiskError('ENOENT', path);
    if (node.kind === 'file') throw new DiskError('ENOTDIR', path);
    if (node.entries.size > 0) throw new DiskError('ENOTEMPTY', path);
    this.#unlink(folder, name);
  }

  /** Puts a file there, with its folders, in one step that no crash takes back. */
  plant(path: string, bytes: Uint8Array): void {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    let folder = this.#root;
    for (const each of names) {
      const known = folder.entries.get(each);
      const next = known?.kind === 'folder' ? known : new FolderNode(this.#inode(), this.#now());
      folder.entries.set(each, next);
      folder.durable.set(each, next);
      folder = next;
    }
    const file = new FileNode(this.#inode(), this.#now());
    file.write(bytes, 0, this.#now());
    file.sync();
    folder.entries.set(name, file);
    folder.durable.set(name, file);
  }

  /** What was named in the folder is on the platter. */
  syncFolder(folder: FolderNode): void {
    this.#changes.sync(folder);
  }

  /** What is on the platter below a folder, by path; files of it that are named there for sure. */
  durableFiles(path: string): ReadonlyMap<string, FileNode> {
    let folder: DiskNode | undefined = this.#root;
    for (const name of namesOf(path))
      folder = folder?.kind === 'folder' ? folder.durable.get(name) : undefined;
    const files = new Map<string, FileNode>();
    if (folder?.kind !== 'folder') return files;
    for (const [name, node] of folder.durable) if (node.kind === 'file') files.set(name, node);
    return files;
  }

  /** Every file below a folder as processes see it, by path. */
  filesBelow(path: string): Map<string, FileNode> {
    const files = new Map<string, FileNode>();
    const walk = (node: DiskNode, at: string): void => {
      if (node.kind === 'file') files.set(at, node);
      else for (const [name, below] of node.entries) walk(below, `${at}/${name}`);
    };
    if (this.exists(path)) walk(this.find(path), path);
    return files;
  }

  /** The power fails, and comes back. */
  powerCut(random: Random): { readonly namesLost: number; readonly torn: number } {
    this.powerCuts += 1;
    const namesLost = this.#changes.recover(random);
    let torn = 0;
    const seen = new Set<DiskNode>();
    const walk = (node: DiskNode): void => {
      if (seen.has(node)) return;
      seen.add(node);
      if (node.kind === 'file') torn += node.recover(random) === 'torn' ? 1 : 0;
      else {
        node.entries = new Map(node.durable);
        for (const below of node.entries.values()) walk(below);
      }
    };
    walk(this.#root);
    return { namesLost, torn };
  }

  #place(path: string): { folder: FolderNode; name: string } {
    const at = path.lastIndexOf('/');
    return { folder: this.#folder(path.slice(0, at)), name: path.slice(at + 1) };
  }

  #folder(path: string): FolderNode {
    const node = this.find(path);
    if (node.kind === 'file') throw new DiskError('ENOTDIR', path);
    return node;
  }

  #create(folder: FolderNode, name: string): FileNode {
    const file = new FileNode(this.#inode(), this.#now());
    this.#link(folder, name, file);
    return file;
  }

  #link(folder: FolderNode, name: string, node: DiskNode): void {
    folder.entries.set(name, node);
    this.#changes.add([folder], () => void folder.durable.set(name, node));
  }

  #unlink(folder: FolderNode, name: string): void {
    folder.entries.delete(name);
    this.#changes.add([folder], () => void folder.durable.delete(name));
  }

  #inode(): bigint {
    this.#inodes += 1n;
    return this.#inodes;
  }
}
