/** Reading a workspace's approvals: one list request at a time, following pages where there are any. */
import { CountersignError } from '../errors.ts';
import { routes } from '../protocol/routes.ts';
import { type Row, rowSchema } from '../protocol/rows.ts';
import type { Answer, Exchange } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';

/** The platform answered, and the answer is no list. */
export class ReadError extends CountersignError {
  readonly status: number | undefined;
  /** What the platform asked us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, answer: Answer) {
    super(answer.status === 401 ? 'auth' : 'protocol', message);
    this.status = answer.status;
    this.retryAfterMs = retryAfterMs(answer);
  }
}

export interface Page {
  readonly rows: readonly Row[];
  /** Where older rows are; `undefined` on the last page, and on platforms that do not page. */
  readonly next: string | undefined;
}

/** Pages of one read. A platform that links in a circle must not keep us for ever. */
const MAX_PAGES = 200;

/**
 * Reads pages, newest first, until `enough` says so or there are no more.
 * @throws NoAnswerError, ReadError
 */
export async function readRows(
  exchange: Exchange,
  workspaceId: string,
  enough: (rows: readonly Row[]) => boolean,
  withinMs?: number,
): Promise<void> {
  let path: string | undefined = routes.approvals(workspaceId);
  for (let pages = 0; path !== undefined && pages < MAX_PAGES; pages += 1) {
    const page: Page = pageOf(
      await exchange({ method: 'GET', path, ...(withinMs === undefined ? {} : { withinMs }) }),
    );
    if (enough(page.rows)) return;
    path = page.next;
  }
}

function pageOf(answer: Answer): Page {
  if (answer.status !== 200)
    throw new ReadError(`the list was answered with ${answer.status}`, answer);
  if (!Array.isArray(answer.body)) throw new ReadError('the list is not a JSON array', answer);
  const items: unknown[] = answer.body;
  return { rows: items.flatMap(rowOf), next: nextOf(answer.headers.get('link')) };
}

/** A row that cannot be read must not hide the others. */
function rowOf(item: unknown): Row[] {
  const parsed = rowSchema.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}

/** RFC 8288: `<address>; rel="next"`. */
function nextOf(link: string | null): string | undefined {
  const match = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '');
  return match?.[1];
}
