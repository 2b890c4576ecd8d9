/** The one tool that every adapter offers: its name, its words for a model, its shapes, its run. */
import { z } from 'zod';
import { type Approvals, type RequestOptions, type ToolResult, toToolResult } from '../index.ts';

export const TOOL_NAME = 'request_approval';

/** Written for a model. */
export const TOOL_DESCRIPTION = [
  'Ask a person to approve one action before you do it.',
  'Call this first for anything destructive, irreversible, costly or visible to others, and whenever your instructions demand approval.',
  'The call blocks until a person answers or the time is up, often for minutes; do not begin the action meanwhile.',
  'Only "approved": true permits the action: once, exactly as described, and within what "message" says.',
  'Anything else means no: do not do it, do not look for a way around it, do not ask again in other words; report "message" or "error" and stop there.',
].join(' ');

/** Strict: what a model says in other fields would never be seen by the person who decides. */
export const toolInput = z.strictObject({
  action: z
    .string()
    .describe(
      'What is to be done, on one line, complete enough to decide on: the operation, the exact target, the amount',
    ),
  reason: z.string().describe('Why it is needed, and what happens if it is not done'),
});

export type ToolInput = z.infer<typeof toolInput>;

/** The shape of {@link ToolResult}, for runtimes that announce what a tool answers. */
export const toolOutput = z.object({
  approved: z.boolean().describe('Only true permits the action'),
  status: z.enum(['granted', 'denied', 'timeout', 'withdrawn', 'failed']),
  trace_id: z.string(),
  approval_id: z.string().optional(),
  decided_by: z.string().optional().describe('The person who decided'),
  message: z.string().optional().describe('What the person said'),
  error: z.string().optional().describe('Why there is no decision by a person'),
  cause: z.string().optional().describe('Why it timed out or failed, as a stable word'),
});

/**
 * Asks, and waits. Never rejects: every end is a result, and everything uncertain is
 * `approved: false`.
 * @param options.signal withdraws the request
 */
export async function runTool(
  approvals: Pick<Approvals, 'request'>,
  { action, reason }: ToolInput,
  options: RequestOptions,
): Promise<ToolResult> {
  return toToolResult(await approvals.request({ action, reason }, options));
}
