import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignError, messageOf } from '../errors.ts';
import type { PlatformLogger } from './logger.ts';
import { newSecret } from './secrets.ts';

/** In the data folder. */
const APPROVER_TOKEN_FILE = 'approver.token';

/**
 * The token of whoever owns the data folder; made at the first start, mode 0600.
 * @throws CountersignError `config`, naming the file, where it cannot be read or holds no token
 */
export function approverToken(dataDir: string, logger: PlatformLogger): string {
  const path = join(dataDir, APPROVER_TOKEN_FILE);
  try {
    makeOnce(path);
    keepPrivate(path, logger);
    const token = readFileSync(path, 'utf8').trim();
    if (/^[\w-]{43,}$/.test(token)) return token;
  } catch (error) {
    throw new CountersignError('config', `cannot use ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new CountersignError('config', `${path} holds no token; remove it to get a new one`);
}

/** Linked into place, so that nobody ever reads half of it and the first of two starts wins. */
function makeOnce(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const draft = `${path}.${process.pid}.${newSecret().slice(0, 8)}`;
  try {
    writeFileSync(draft, `${newSecret()}\n`, { flag: 'wx', mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function keepPrivate(path: string, logger: PlatformLogger): void {
  if ((statSync(path).mode & 0o077) === 0) return;
  logger.warn({ path }, 'others could read the approver token; made private now');
  chmodSync(path, 0o600);
}
