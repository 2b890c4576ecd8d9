/**
 * Options, environment and defaults as one validated object. Read when a client is made, not at
 * import; everything that is wrong is reported at once, before anything is sent.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  DEFAULT_AUDIT_PATH,
  DEFAULT_CONFIG_DIR,
  defaultPlatformUrl,
  type EnvironmentVariables,
  stateFolder,
} from './settings/places.ts';
import { isGiven, SettingsError, SettingsReader } from './settings/reader.ts';
import * as values from './settings/values.ts';

export { resolveAuditPath } from './settings/audit-path.ts';
export type { EnvironmentVariables } from './settings/places.ts';
export { stateFolder } from './settings/places.ts';
export type { SettingsProblem } from './settings/reader.ts';
export { SettingsError } from './settings/reader.ts';

/** What may be said in code. Everything is optional and wins over the environment. */
export interface SettingsOptions {
  /** Base address of the platform (`PLATFORM_URL`). Default: port 8080 of this machine. */
  readonly platformUrl?: string | undefined;
  /** Who asks (`WORKSPACE_ID`). No default. */
  readonly workspaceId?: string | undefined;
  /** The longest wait (`APPROVAL_TIMEOUT`): seconds, or text with a unit (`'5m'`). Default: 300. */
  readonly timeout?: number | string | undefined;
  /** Between reads while polling (`APPROVAL_POLL_INTERVAL`): seconds, or with a unit. Default: 5. */
  readonly pollInterval?: number | string | undefined;
  /**
   * Whether to open the live channel (`APPROVAL_USE_WEBSOCKET`). Default: true. Where it cannot be
   * opened, decisions are polled, also when `true` was said; `false` polls from the start.
   */
  readonly useWebSocket?: boolean | undefined;
  /** `Origin` header of the live channel (`APPROVAL_ORIGIN`). Default: none is sent. */
  readonly origin?: string | undefined;
  /**
   * Bearer token (`APPROVAL_TOKEN`). Default: the file `.auth_token` in `CONFIGS_DIR`. Empty: not the
   * one of the environment; the file is read all the same.
   */
  readonly token?: string | undefined;
  /** Folder of `config.yaml` (`WORKSPACE_CONFIG_PATH`). Default: `/configs`. */
  readonly configDir?: string | undefined;
  /** The audit log (`AUDIT_LOG_PATH`). Default: `/var/log/molecule/audit.jsonl`. */
  readonly auditLogPath?: string | undefined;
  /** Keys the audit chain (`AUDIT_HMAC_KEY`). Default: no key. */
  readonly auditHmacKey?: string | undefined;
  /**
   * The journal of approvals under way, which keys and grants were used, and the audit log where its
   * default place cannot be written (`COUNTERSIGN_STATE_DIR`). Default: the user's state folder.
   */
  readonly stateDir?: string | undefined;
  /**
   * How long after a crash a grant that nobody used may be handed over by `resume()`: seconds, or
   * with a unit. Default: 10 minutes.
   */
  readonly grantTtl?: number | string | undefined;
  /** Read the row before a grant from the live channel is believed. Default: false. */
  readonly confirmGrants?: boolean | undefined;
  /**
   * Whether the platform is told in which state each approval is, for the picture on the approver's
   * page (`COUNTERSIGN_SHARE_STATES`). Names of states, nothing else. Default: false.
   */
  readonly shareStates?: boolean | undefined;
  /** How many approvals may wait at once in this client. Default: 10,000. */
  readonly maxConcurrent?: number | undefined;
  /**
   * How many approvals of this client may be awake before those that wait sleep: 0 and more, or
   * `Infinity`. One that sleeps takes a third of the memory, and wakes when something happens to it.
   * Default: 1,000.
   */
  readonly awakeAtMost?: number | undefined;
  /**
   * Where a live view is told what happens (`COUNTERSIGN_INSPECT`): the address that
   * `countersign inspect` prints, as `http://127.0.0.1:7357`; of this machine only. An observer, and
   * empty text, mean none. Default: none.
   */
  readonly inspect?: unknown;
}

/** Holds secrets (`token`, `auditHmacKey`): do not log it. */
export interface Settings {
  /** Without a trailing slash. */
  readonly platformUrl: string;
  readonly workspaceId: string;
  readonly timeoutMs: number;
  /** True where nobody set it, so that `hitl.default_timeout` of `config.yaml` applies. */
  readonly timeoutIsDefault: boolean;
  readonly pollIntervalMs: number;
  /** `auto`: live channel, with polling as the fallback. */
  readonly transport: 'auto' | 'polling';
  readonly origin: string | undefined;
  readonly token: string | undefined;
  /** Read where `token` is not set; it may be missing. */
  readonly tokenFile: string;
  readonly configDir: string;
  /** `explicit`: somebody set the path, so that no other may be taken. */
  readonly audit: { readonly path: string; readonly explicit: boolean };
  readonly auditHmacKey: string | undefined;
  readonly stateDir: string;
  /** True where somebody named the state folder: then it must be of use. */
  readonly stateDirIsSet: boolean;
  readonly grantTtlMs: number;
  readonly confirmGrants: boolean;
  readonly shareStates: boolean;
  readonly maxConcurrent: number;
  readonly awakeAtMost: number;
  /** `undefined`: there is no view. */
  readonly viewUrl: string | undefined;
}

export const DEFAULT_TIMEOUT_MS = 300_000;
export const DEFAULT_POLL_INTERVAL_MS = 5_000;
export const DEFAULT_GRANT_TTL_MS = 600_000;
export const DEFAULT_MAX_CONCURRENT = 10_000;
export const DEFAULT_AWAKE_AT_MOST = 1_000;

/**
 * @param env default `process.env`
 * @param exists looks for `/.dockerenv`; default: the file system
 * @throws SettingsError (`config`) with every problem
 */
export function readSettings(
  options: SettingsOptions = {},
  env: EnvironmentVariables = process.env,
  exists: (path: string) => boolean = existsSync,
): Settings {
  const reader = new SettingsReader(env);
  const settings = {
    ...readPlatform(reader, options, defaultPlatformUrl(env, exists)),
    ...readWaiting(reader, options),
    ...readPlaces(reader, options, env),
    viewUrl: readViewUrl(reader, options),
  };
  if (reader.problems.length > 0) throw new SettingsError(reader.problems);
  return settings;
}

function readPlatform(reader: SettingsReader, options: SettingsOptions, defaultUrl: string) {
  return {
    platformUrl: readPlatformUrl(reader, options) ?? defaultUrl,
    workspaceId: readWorkspaceId(reader, options),
    origin: reader.read(
      { option: 'origin', given: options.origin, variable: 'APPROVAL_ORIGIN' },
      values.origin,
    ),
    token:
      reader.read(
        { option: 'token', given: options.token, variable: 'APPROVAL_TOKEN' },
        values.token,
      ) || undefined,
  };
}

/** Blank is refused: an address that somebody meant to set must not become this machine's. */
function readPlatformUrl(reader: SettingsReader, { platformUrl: given }: SettingsOptions) {
  if (!isGiven(given) && reader.isBlank('PLATFORM_URL'))
    reader.refuse('PLATFORM_URL', 'is empty; set the address of the platform, or unset it');
  else
    return reader.read(
      { option: 'platformUrl', given, variable: 'PLATFORM_URL' },
      values.platformUrl,
    );
  return undefined;
}

function readWorkspaceId(reader: SettingsReader, { workspaceId: given }: SettingsOptions): string {
  const before = reader.problems.length;
  const source = { option: 'workspaceId', given, variable: 'WORKSPACE_ID' };
  const id = reader.read(source, values.workspaceId);
  if (id === undefined && reader.problems.length === before)
    reader.refuse('WORKSPACE_ID', 'is not set; name the workspace that asks');
  return id ?? '';
}

/** Whoever gives an observer has chosen who is told. */
function readViewUrl(reader: SettingsReader, { inspect: given }: SettingsOptions) {
  if (given === '' || typeof given === 'function' || (typeof given === 'object' && given !== null))
    return undefined;
  return reader.read({ option: 'inspect', given, variable: 'COUNTERSIGN_INSPECT' }, values.viewUrl);
}

function readWaiting(reader: SettingsReader, options: SettingsOptions) {
  const timeoutMs = reader.read(
    { option: 'timeout', given: options.timeout, variable: 'APPROVAL_TIMEOUT' },
    values.duration,
  );
  const pollIntervalMs = reader.read(
    { option: 'pollInterval', given: options.pollInterval, variable: 'APPROVAL_POLL_INTERVAL' },
    values.pollInterval,
  );
  const useWebSocket = reader.read(
    { option: 'useWebSocket', given: options.useWebSocket, variable: 'APPROVAL_USE_WEBSOCKET' },
    values.flag,
  );
  const { confirmGrants, maxConcurrent, awakeAtMost, grantTtl, shareStates } = options;
  return {
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    timeoutIsDefault: timeoutMs === undefined,
    pollIntervalMs: pollIntervalMs ?? DEFAULT_POLL_INTERVAL_MS,
    transport: useWebSocket === false ? ('polling' as const) : ('auto' as const),
    grantTtlMs:
      reader.read({ option: 'grantTtl', given: grantTtl }, values.duration) ?? DEFAULT_GRANT_TTL_MS,
    confirmGrants:
      reader.read({ option: 'confirmGrants', given: confirmGrants }, values.flag) ?? false,
    shareStates:
      reader.read(
        { option: 'shareStates', given: shareStates, variable: 'COUNTERSIGN_SHARE_STATES' },
        values.flag,
      ) ?? false,
    maxConcurrent:
      reader.read({ option: 'maxConcurrent', given: maxConcurrent }, values.count) ??
      DEFAULT_MAX_CONCURRENT,
    awakeAtMost:
      reader.read({ option: 'awakeAtMost', given: awakeAtMost }, values.limit) ??
      DEFAULT_AWAKE_AT_MOST,
  };
}

function readPlaces(reader: SettingsReader, options: SettingsOptions, env: EnvironmentVariables) {
  const path = (option: string, given: unknown, variable: string): string | undefined =>
    reader.read({ option, given, variable }, values.path);
  const audit = path('auditLogPath', options.auditLogPath, 'AUDIT_LOG_PATH');
  const stateDir = path('stateDir', options.stateDir, 'COUNTERSIGN_STATE_DIR');
  const configsDir = path('configsDir', undefined, 'CONFIGS_DIR') ?? DEFAULT_CONFIG_DIR;
  return {
    tokenFile: join(configsDir, '.auth_token'),
    configDir: path('configDir', options.configDir, 'WORKSPACE_CONFIG_PATH') ?? DEFAULT_CONFIG_DIR,
    audit: { path: audit ?? DEFAULT_AUDIT_PATH, explicit: audit !== undefined },
    auditHmacKey:
      reader.read(
        { option: 'auditHmacKey', given: options.auditHmacKey, variable: 'AUDIT_HMAC_KEY' },
        values.key,
      ) || undefined,
    // Not looked at again: what is wrong with it was said.
    stateDir: stateDir ?? resolve(stateFolder(env)),
    stateDirIsSet: stateDir !== undefined,
  };
}
