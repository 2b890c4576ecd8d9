import type { ApprovalRequest } from '../../machines/index.ts';
import { CountersignError } from '../errors.ts';
import type { Row } from '../protocol/rows.ts';
import type { Exchange } from './exchange.ts';
import { readRows } from './list.ts';

/**
 * The row that an earlier create with this key made; `undefined` when the list does not hold one.
 * @throws CountersignError `conflict` where the key was used for another action or other arguments
 * @throws NoAnswerError, ReadError
 */
export async function findByKey(
  exchange: Exchange,
  request: ApprovalRequest,
  withinMs: number,
): Promise<Row | undefined> {
  let found: Row | undefined;
  await readRows(
    exchange,
    request.workspaceId,
    (rows) => {
      found = rows.find((row) => row.task_id === request.key);
      return found !== undefined;
    },
    withinMs,
  );
  if (found !== undefined && isOther(found, request))
    throw new CountersignError(
      'conflict',
      `the key "${request.key}" was used already for another action or other arguments; use a new key`,
    );
  return found;
}

const isOther = (row: Row, { action, digest }: ApprovalRequest): boolean =>
  (typeof row.action === 'string' && row.action !== action) ||
  (typeof row.digest === 'string' && row.digest !== digest);
