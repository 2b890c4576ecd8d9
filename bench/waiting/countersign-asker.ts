/** Countersign as a user has it: through the public API of the built package. */
import { join } from 'node:path';
import { createApprovals, memoryAuditLog } from 'countersign';
import type { Asker } from './asker.ts';
import type { Subject } from './messages.ts';

export interface CountersignOptions extends Subject {
  readonly platformUrl: string;
  readonly folder: string;
}

export function countersignAsker(options: CountersignOptions): Asker {
  const { platformUrl, folder, audit, journal, inspect, transport } = options;
  const approvals = createApprovals({
    platformUrl,
    workspaceId: 'bench',
    timeout: 3_600,
    maxConcurrent: 1_000_000,
    configDir: folder,
    stateDir: join(folder, 'state'),
    auditLogPath: join(folder, 'audit.jsonl'),
    useWebSocket: transport === 'live',
    pollInterval: 1,
    journal,
    ...(audit === 'memory' ? { audit: memoryAuditLog() } : {}),
    ...(inspect ? { inspect: () => undefined } : {}),
  });
  const begun = new Map<string, () => void>();
  approvals.on('audit', ({ outcome, resource }) => {
    if (outcome !== 'requested') return;
    begun.get(resource)?.();
    begun.delete(resource);
  });
  return {
    ask: async (action, onWaiting, onAnswered) => {
      begun.set(action, onWaiting);
      const outcome = await approvals.request({ action });
      if (outcome.status !== 'granted') throw new Error(JSON.stringify(outcome));
      onAnswered(outcome.approvalId);
    },
    close: () => approvals.close(),
  };
}
