import { deepStrictEqual } from 'node:assert';
import * as fc from 'fast-check';
import type { Answer } from '../../../../src/client/exchange.ts';
import { type Page, pageOf } from '../../../../src/client/list.ts';
import { decisionOfRow } from '../../../../src/protocol/rows.ts';
import { expectedOfRow } from '../decision-rules.ts';
import { headersOf, headerTexts } from '../headers.ts';
import { jsonTexts } from '../json-document.ts';
import { codeOf, demand, target } from '../target.ts';
import { ROWS, WORDS } from '../wire-words.ts';
import { parsed } from './rows.ts';

const URL_OF_PAGE = 'http://platform.example/base/list?page=1';

interface Link {
  readonly text: string | undefined;
  /** Where the next page is. */
  readonly next?: string | undefined;
  /** The header is no header any more: where it leads is not known. */
  readonly spoiled?: boolean;
}

const ADDRESSES = ['?page=2', '/base/x?after=1', 'http://platform.example/base/y', '//evil', ''];

const links: fc.Arbitrary<Link> = fc.oneof(
  fc.constant<Link>({ text: undefined }),
  fc
    .tuple(
      fc.constantFrom(...ADDRESSES),
      fc.constantFrom('<a>; rel="next"', '<a>; rel=next', '<z>; rel="prev", <a>; rel="next"'),
    )
    .map(([address, header]) => ({ text: header.replace('<a>', `<${address}>`), next: address })),
  fc
    .constantFrom('<a>; rel="prev"', '<a>; title="next"', '', '<a>', 'rel="next"')
    .map((text) => ({ text })),
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

const pages: fc.Arbitrary<Served> = fc.record({
  status: fc.oneof(
    { weight: 9, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.constantFrom(204, 304, 401, 429, 500) },
  ),
  body: fc.oneof(
    { weight: 9, arbitrary: fc.array(jsonTexts(ROWS, WORDS).map(parsed), { maxLength: 4 }) },
    { weight: 1, arbitrary: jsonTexts([...ROWS, []], WORDS).map(parsed) },
  ),
  link: links,
});

const answerOf = ({ status, body, link }: Served): Answer => ({
  url: URL_OF_PAGE,
  status,
  headers: headersOf({ link: link.text }),
  text: '',
  body,
});

const CODES: ReadonlyMap<number, string> = new Map([
  [401, 'auth'],
  [429, 'transport'],
  [500, 'transport'],
]);

/** Every row that can be read is there, in order; what is no page is refused by a code. */
export const listPages = target<Served, Page>({
  name: 'list pages',
  inputs: pages,
  parse: (served) => pageOf(answerOf(served)),
  judge: ({ status, body, link }, attempt) => {
    const items: unknown[] | undefined = Array.isArray(body) ? body : undefined;
    if (attempt.threw) {
      demand(codeOf(attempt.error) === (CODES.get(status) ?? 'protocol'), 'wrong code');
      demand(status !== 200 || items === undefined, 'refused a page');
      return 'rejected';
    }
    demand(status === 200 && items !== undefined, 'took what is no page');
    const { rows, next } = attempt.value;
    deepStrictEqual(
      rows.map((row) => ({ decision: decisionOfRow(row) })),
      items.map(expectedOfRow).filter((row) => row !== undefined),
    );
    if (link.spoiled === true) return 'accepted';
    const expected = link.next === undefined ? undefined : new URL(link.next, URL_OF_PAGE).href;
    demand(next === expected, `${next} follows in place of ${expected}`);
    return 'accepted';
  },
});
