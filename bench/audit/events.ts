/** What the approval machine emits for approvals that are granted, and the lines that come of it. */
import { randomUUID } from 'node:crypto';
import { type AuditEvent, memoryAuditLog } from 'countersign';

/** Different ones; they are used again and again, so that making them costs nothing. */
const APPROVALS = 1_000;

export const events: readonly AuditEvent[] = Array.from({ length: APPROVALS }, (_, n) =>
  eventsOf(n),
).flat();

/** The lines of {@link events} with their line feeds, about 480 bytes each. */
export function linesOf(all: readonly AuditEvent[]): string[] {
  const log = memoryAuditLog();
  for (const event of all) log.append(event);
  return log.records.map((record) => `${JSON.stringify(record)}\n`);
}

/** The item that an endless list of them has at this place. */
export function cyclic<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
}

function eventsOf(n: number): AuditEvent[] {
  const approvalId = randomUUID();
  const fixed = {
    workspace_id: 'billing-agent',
    actor: 'billing-agent',
    action: 'approve',
    resource: `Refund order ${n}`,
    trace_id: randomUUID(),
  };
  const digest = `sha256:${randomUUID().replaceAll('-', '').repeat(2)}`;
  const asked = { approval_id: approvalId, reason_text: 'The parcel was lost.', digest };
  const answered = { approval_id: approvalId, decided_by: 'alice@example.com', digest };
  return [
    { ...fixed, event_type: 'rbac', outcome: 'allowed', extras: { roles: ['operator'] } },
    { ...fixed, event_type: 'approval', outcome: 'requested', extras: asked },
    {
      ...fixed,
      event_type: 'approval',
      outcome: 'granted',
      actor: 'alice@example.com',
      extras: answered,
    },
  ];
}
