import { routes } from '../../protocol/routes.ts';
import type { Approval, End, Verdict } from './model/approval.ts';
import { clockAhead } from './model/countdown.ts';
import type { Snapshot } from './model/merging.ts';
import { listSchema, problemSchema, readApproval, readEnd, sessionSchema } from './wire.ts';

/** An HTTP exchange takes this long at most, milliseconds. */
const TIMEOUT_MS = 10_000;

/** What came of an exchange. `lost`: nothing is known of what the platform did. */
export type Answer<T> =
  /** `more`: a list that goes on after what is here. */
  | { readonly kind: 'ok'; readonly value: T; readonly more: boolean }
  | { readonly kind: 'signedOut' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly why: string;
      readonly body: unknown;
    }
  | { readonly kind: 'lost'; readonly why: string };

export interface Lists {
  readonly snapshot: Snapshot;
  /** Entries that this page could not make sense of. */
  readonly unreadable: number;
  /** More wait than the platform lists at once. */
  readonly more: boolean;
}

export interface Decision {
  readonly approval: Approval;
  readonly verdict: Verdict;
  readonly note: string;
}

export interface Api {
  readonly signIn: (token: string) => Promise<Answer<unknown>>;
  readonly signOut: () => Promise<Answer<unknown>>;
  readonly session: () => Promise<Answer<{ approver: string }>>;
  readonly lists: () => Promise<Answer<Lists>>;
  readonly approval: (id: string) => Promise<Answer<Approval>>;
  readonly decide: (decision: Decision) => Promise<Answer<unknown>>;
}

/** @param onClock how far the server's clock is ahead, milliseconds; called for every answer */
export function createApi(onClock: (aheadMs: number) => void): Api {
  const call = (path: string, init?: RequestInit) => exchange(path, init, onClock);
  return {
    signIn: (token) => call('session', jsonInit({ token })),
    signOut: () => call('session', { method: 'DELETE' }),
    session: async () => read(await call('session'), (body) => sessionSchema.safeParse(body).data),
    lists: () => readLists(call),
    approval: async (id) =>
      read(await call(`approvals/${encodeURIComponent(id)}`), (body) => readApproval(body)),
    decide: ({ approval, verdict, note }) =>
      call(
        routes.decide(approval.workspaceId, approval.id),
        jsonInit({
          decision: verdict,
          ...(note.trim() === '' ? {} : { note: note.trim() }),
          ...(approval.digest === null ? {} : { digest: approval.digest }),
        }),
      ),
  };
}

/** The end that is stored, when a decision was refused because there is one. */
export const storedEnd = (id: string, answer: Answer<unknown>): End | undefined =>
  answer.kind === 'refused' && answer.code === 'already_decided'
    ? readEnd(id, answer.body)
    : undefined;

type Call = (path: string, init?: RequestInit) => Promise<Answer<unknown>>;

async function readLists(call: Call): Promise<Answer<Lists>> {
  const answers = await Promise.all([call(routes.pending), call('approvals/recent?limit=50')]);
  const [pending, recent] = answers.map((answer) =>
    read(answer, (body) => listSchema.safeParse(body).data),
  );
  if (pending?.kind !== 'ok') return pending ?? GARBLED;
  if (recent?.kind !== 'ok') return recent ?? GARBLED;
  const waiting = pending.value.map(readApproval);
  return {
    kind: 'ok',
    more: pending.more,
    value: {
      more: pending.more,
      snapshot: { pending: known(waiting), recent: known(recent.value.map(readApproval)) },
      unreadable: waiting.filter((approval) => approval === undefined).length,
    },
  };
}

const known = (approvals: readonly (Approval | undefined)[]): Approval[] =>
  approvals.filter((approval) => approval !== undefined);

const GARBLED = {
  kind: 'lost',
  why: 'The platform answered something that this page cannot read.',
} as const satisfies Answer<never>;

function read<T>(answer: Answer<unknown>, parse: (body: unknown) => T | undefined): Answer<T> {
  if (answer.kind !== 'ok') return answer;
  const value = parse(answer.value);
  return value === undefined ? GARBLED : { ...answer, value };
}

const jsonInit = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function exchange(
  path: string,
  init: RequestInit | undefined,
  onClock: (aheadMs: number) => void,
): Promise<Answer<unknown>> {
  const askedAt = Date.now();
  try {
    const response = await fetch(new URL(path, document.baseURI), {
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
    });
    const serverTime = Number(response.headers.get('x-server-time') ?? Number.NaN);
    if (serverTime > 0) onClock(clockAhead(serverTime, askedAt, Date.now()));
    return await answerOf(response);
  } catch {
    return { kind: 'lost', why: 'The platform did not answer.' };
  }
}

const NEXT = /rel="?next/;

async function answerOf(response: Response): Promise<Answer<unknown>> {
  const text = await response.text();
  if (response.status === 401) return { kind: 'signedOut' };
  if (response.status >= 500)
    return { kind: 'lost', why: `The platform failed (${response.status}).` };
  const body = bodyOf(text);
  if (response.ok)
    return { kind: 'ok', value: body, more: NEXT.test(response.headers.get('link') ?? '') };
  const problem = problemSchema.safeParse(body).data;
  const why = problem?.error ?? `The platform refused (${response.status}).`;
  return { kind: 'refused', code: problem?.code ?? '', why, body };
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
