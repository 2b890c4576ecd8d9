/** What the processes of a world are set to. */
import type { ApprovalsOptions } from '../../src/index.ts';
import { STATE_FOLDER } from './at-rest.ts';
import { AUDIT_PATH } from './audit-view.ts';
import type { Random } from './random.ts';

/** Where the processes say that they come from. */
export const ORIGIN = 'http://agents.example';

export function settingsOf(random: Random, workspaceId: string): ApprovalsOptions {
  return {
    platformUrl: 'http://platform.example/',
    workspaceId,
    pollInterval: random.pick([5, 5, 5, 2]),
    origin: ORIGIN,
    token: '',
    configDir: '/configs',
    auditLogPath: AUDIT_PATH,
    auditHmacKey: '',
    stateDir: STATE_FOLDER,
    confirmGrants: random.chance(0.2),
    useWebSocket: !random.chance(0.15),
  };
}
