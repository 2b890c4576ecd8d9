import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Files, systemFiles } from '../environment/files.ts';
import { CountersignError, messageOf } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { makeFolder } from './make-folder.ts';

/** Paths that were said already: one process says a thing once. */
const said = new Set<string>();

/**
 * Where the audit log goes: the path of the settings, or, where that is the default and cannot be
 * written, `audit.jsonl` in the state folder. The file is made on the way.
 * @param say is told once per process of the other place; default: standard error
 * @throws CountersignError `audit` where a path that was set cannot be written, or both cannot
 */
export async function resolveAuditPath(
  { audit, stateDir }: Pick<Settings, 'audit' | 'stateDir'>,
  say: (message: string) => void = (message) => process.stderr.write(`${message}\n`),
  files: Files = systemFiles,
): Promise<string> {
  const why = await whyNotWritable(files, audit.path);
  if (why === undefined) return audit.path;
  if (audit.explicit)
    throw refused(
      `the audit log ${audit.path} cannot be written: ${why}; set AUDIT_LOG_PATH to a file that can`,
    );
  const instead = join(stateDir, 'audit.jsonl');
  const whyNotThere = await whyNotWritable(files, instead);
  if (whyNotThere !== undefined)
    throw refused(
      `neither ${audit.path} (${why}) nor ${instead} (${whyNotThere}) can be written; set AUDIT_LOG_PATH, or COUNTERSIGN_STATE_DIR`,
    );
  if (!said.has(instead))
    say(`countersign: ${audit.path} cannot be written (${why}); the audit log is ${instead}`);
  said.add(instead);
  return instead;
}

/** Opening a FIFO would wait for a reader, for ever. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

async function whyNotWritable(files: Files, path: string): Promise<string | undefined> {
  try {
    await makeFolder(dirname(path), files);
    const file = await files.open(path, FLAGS, 0o600);
    await file.close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const refused = (message: string): CountersignError => new CountersignError('audit', message);
