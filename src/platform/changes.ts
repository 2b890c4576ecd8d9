/**
 * What has ended in a workspace since its list was last read. A mark is a place in the workspace's
 * history: the number of an event, and what the event was. Where the database was restored, or is
 * another one, the number may be there again, and stands for something else.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../http/refusal.ts';
import type { ChangeStore, End, Moment } from './storage/changes.ts';

/** The query parameter that holds a mark. */
export const CHANGED_SINCE = 'changed_since';

export interface Changes {
  /** The oldest end first; one more than was asked for where there are more. */
  readonly ends: readonly End[];
  /** From where to go on, when all of them were read. */
  readonly mark: string;
}

const DIGITS = 16;

/** For the query string: digits, a hyphen, hex digits. */
export function markOf({ seq, approval_id, name, at }: Moment): string {
  const event = createHash('sha256').update(`${approval_id} ${name} ${at}`, 'utf8').digest('hex');
  return `${seq}-${event.slice(0, DIGITS)}`;
}

/** Where the workspace's history stands; `undefined` before its first event. */
export async function markNow(
  store: ChangeStore,
  workspaceId: string,
): Promise<string | undefined> {
  const newest = await store.newest(workspaceId);
  return newest === undefined ? undefined : markOf(newest);
}

/**
 * @param limit ends at the most, and one more
 * @throws Refusal 400 for what is no mark, 410 for one that is not of this history
 */
export async function changesSince(
  store: ChangeStore,
  workspaceId: string,
  mark: string,
  limit: number,
): Promise<Changes> {
  const after = numberIn(mark);
  // Before the ends: what comes in between is told the next time.
  const newest = await store.newest(workspaceId);
  if (newest === undefined) throw unknownMark();
  const newestMark = markOf(newest);
  if (newestMark === mark) return { ends: [], mark };
  const marked = await store.find(workspaceId, after);
  if (marked === undefined || markOf(marked) !== mark) throw unknownMark();
  const range = { workspaceId, after, upTo: newest.seq, limit: limit + 1 };
  return { ends: await store.ends(range), mark: newestMark };
}

function numberIn(mark: string): number {
  const seq = /^(\d{1,15})-[0-9a-f]{16}$/.exec(mark)?.[1];
  if (seq !== undefined) return Number(seq);
  throw new Refusal(
    400,
    'invalid_request',
    `${CHANGED_SINCE} must be as a list's link with rel="monitor" says it`,
  );
}

const unknownMark = (): Refusal =>
  new Refusal(
    410,
    'unknown_mark',
    'this is not of the history that is here (a back-up was restored?); read the whole list',
  );
