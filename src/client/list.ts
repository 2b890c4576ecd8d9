/** One page of a workspace's approvals. */
import { CountersignError, type ErrorCode } from '../errors.ts';
import { type Row, rowSchema } from '../protocol/rows.ts';
import type { Answer } from './exchange.ts';
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
  /** False where some rows could not be read: what is not there may be among them. */
  readonly isWhole: boolean;
  /** Where older rows are; `undefined` on the last page, and on platforms that do not page. */
  readonly next: string | undefined;
  /** Where what changes from here on is told; `undefined` on platforms that do not tell. */
  readonly monitor: string | undefined;
}

/** @throws ReadError */
export function pageOf(answer: Answer): Page {
  if (answer.status !== 200)
    throw new ReadError(`the list at ${answer.url} was answered with ${answer.status}`, answer);
  if (!Array.isArray(answer.body)) throw new ReadError('the list is not a JSON array', answer);
  const items: unknown[] = answer.body;
  const rows = items.flatMap(rowOf);
  return {
    rows,
    isWhole: rows.length === items.length,
    next: linkIn(answer, NEXT),
    monitor: monitorOf(answer),
  };
}

/** A row that cannot be read must not hide the others. */
function rowOf(item: unknown): Row[] {
  const parsed = rowSchema.safeParse(item);
  return parsed.success ? [parsed.data] : [];
}

// Nothing reads past the next "<": a header full of them would take a fifth of a second else.
const NEXT = /<([^<>]*)>\s*;[^,<]*\brel="?next(?![\w-])/;
const MONITOR = /<([^<>]*)>\s*;[^,<]*\brel="?monitor(?![\w-])/;

/** RFC 8288: `<address>; rel="next"`, relative to the page that it stands on. */
function linkIn({ url, headers }: Answer, pattern: RegExp): string | undefined {
  const target = pattern.exec(headers.get('link') ?? '')?.[1];
  return target === undefined ? undefined : URL.parse(target, url)?.href;
}

/** RFC 5989 has others, `sip:` for one: only a question to the same list is of use here. */
function monitorOf(answer: Answer): string | undefined {
  const href = linkIn(answer, MONITOR);
  return href?.split('?')[0] === answer.url.split('?')[0] ? href : undefined;
}
