import { deepStrictEqual } from 'node:assert';
import * as fc from 'fast-check';
import type { Answer, Call } from '../../../../src/client/exchange.ts';
import { readRows } from '../../../../src/client/list.ts';
import { decisionOfRow, type Row } from '../../../../src/protocol/rows.ts';
import { expectedOfRow } from '../decision-rules.ts';
import { headersOf, headerTexts } from '../headers.ts';
import { jsonTexts } from '../json-document.ts';
import { codeOf, demand, target } from '../target.ts';
import { ROWS, WORDS } from '../wire-words.ts';
import { parsed } from './rows.ts';

const BASE = 'http://platform.example/base/';
const MAX_PAGES = 3;

interface Link {
  readonly text: string | undefined;
  /** Where the next page is. */
  readonly next?: string | undefined;
  /** The header is no header any more: where it leads is not known. */
  readonly spoiled?: boolean;
}

const links: fc.Arbitrary<Link> = fc.oneof(
  fc.constant<Link>({ text: undefined, next: undefined }),
  fc
    .tuple(
      fc.constantFrom('?page=2', '/base/x?after=1', 'http://platform.example/base/y', '//evil', ''),
      fc.constantFrom('<a>; rel="next"', '<a>; rel=next', '<z>; rel="prev", <a>; rel="next"'),
    )
    .map(([address, header]) => ({ text: header.replace('<a>', `<${address}>`), next: address })),
  fc
    .constantFrom('<a>; rel="prev"', '<a>; title="next"', '', '<a>', 'rel="next"')
    .map((text) => ({ text, next: undefined })),
  headerTexts('<http://platform.example/base/z>; rel="prev", </a>; rel="next"').map((text) => ({
    text,
    spoiled: true,
  })),
);

interface Served {
  readonly status: number;
  readonly body: unknown;
  readonly link: Link;
}

const pages: fc.Arbitrary<readonly Served[]> = fc.array(
  fc.record({
    status: fc.oneof(
      { weight: 9, arbitrary: fc.constant(200) },
      { weight: 1, arbitrary: fc.constantFrom(204, 304, 401, 429, 500) },
    ),
    body: fc.oneof(
      { weight: 9, arbitrary: fc.array(jsonTexts(ROWS, WORDS).map(parsed), { maxLength: 3 }) },
      { weight: 1, arbitrary: jsonTexts([...ROWS, []], WORDS).map(parsed) },
    ),
    link: links,
  }),
  { minLength: 1, maxLength: MAX_PAGES },
);

interface Reading {
  readonly calls: readonly Call[];
  readonly rows: readonly Row[];
  readonly error?: unknown;
}

async function read(served: readonly Served[]): Promise<Reading> {
  const calls: Call[] = [];
  const rows: Row[] = [];
  const exchange = (call: Call): Promise<Answer> => {
    const { status, body, link } = served[calls.length] ?? LAST;
    calls.push(call);
    const url = URL.parse(call.path, BASE)?.href ?? BASE;
    return Promise.resolve({
      url,
      status,
      headers: headersOf({ link: link.text }),
      text: '',
      body,
    });
  };
  const taken = (found: readonly Row[]): boolean => {
    rows.push(...found);
    return false;
  };
  try {
    await readRows({ exchange, workspaceId: 'ws', maxPages: MAX_PAGES }, taken);
    return { calls, rows };
  } catch (error) {
    return { calls, rows, error };
  }
}

const LAST: Served = { status: 200, body: [], link: { text: undefined, next: undefined } };

const CODES: ReadonlyMap<number, string> = new Map([
  [401, 'auth'],
  [429, 'transport'],
  [500, 'transport'],
]);

/** Every page that was asked for gives its rows, in order; what is no page ends the read by a code. */
export const paging = target({
  name: 'list paging',
  inputs: pages,
  parse: read,
  judge: (served, attempt) => {
    demand(!attempt.threw, 'the world of this test is broken');
    const { calls, rows, error } = attempt.value;
    demand(calls.length >= 1 && calls.length <= MAX_PAGES, `${calls.length} calls`);
    const asked = calls.map((_, index) => served[index] ?? LAST);
    const whole = asked.filter(({ status, body }) => status === 200 && Array.isArray(body));
    const items = whole.flatMap(({ body }): unknown[] => (Array.isArray(body) ? body : []));
    deepStrictEqual(
      rows.map((row) => ({ decision: decisionOfRow(row) })),
      items.map(expectedOfRow).filter((row) => row !== undefined),
    );
    for (const [index, call] of calls.entries())
      demandNext(call, calls[index + 1], asked[index] ?? LAST, index);
    if (error === undefined) {
      demand(whole.length === asked.length, 'took what is no page');
      return 'accepted';
    }
    demand(whole.length === asked.length - 1, 'went on after what was no page');
    const { status } = asked.at(-1) ?? LAST;
    demand(codeOf(error) === (CODES.get(status) ?? 'protocol'), `wrong code for ${status}`);
    return 'rejected';
  },
});

function demandNext(call: Call, following: Call | undefined, page: Served, index: number): void {
  const { next, spoiled = false } = page.link;
  const isPage = page.status === 200 && Array.isArray(page.body);
  if (spoiled || !isPage || index === MAX_PAGES - 1) return;
  const expected = next === undefined ? undefined : new URL(next, new URL(call.path, BASE)).href;
  demand(following?.path === expected, `${following?.path} follows in place of ${expected}`);
}
