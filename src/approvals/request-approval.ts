import type { Outcome } from '../../machines/index.ts';
import { type ApprovalsOptions, createApprovals } from '../approvals.ts';
import type { RequestInput, RequestOptions } from './request.ts';

/**
 * Asks once, with a client of its own that is closed afterwards. Many questions: use one
 * {@link createApprovals}.
 * @throws SettingsError
 */
export async function requestApproval(
  action: string,
  reason: string,
  options: ApprovalsOptions & Pick<RequestInput, 'args' | 'key'> & RequestOptions = {},
): Promise<Outcome> {
  const { args, key, signal, onState, ...settings } = options;
  await using approvals = createApprovals(settings);
  const input = {
    action,
    reason,
    ...(args === undefined ? {} : { args }),
    ...(key === undefined ? {} : { key }),
  };
  return await approvals.request(input, { signal, onState });
}
