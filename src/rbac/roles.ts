/** Roles and what they may do. Pure. */

/** A role listed here in `config.yaml` has exactly the actions that it lists there. */
const BUILT_IN: ReadonlyMap<string, readonly string[]> = new Map([
  ['operator', ['delegate', 'approve', 'memory.read', 'memory.write']],
  ['read-only', ['memory.read']],
  ['no-delegation', ['approve', 'memory.read', 'memory.write']],
  ['no-approval', ['delegate', 'memory.read', 'memory.write']],
  ['memory-readonly', ['memory.read']],
]);

/** May do everything, whatever a file says of it. */
const ADMIN = 'admin';

/** Roles of a workspace that has no file. */
export const DEFAULT_ROLES: readonly string[] = ['operator'];

/**
 * Whether any of the roles grants the action. A role that nobody knows grants nothing. Maps and not
 * objects: `constructor` is the name of no role.
 * @param allowedActions roles as the file has them; they replace the built-in ones of the same name
 */
export function permits(
  roles: readonly string[],
  allowedActions: ReadonlyMap<string, readonly string[]>,
  action: string,
): boolean {
  return roles.some((role) => {
    if (role === ADMIN) return true;
    const actions = allowedActions.get(role) ?? BUILT_IN.get(role) ?? [];
    return actions.includes(action);
  });
}
