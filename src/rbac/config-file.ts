/**
 * `config.yaml` of a workspace. A missing file means the defaults; a file that is there and cannot
 * be read, or is wrong, is a problem and never a permission.
 */
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../machines/index.ts';
import { type Files, readWhole, systemFiles, undefinedIfMissing } from '../environment/files.ts';
import { messageOf } from '../errors.ts';
import { fileSchema } from './config-schema.ts';
import { DEFAULT_CONFIG, type WorkspaceConfig } from './permission.ts';

/** Larger files are refused unread; bytes. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

export type ConfigRead =
  | { readonly status: 'ok'; readonly config: WorkspaceConfig }
  | { readonly status: 'unreadable'; readonly problem: Problem };

/**
 * Reads `config.yaml` in a folder, afresh each time. Never throws.
 * @returns a problem with code `config` whose message names file, line and path inside it
 */
export async function readConfig(dir: string, files: Files = systemFiles): Promise<ConfigRead> {
  const file = join(dir, 'config.yaml');
  try {
    const text = await readText(files, file);
    return { status: 'ok', config: text === undefined ? DEFAULT_CONFIG : await parse(text) };
  } catch (error) {
    const place = error instanceof WrongPlace ? ':' : ': ';
    const message = `${file}${place}${messageOf(error)}`;
    return { status: 'unreadable', problem: { code: 'config', message } };
  }
}

/** The message starts with a line number. */
class WrongPlace extends Error {}

/** `undefined` where there is no file. A link that leads nowhere is a file that cannot be read. */
async function readText(files: Files, path: string): Promise<string | undefined> {
  const found = await files.lstat(path).catch(undefinedIfMissing);
  if (found === undefined) return undefined;
  // Opening a FIFO would wait for a writer, for ever.
  if (!(await files.stat(path)).isFile()) throw new Error('is no regular file');
  const file = await files.open(path, constants.O_RDONLY);
  try {
    return decode(await readWhole(file, MAX_CONFIG_BYTES));
  } finally {
    await file.close();
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('is not UTF-8');
  }
}

async function parse(text: string): Promise<WorkspaceConfig> {
  // Imported here because it costs start-up, and most workspaces have no file.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // The reader's own messages and warnings quote the file now and then, which may hold other programs' secrets.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined)
    throw new WrongPlace(
      `${lines.linePos(error.pos[0]).line}: is no valid YAML (${inWords(error.code)})`,
    );
  const value = toValue(document);
  const parsed = fileSchema.safeParse(value ?? {});
  const issue = parsed.error?.issues[0];
  if (issue !== undefined) {
    const { problemOf } = await import('./config-problem.ts');
    throw new WrongPlace(problemOf({ document, lines, value }, issue));
  }
  return toConfig(parsed.data ?? {});
}

/** Aliases are followed only here. */
function toValue(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch {
    throw new Error('is no valid YAML (an alias stands for nothing, or for too much)');
  }
}

/** `BAD_INDENT` as `bad indent`. */
const inWords = (code: string): string => code.toLowerCase().replaceAll('_', ' ');

type Sections = ReturnType<typeof fileSchema.parse>;

function toConfig({ rbac, hitl }: Sections): WorkspaceConfig {
  return {
    roles: rbac?.roles ?? DEFAULT_CONFIG.roles,
    allowedActions: rbac?.allowed_actions ?? DEFAULT_CONFIG.allowedActions,
    bypassRoles: hitl?.bypass_roles ?? DEFAULT_CONFIG.bypassRoles,
    defaultTimeoutMs: hitl?.default_timeout,
  };
}
