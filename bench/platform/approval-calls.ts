/** Asking and deciding, as any requester and any approver do. */
import { z } from 'zod';
import type { Exchange } from './exchange.ts';

const createdSchema = z.object({ approval_id: z.string() });

/** Of the length that such things have. */
const REQUEST = {
  action: 'Deploy version 4.2.1 of the billing service to production',
  reason: 'The release fixes the rounding of invoices; 312 customers are waiting for it.',
  task_id: '7d6a3c1e-90a5-4c25-9d0f-1f2b7f6c1a11',
};

export interface Asked {
  readonly workspace: string;
  readonly id: string;
}

export async function ask(exchange: Exchange, workspace: string): Promise<Asked> {
  const { text } = await exchange.post(`/workspaces/${workspace}/approvals`, REQUEST);
  return { workspace, id: createdSchema.parse(JSON.parse(text)).approval_id };
}

export async function approve(exchange: Exchange, { workspace, id }: Asked): Promise<void> {
  const path = `/workspaces/${workspace}/approvals/${id}/decide`;
  await exchange.post(path, { decision: 'approved' });
}
