/** What may stand in the head of an answer, as Node's own parser lets it through. */
import * as fc from 'fast-check';
import { longRun, spoiled } from './text.ts';

/** Node ends an answer whose head is larger. */
const MAX_HEAD = 16 * 1024;

/** A value with what no header can carry dropped. */
const asHeader = (text: string): string =>
  text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, MAX_HEAD);

/** Values that were `base` once. */
export const headerTexts = (base: string): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 40, arbitrary: spoiled(fc.constant(base)) },
      { weight: 40, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 60 }) },
      { weight: 1, arbitrary: longRun(MAX_HEAD) },
    )
    .map(asHeader);

/** Without those that are `undefined`. */
export const headersOf = (values: Readonly<Record<string, string | undefined>>): Headers =>
  new Headers(
    Object.entries(values).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, asHeader(value)]],
    ),
  );
