/** Where things are on this machine when nobody says otherwise. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `process.env`, or what a test puts in its place. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export const DEFAULT_CONFIG_DIR = '/configs';
export const DEFAULT_AUDIT_PATH = '/var/log/molecule/audit.jsonl';

/**
 * The user's state folder: `COUNTERSIGN_STATE_DIR`, else `$XDG_STATE_HOME/countersign`, else
 * `~/.local/state/countersign`. A relative `XDG_STATE_HOME` does not count, as its standard says.
 */
export function stateFolder(env: EnvironmentVariables = process.env): string {
  if (env['COUNTERSIGN_STATE_DIR']) return env['COUNTERSIGN_STATE_DIR'];
  const xdg = env['XDG_STATE_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'countersign');
  return join(env['HOME'] || homedir(), '.local', 'state', 'countersign');
}

/** Whether this process runs in a container, where the host has another name. */
export function isInContainer(
  env: EnvironmentVariables,
  exists: (path: string) => boolean,
): boolean {
  const said = env['MOLECULE_IN_DOCKER']?.trim().toLowerCase();
  return said === '1' || said === 'true' || exists('/.dockerenv');
}

/** The platform's address when none is set. */
export function defaultPlatformUrl(
  env: EnvironmentVariables,
  exists: (path: string) => boolean,
): string {
  return `http://${isInContainer(env, exists) ? 'host.docker.internal' : 'localhost'}:8080`;
}
