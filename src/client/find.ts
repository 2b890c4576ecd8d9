import type { ApprovalRequest } from '../../machines/index.ts';
import { CountersignError } from '../errors.ts';
import type { Row } from '../protocol/rows.ts';
import type { Lists } from './lists.ts';

export interface FindOptions {
  readonly lists: Lists;
  /** How much time is left, milliseconds. */
  readonly left: () => number;
  /**
   * Whether a row of this key can only be what we just asked. If not, a platform that stores no
   * digest cannot show that an older row was asked with these arguments. Asked when a row was found:
   * another process may have bound the key, and made the row, while we looked.
   */
  readonly isOurs: () => Promise<boolean>;
  /** How far back. Default: 4 pages. */
  readonly maxPages?: number;
}

/** A platform with pages honours `Idempotency-Key` as well: there is no need to read them all. */
const PAGES_BEFORE_POST = 4;
/** Nothing but the list shows the row of a create whose answer was lost: some thousand rows. */
export const PAGES_TO_TAKE_BACK = 25;

/**
 * The row that an earlier create with this key made; `undefined` when the list does not hold one.
 * @throws CountersignError `conflict` where the key was, or may have been, used for something else
 * @throws NoAnswerError, ReadError
 */
export async function findByKey(
  { lists, left, isOurs, maxPages = PAGES_BEFORE_POST }: FindOptions,
  request: ApprovalRequest,
): Promise<Row | undefined> {
  let found: Row | undefined;
  const enough = (rows: readonly Row[]): boolean => {
    found = rows.find((row) => row.task_id === request.key);
    return found !== undefined;
  };
  await lists.read({ enough, maxPages, withinMs: left() });
  if (found !== undefined) await refuseOther(found, request, isOurs);
  return found;
}

async function refuseOther(
  row: Row,
  request: ApprovalRequest,
  isOurs: FindOptions['isOurs'],
): Promise<void> {
  if (asksForOther(row, request))
    throw conflict(
      `the key "${request.key}" was used already for another action or other arguments`,
    );
  if (row.digest === undefined && request.digest !== null && !(await isOurs()))
    throw conflict(
      `the key "${request.key}" was used already, and this platform does not store with which arguments`,
    );
}

/** For who looks for a row of its own. */
export const CERTAINLY = (): Promise<boolean> => Promise.resolve(true);

/** `digest: null` says that it was asked without arguments; no digest at all says nothing. */
export const asksForOther = (row: Row, { action, digest }: ApprovalRequest): boolean =>
  (typeof row.action === 'string' && row.action !== action) ||
  (row.digest !== undefined && row.digest !== digest);

const conflict = (message: string): CountersignError =>
  new CountersignError('conflict', `${message}; use a new key`);
