import type { AuditEvent } from '../../machines/index.ts';
import { memoryAuditLog } from '../../src/audit/index.ts';

/** An event as the approval machine emits it; `n` tells one from the other. */
export function auditEvent(n: number, fields: Partial<AuditEvent> = {}): AuditEvent {
  return {
    event_type: 'approval',
    workspace_id: 'ws-1',
    actor: 'ws-1',
    action: 'approve',
    resource: `delete folder ${n}`,
    outcome: 'requested',
    trace_id: '6f1f3c9e-3f6e-4a52-9d8c-5a3a4b1c2d3e',
    extras: { approval_id: `approval-${n}`, n },
    ...fields,
  };
}

/** The lines of a log of one chain. */
export function chainLines(count: number, hmacKey?: string): string[] {
  const log = memoryAuditLog({ hmacKey });
  for (let n = 0; n < count; n += 1) log.append(auditEvent(n));
  return log.records.map((record) => JSON.stringify(record));
}
