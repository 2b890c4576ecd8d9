/** Who may ask: roles, permissions, and the file that they come from. */
export type { ConfigRead } from './config-file.ts';
export { readConfig } from './config-file.ts';
export type { WorkspaceConfig } from './permission.ts';
export { checkPermission } from './permission.ts';
