/** Reading a workspace's approvals: one list request at a time, following pages where there are any. */
import { CountersignError, type ErrorCode } from '../errors.ts';
import { routes } from '../protocol/routes.ts';
import { type Row, rowSchema } from '../protocol/rows.ts';
import { type Answer, type Exchange, NoAnswerError } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';

/** The platform answered, and the answer is no list. */
export class ReadError extends CountersignError {
  readonly status: number | undefined;
  /** What the platform asked us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, answer: Answer) {
    super(codeOf(answer.status), message);
    this.status = answer.status;
    this.retryAfterMs = retryAfterMs(answer);
  }
}

/** A platform that cannot answer just now is as far away as one that does not. */
function codeOf(status: number): ErrorCode {
  if (status === 401) return 'auth';
  return status === 429 || status >= 500 ? 'transport' : 'protocol';
}

export interface Page {
  readonly rows: readonly Row[];
  /** Where older rows are; `undefined` on the last page, and on platforms that do not page. */
  readonly next: string | undefined;
}

/** Pages of one read. A platform that links in a circle must not keep us for ever. */
const MAX_PAGES = 200;

export interface ReadOptions {
  readonly exchange: Exchange;
  readonly workspaceId: string;
  /** Pages at the most. Default 200. */
  readonly maxPages?: number;
  /** How much time is left for all pages together, milliseconds; asked before each. */
  readonly left?: () => number;
}

/**
 * Reads pages, newest first, until `enough` says so or there are no more.
 * @throws NoAnswerError, also when the time is up; ReadError
 */
export async function readRows(
  { exchange, workspaceId, maxPages = MAX_PAGES, left }: ReadOptions,
  enough: (rows: readonly Row[]) => boolean,
): Promise<void> {
  let path: string | undefined = routes.approvals(workspaceId);
  for (let pages = 0; path !== undefined && pages < maxPages; pages += 1) {
    const withinMs = left?.();
    if (withinMs !== undefined && withinMs <= 0)
      throw new NoAnswerError('there was no time left to read the list', false);
    const answer: Answer = await exchange({
      method: 'GET',
      path,
      ...(withinMs === undefined ? {} : { withinMs }),
    });
    const page = pageOf(answer);
    if (enough(page.rows)) return;
    path = page.next;
  }
}

function pageOf(answer: Answer): Page {
  if (answer.status !== 200)
    throw new ReadError(`the list at ${answer.url} was answered with ${answer.status}`, answer);
  if (!Array.isArray(answer.body)) throw new ReadError('the list is not a JSON array', answer);
  const items: unknown[] = answer.body;
  return { rows: items.flatMap(rowOf), next: nextOf(answer) };
}

/** A row that cannot be read must not hide the others. */
function rowOf(item: unknown): Row[] {
  const parsed = rowSchema.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}

/** RFC 8288: `<address>; rel="next"`, relative to the page that it stands on. */
function nextOf({ url, headers }: Answer): string | undefined {
  // Nothing reads past the next "<": a header full of them would take a fifth of a second else.
  const target = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  return target === undefined ? undefined : URL.parse(target, url)?.href;
}
