/** What a workspace may do by its `config.yaml`. Pure. */
import { DEFAULT_ROLES, permits } from './roles.ts';

/** What `config.yaml` says, complete. */
export interface WorkspaceConfig {
  readonly roles: readonly string[];
  readonly allowedActions: ReadonlyMap<string, readonly string[]>;
  /** Roles that need no approval. */
  readonly bypassRoles: readonly string[];
  /** Milliseconds; `undefined` where the file does not say. */
  readonly defaultTimeoutMs: number | undefined;
}

/** Where there is no file. */
export const DEFAULT_CONFIG: WorkspaceConfig = {
  roles: DEFAULT_ROLES,
  allowedActions: new Map(),
  bypassRoles: [],
  defaultTimeoutMs: undefined,
};

export interface PermissionCheck {
  readonly allowed: boolean;
  /** The roles of the workspace, for the record and for the message. */
  readonly roles: readonly string[];
  /** The first of them that needs no approval, whether or not it may ask for one. */
  readonly bypass: string | undefined;
}

/** @param action what the workspace wants to do: `approve`, `delegate`, `memory.read`, … */
export function checkPermission(config: WorkspaceConfig, action: string): PermissionCheck {
  const { roles, allowedActions, bypassRoles } = config;
  const allowed = permits(roles, allowedActions, action);
  const bypass = roles.find((role) => bypassRoles.includes(role));
  return { allowed, roles, bypass };
}
