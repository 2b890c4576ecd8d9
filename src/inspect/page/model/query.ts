/** What is typed into the search box: `awaitingWS older:5m refund -is:lost`. */
import { parseDurationMs } from '../../../protocol/duration.ts';
import type { ActorRow, ProcessRow } from '../../wire.ts';

/** What a row is looked at with. */
export interface Moment {
  /** The view's clock, milliseconds since the epoch. */
  readonly now: number;
  readonly processOf: (row: ActorRow) => ProcessRow | undefined;
}

export interface Query {
  readonly matches: (row: ActorRow, moment: Moment) => boolean;
  /** What could not be understood, in a sentence; such a word finds nothing. */
  readonly problems: readonly string[];
  /** The answer changes with the time alone. */
  readonly isTimed: boolean;
}

type Test = Query['matches'];
type Term = { readonly test: Test; readonly isTimed?: true } | { readonly problem: string };

const WORDS = /-?(?:[a-z]+:)?(?:"[^"]*"?|\S+)/giu;

/** All words must fit; one with `-` before it must not. */
export function parseQuery(text: string): Query {
  const terms = (text.match(WORDS) ?? []).map(termOf);
  const tests = terms.map((term) => ('test' in term ? term.test : () => false));
  return {
    matches: (row, moment) => tests.every((test) => test(row, moment)),
    problems: terms.flatMap((term) => ('problem' in term ? [term.problem] : [])),
    isTimed: terms.some((term) => 'isTimed' in term),
  };
}

function termOf(text: string): Term {
  const isNegated = text.startsWith('-') && text.length > 1;
  const term = positiveTerm(isNegated ? text.slice(1) : text);
  if (!isNegated || !('test' in term)) return term;
  return { ...term, test: (row, moment) => !term.test(row, moment) };
}

function positiveTerm(text: string): Term {
  const [, key = '', value = ''] = /^([a-z]+):(.*)$/iu.exec(text) ?? [];
  const field = FIELDS.get(key.toLowerCase());
  return field === undefined ? { test: anywhere(bare(text)) } : field(bare(value), key);
}

const bare = (text: string): string => text.replaceAll('"', '').toLowerCase();

type Field = (value: string, key: string) => Term;

const field =
  (of: (row: ActorRow, moment: Moment) => string | undefined): Field =>
  (value) => ({
    test: (row, moment) => of(row, moment)?.toLowerCase().includes(value) ?? false,
  });

const age =
  (fits: (ageMs: number, ms: number) => boolean): Field =>
  (value, key) => {
    const ms = parseDurationMs(value);
    return ms === undefined
      ? { problem: `“${key}:” takes a time such as 30s, 5m or 2h.` }
      : { isTimed: true, test: (row, { now }) => fits(now - row.startedAt, ms) };
  };

const processText: Parameters<typeof field>[0] = (row, { processOf }) => {
  const process = processOf(row);
  return process && `${process.pid} ${process.title}`;
};

const STATUSES: readonly string[] = ['active', 'done', 'error', 'stopped', 'lost'];

const FIELDS = new Map<string, Field>([
  ['older', age((is, ms) => is >= ms)],
  ['newer', age((is, ms) => is < ms)],
  ['state', field(({ state }) => state)],
  ['workspace', field(({ workspaceId }) => workspaceId)],
  ['action', field(({ action }) => action)],
  ['id', field(({ id, approvalId, traceId }) => `${id} ${approvalId} ${traceId}`)],
  ['process', field(processText)],
  [
    'is',
    (value, key) =>
      STATUSES.includes(value)
        ? { test: ({ status }) => status === value }
        : { problem: `“${key}:” takes one of ${STATUSES.join(', ')}.` },
  ],
]);

/** Rows are never changed, so that what can be found in one is put together once. */
const haystacks = new WeakMap<ActorRow, string>();

function haystackOf(row: ActorRow): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const { id, state, status, workspaceId, action, traceId, approvalId } = row;
  const made = [id, state, status, workspaceId, action, traceId, approvalId]
    .filter((text) => text !== undefined)
    .join('\n')
    .toLowerCase();
  haystacks.set(row, made);
  return made;
}

const anywhere =
  (word: string): Test =>
  (row) =>
    haystackOf(row).includes(word);
