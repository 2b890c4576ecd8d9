import type { Context } from 'hono';
import type { JsonObject } from '../../machines/index.ts';
import type { ApprovalRow } from './storage/schema.ts';

export interface PageOptions {
  /** The query parameter that continues after the last row. */
  readonly parameter: 'before' | 'after';
  /** Rows at most. */
  readonly size: number;
  /** Bytes at most, so that readers with a limit of their own can read it; one row always fits. */
  readonly bytes: number;
  readonly view: (row: ApprovalRow) => JsonObject;
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
  const texts = rows.slice(0, options.size).map((row) => JSON.stringify(options.view(row)));
  const page = texts.slice(0, fitting(texts, options.bytes));
  const last = rows[page.length - 1];
  if (rows.length > page.length && last !== undefined)
    c.header('Link', `<?${options.parameter}=${last.number}>; rel="next"`);
  return c.body(`[${page.join(',')}]`, 200, { 'Content-Type': 'application/json' });
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
