/** Which platform an approver's command speaks to, and with which token. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignError, messageOf } from '../../errors.ts';
import { isLoopback } from '../../protocol/loopback.ts';
import { SettingsError, SettingsReader } from '../../settings/reader.ts';
import * as values from '../../settings/values.ts';
import { defaultDataDir } from '../data-folder.ts';

export interface ApproverSettings {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** Where the token is from, for messages. */
  readonly tokenFrom: string;
}

const DEFAULT_URL = 'http://localhost:8080';

/**
 * @param dataDir the folder given on the command line; it wins over the environment
 * @throws SettingsError with every problem; CountersignError `config` where there is no token
 */
export function readApproverSettings(dataDir: string | undefined): ApproverSettings {
  const reader = new SettingsReader(process.env);
  const url =
    reader.read(
      { option: 'url', given: undefined, variable: 'PLATFORM_URL' },
      values.platformUrl,
    ) ?? DEFAULT_URL;
  if (reader.isBlank('PLATFORM_URL'))
    reader.refuse('PLATFORM_URL', 'is empty; set the address of the platform, or unset it');
  const token = reader.read(
    { option: 'token', given: undefined, variable: 'COUNTERSIGN_APPROVER_TOKEN' },
    values.token,
  );
  if (reader.problems.length > 0) throw new SettingsError(reader.problems);
  if (dataDir === undefined && token !== undefined)
    return { url, token, tokenFrom: 'COUNTERSIGN_APPROVER_TOKEN' };
  if (dataDir === undefined) refuseElsewhere(url);
  const path = join(dataDir ?? defaultDataDir(), 'approver.token');
  return { url, token: tokenIn(path), tokenFrom: path };
}

/** The token of this machine's platform is nobody else's business. */
function refuseElsewhere(url: string): void {
  if (isLoopback(new URL(url).hostname)) return;
  throw new CountersignError(
    'config',
    `set COUNTERSIGN_APPROVER_TOKEN, or name the data folder with --data: the token of this machine's platform is not sent to ${url}`,
  );
}

function tokenIn(path: string): string {
  try {
    const token = values.token(readFileSync(path, 'utf8'));
    if (token !== '') return token;
  } catch (error) {
    throw new CountersignError(
      'config',
      `there is no approver's token (${messageOf(error)}); "countersign serve" makes one, or set COUNTERSIGN_APPROVER_TOKEN`,
      { cause: error },
    );
  }
  throw new CountersignError('config', `${path} is empty; it should hold the approver's token`);
}
