/** What goes wrong with one HTTP exchange. */
import type { FaultMix } from './fault-mix.ts';
import type { Random } from './random.ts';

/** Which route, from the path. */
export type RouteKind = 'create' | 'list' | 'decide' | 'other';

export const routeOf = (method: string, { pathname, search }: URL): RouteKind => {
  if (pathname.endsWith('/decide')) return 'decide';
  // Further pages of a list belong to the same read.
  const isRead = search === '' || search.includes('changed_since');
  if (!pathname.endsWith('/approvals') || !isRead) return 'other';
  return method === 'POST' ? 'create' : 'list';
};

/** On the way there. */
export type Sending = 'arrives' | 'refused' | 'reset' | 'lost' | 'late';
/** What the platform does with it. */
export type Handling = 'handles' | 'error before' | 'error after' | 'limits' | 'unauthorized';
/** On the way back. */
export type Answering = 'whole' | 'lost' | 'reset' | 'stalled' | 'dripped' | 'garbled' | 'cached';

export interface HttpPlan {
  readonly sending: Sending;
  readonly sendingMs: number;
  readonly handling: Handling;
  readonly answering: Answering;
  readonly answeringMs: number;
}

/**
 * About as long as a client waits for one exchange, and a little longer, milliseconds. What arrives
 * more than ten seconds after it was given up is beyond what the client promises to take back.
 */
const LATE_MS = { least: 8_000, most: 12_000 };

export function planOf(faults: FaultMix, random: Random): HttpPlan {
  const isSlow = faults.strikes('http.slow');
  const way = (): number => (isSlow ? random.between(50, 3_000) : random.between(1, 20));
  const sending = sendingOf(faults);
  return {
    sending,
    sendingMs: sending === 'late' ? random.between(LATE_MS.least, LATE_MS.most) : way(),
    handling: handlingOf(faults),
    answering: answeringOf(faults),
    answeringMs: way(),
  };
}

function sendingOf(faults: FaultMix): Sending {
  if (faults.strikes('http.refused')) return 'refused';
  if (faults.strikes('http.request_lost')) return 'lost';
  if (faults.strikes('http.reset')) return 'reset';
  return faults.strikes('http.late') ? 'late' : 'arrives';
}

function handlingOf(faults: FaultMix): Handling {
  if (faults.strikes('http.error_before')) return 'error before';
  if (faults.strikes('http.error_after')) return 'error after';
  if (faults.strikes('http.limited')) return 'limits';
  return faults.strikes('http.unauthorized') ? 'unauthorized' : 'handles';
}

function answeringOf(faults: FaultMix): Answering {
  if (faults.strikes('http.answer_lost')) return 'lost';
  if (faults.strikes('http.reset')) return 'reset';
  if (faults.strikes('http.stalled')) return 'stalled';
  if (faults.strikes('http.dripped')) return 'dripped';
  if (faults.strikes('http.garbled')) return 'garbled';
  return faults.strikes('http.cached') ? 'cached' : 'whole';
}

/** What platforms and proxies send; some of it is nonsense. */
const RETRY_AFTER = ['0', '1', '2', '7', '20', '59', '600', 'abc', '-1', '1000000000'] as const;
export const retryAfter = (random: Random): string => random.pick([...RETRY_AFTER]);

const GARBAGE = [
  '',
  'null',
  '{}',
  '[]',
  '<html><body>Bad gateway</body></html>',
  '{"approval_id":""}',
  '{"approval_id":7}',
  '{"approval_id":"a","approval_id":"b"}',
  '[{"id":',
  '[null, 1, "x", {"id": 5}]',
  '"approved"',
] as const;
export const garbage = (random: Random): string => random.pick([...GARBAGE]);
