import type { Context } from 'hono';
import type { JsonObject } from '../../machines/index.ts';
import { CHANGED_SINCE, type Changes, markOf } from './changes.ts';
import type { ApprovalRow } from './storage/schema.ts';

export interface Size {
  /** Rows at most. */
  readonly size: number;
  /** Bytes at most, so that readers with a limit of their own can read it; one row always fits. */
  readonly bytes: number;
  readonly view: (row: ApprovalRow) => JsonObject;
}

export interface PageOptions extends Size {
  /** The query parameter that continues after the last row. */
  readonly parameter: 'before' | 'after';
  /** From where changes are told that this page does not show yet. */
  readonly mark?: string | undefined;
}

/**
 * Answers with the first of `rows`; where there are more, with a link to them (RFC 8288), relative
 * to the address that was asked: what a proxy puts before the path stays.
 */
export function answerPage(
  c: Context,
  rows: readonly ApprovalRow[],
  options: PageOptions,
): Response {
  const page = textsOf(rows, options);
  const last = rows[page.length - 1];
  const { parameter, mark } = options;
  const links = mark === undefined ? [] : [monitor(mark)];
  if (rows.length > page.length && last !== undefined)
    links.push(`<?${parameter}=${last.number}>; rel="next"`);
  return answer(c, page, links);
}

/** Answers with the first of `ends`; where there are more, with a link to them as well. */
export function answerChanges(c: Context, { ends, mark }: Changes, size: Size): Response {
  const page = textsOf(
    ends.map(({ approval }) => approval),
    size,
  );
  const last = ends[page.length - 1];
  if (ends.length === page.length || last === undefined) return answer(c, page, [monitor(mark)]);
  const here = markOf(last);
  return answer(c, page, [monitor(here), `<?${CHANGED_SINCE}=${here}>; rel="next"`]);
}

/** RFC 5989: what can be used to monitor changes. */
const monitor = (mark: string): string => `<?${CHANGED_SINCE}=${mark}>; rel="monitor"`;

function answer(c: Context, page: readonly string[], links: readonly string[]): Response {
  if (links.length > 0) c.header('Link', links.join(', '));
  return c.body(`[${page.join(',')}]`, 200, { 'Content-Type': 'application/json' });
}

function textsOf(rows: readonly ApprovalRow[], { size, bytes, view }: Size): string[] {
  const texts = rows.slice(0, size).map((row) => JSON.stringify(view(row)));
  return texts.slice(0, fitting(texts, bytes));
}

/** How many of the texts, one at least, stay within so many bytes. */
function fitting(texts: readonly string[], bytes: number): number {
  let sum = 0;
  const tooMany = texts.findIndex((text) => {
    sum += Buffer.byteLength(text) + 1;
    return sum > bytes;
  });
  return tooMany === -1 ? texts.length : Math.max(tooMany, 1);
}
