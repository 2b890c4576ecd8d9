import type { Context } from 'hono';
import type { Served } from './served.ts';
import type { ApprovalRow } from './storage/schema.ts';

export interface PageOptions {
  /** The query parameter that continues after the last row. */
  readonly parameter: 'before' | 'after';
  readonly size: number;
}

/**
 * Cuts a page off `rows`, which are one more than a page where there is a next one, and links to
 * that one (RFC 8288).
 */
export function nextPage(
  c: Context,
  served: Served,
  rows: readonly ApprovalRow[],
  { parameter, size }: PageOptions,
): readonly ApprovalRow[] {
  const page = rows.slice(0, size);
  const last = page.at(-1);
  if (rows.length > size && last !== undefined) {
    const { host, pathname } = new URL(c.req.url);
    const query = `${parameter}=${last.number}`;
    c.header('Link', `<${served.originOf(host)}${pathname}?${query}>; rel="next"`);
  }
  return page;
}
