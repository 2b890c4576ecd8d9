/** The bearer token, and how it is renewed when the platform refuses it. */
import { constants } from 'node:fs';
import { type Files, systemFiles, undefinedIfMissing } from '../environment/files.ts';
import { CountersignError, messageOf } from '../errors.ts';
import { token as checkToken, MAX_TOKEN } from '../settings/values.ts';
import type { Settings } from '../settings.ts';

export interface TokenSource {
  /**
   * The token to send, or `undefined` where there is none.
   * @throws CountersignError `config` where the token file is there and cannot be used; it names
   *   the file and never holds the token
   */
  current(): Promise<string | undefined>;
  /**
   * After a 401: reads the file again.
   * @param rejected the token that was refused; default: the one that was current
   * @returns whether there is another token now, so that a retry makes sense
   * @throws CountersignError `config`, as {@link current}
   */
  refresh(rejected?: string): Promise<boolean>;
}

/** A token that was set is fixed; else the file is read when it is first needed. */
export function createTokenSource(
  { token, tokenFile }: Pick<Settings, 'token' | 'tokenFile'>,
  files: Files = systemFiles,
): TokenSource {
  return token === undefined ? new FileTokenSource(tokenFile, files) : fixedTokenSource(token);
}

const fixedTokenSource = (token: string): TokenSource => ({
  current: () => Promise.resolve(token),
  refresh: (rejected) => Promise.resolve(rejected !== undefined && rejected !== token),
});

class FileTokenSource implements TokenSource {
  readonly #path: string;
  readonly #files: Files;
  #token: string | undefined;
  #wasRead = false;
  /** Many requests may be refused at once; they share one read. */
  #reading: Promise<void> | undefined;

  constructor(path: string, files: Files) {
    this.#path = path;
    this.#files = files;
  }

  async current(): Promise<string | undefined> {
    if (!this.#wasRead) await this.#read();
    return this.#token;
  }

  async refresh(rejected: string | undefined = this.#token): Promise<boolean> {
    await this.#read();
    return this.#token !== undefined && this.#token !== rejected;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readFile().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** A file that is missing or empty just now is being rotated: the old token stays. */
  async #readFile(): Promise<void> {
    const found = await readToken(this.#files, this.#path);
    this.#wasRead = found !== undefined;
    this.#token = found ?? this.#token;
  }
}

async function readToken(files: Files, path: string): Promise<string | undefined> {
  try {
    const text = await readSmall(files, path);
    return text === undefined ? undefined : checkToken(text) || undefined;
  } catch (error) {
    throw new CountersignError(
      'config',
      `the token file ${path} cannot be used: ${messageOf(error)}`,
    );
  }
}

/** Opening a FIFO would wait for a writer, for ever. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** A token and white space around it. */
const MAX_FILE_BYTES = 2 * MAX_TOKEN;

/** `undefined` where there is no file. */
async function readSmall(files: Files, path: string): Promise<string | undefined> {
  const file = await files.open(path, FLAGS).catch(undefinedIfMissing);
  if (file === undefined) return undefined;
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is no regular file');
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_FILE_BYTES) throw new Error(`it is longer than ${MAX_FILE_BYTES} bytes`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
