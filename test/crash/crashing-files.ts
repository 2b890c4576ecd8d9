/** The disk, with a name for every operation on it. */
import { constants } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import type { Files, OpenFile } from '../../src/index.ts';
import { PLACES } from './plan.ts';
import type { Trigger } from './trigger.ts';

/** What a file is for, by its place. */
function purposeOf(path: string): string {
  const parts = path.split(sep);
  const name = basename(path);
  if (name === PLACES.audit) return 'audit';
  if (parts.includes('keys')) return 'key';
  if (parts.includes('used')) return 'use';
  if (!parts.includes('owners')) return 'folder';
  if (name.startsWith('owner.json')) return 'owner';
  return name.includes('.json') ? 'journal' : 'journal_folder';
}

const isClaim = (from: string, to: string): boolean =>
  purposeOf(from) === 'journal' && dirname(from) !== dirname(to);

export function crashingFiles(files: Files, trigger: Trigger): Files {
  const around = <Result>(verb: string, path: string, operation: () => Promise<Result>) =>
    trigger.around(`${purposeOf(path)} ${verb}`, operation);
  return {
    open: async (path, flags, mode) => {
      const verb = (flags & constants.O_CREAT) === 0 ? 'look' : 'open';
      const file = await around(verb, path, () => files.open(path, flags, mode));
      return crashingFile(file, purposeOf(path), trigger);
    },
    stat: (path) => around('stat', path, () => files.stat(path)),
    lstat: (path) => around('stat', path, () => files.lstat(path)),
    mkdir: (path, options) => around('make', path, () => files.mkdir(path, options)),
    readdir: (path) => around('list', path, () => files.readdir(path)),
    rename: (from, to) => {
      const what = isClaim(from, to) ? 'claim' : purposeOf(from);
      return trigger.around(`${what} rename`, () => files.rename(from, to));
    },
    unlink: (path) => around('remove', path, () => files.unlink(path)),
    rmdir: (path) => around('remove', path, () => files.rmdir(path)),
  };
}

function crashingFile(file: OpenFile, purpose: string, trigger: Trigger): OpenFile {
  return {
    read: (buffer, offset, length, position) =>
      trigger.around(`${purpose} read`, () => file.read(buffer, offset, length, position)),
    write: (buffer, offset, length, position) =>
      trigger.around(
        `${purpose} write`,
        () => file.write(buffer, offset, length, position),
        () => file.write(buffer, offset, Math.ceil(length / 2), position),
      ),
    stat: () => trigger.around(`${purpose} stat`, () => file.stat()),
    datasync: () => trigger.around(`${purpose} sync`, () => file.datasync()),
    sync: () => trigger.around(`${purpose} sync`, () => file.sync()),
    close: () => file.close(),
  };
}
