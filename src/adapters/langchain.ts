/** `request_approval` for LangChain and LangGraph agents. */
import { tool } from '@langchain/core/tools';
import type { Approvals } from '../index.ts';
import { runTool, TOOL_DESCRIPTION, TOOL_NAME, toolInput } from './approval-tool.ts';

export interface ApprovalToolOptions {
  /** Asks. It stays yours: close it when the agent is done. */
  readonly approvals: Pick<Approvals, 'request'>;
}

/**
 * A tool that asks a person and answers with what came of it. A "no" is an answer, never an error;
 * input that does not fit the schema is refused by LangChain before anything is sent.
 *
 * The model sees the answer as JSON; `tool.invoke({ action, reason })` gives it as an object.
 *
 * Aborting the run (`signal` or `timeout` of its config) withdraws the request. LangChain rejects
 * the run at once, without waiting for that; `approvals.close()` waits.
 *
 * @example
 * ```ts
 * await using approvals = createApprovals({ workspaceId: 'billing-agent' });
 * const agent = createAgent({ model, tools: [createApprovalTool({ approvals })] });
 * ```
 */
export function createApprovalTool({ approvals }: ApprovalToolOptions) {
  return tool((input, { signal }) => runTool(approvals, input, { signal }), {
    name: TOOL_NAME,
    description: TOOL_DESCRIPTION,
    schema: toolInput,
  });
}
