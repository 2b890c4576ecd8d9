/** What a view says of approvals, made up for tests of its page. */
import type { JsonValue } from '../../machines/index.ts';
import type { ActorRow, Entry, ProcessRow, ViewMessage } from '../../src/inspect/wire.ts';

export const aProcess = (over: Partial<ProcessRow> = {}): ProcessRow => ({
  id: 'p1',
  pid: 4711,
  title: 'agent.js',
  isConnected: true,
  dropped: 0,
  ...over,
});

/** An approval that began a minute before it waits for an answer. */
export const aRow = (over: Partial<ActorRow> = {}): ActorRow => ({
  id: 'p1/a1',
  process: 'p1',
  machine: 'approval',
  status: 'active',
  state: 'awaitingWS',
  startedAt: Date.now() - 60_000,
  changedAt: Date.now() - 58_000,
  transition: 'submitting:xstate.done.actor.submission:1',
  from: 'submitting',
  workspaceId: 'billing',
  action: 'refund order 1017',
  traceId: '5b3c0c3e-90b5-4f43-8a8b-0d6a1f1e0001',
  approvalId: 'apr-1017',
  deadlineAt: Date.now() + 240_000,
  ...over,
});

/** `count` of them, spread over states and workspaces, each begun a second before the next. */
export function manyRows(count: number, states: readonly string[]): ActorRow[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const state = states[index % states.length] ?? 'awaitingWS';
    const isFinal = /^(granted|denied|timeout|withdrawn|failed)$/.test(state);
    return aRow({
      id: `p1/a${index}`,
      state,
      status: isFinal ? 'done' : 'active',
      action: `refund order ${1000 + index}`,
      workspaceId: ['billing', 'ops', 'research'][index % 3] ?? 'ops',
      approvalId: `apr-${1000 + index}`,
      traceId: `trace-${index}`,
      startedAt: now - (count - index) * 1_000,
      changedAt: now - (count - index) * 900,
    });
  });
}

export const allActors = (
  actors: readonly ActorRow[],
  processes: readonly ProcessRow[] = [aProcess()],
): ViewMessage => ({
  type: 'actors',
  more: false,
  actors: [...actors],
  processes: [...processes],
  now: Date.now(),
});

export const changes = (over: Partial<Extract<ViewMessage, { type: 'changes' }>>): ViewMessage => ({
  type: 'changes',
  actors: [],
  gone: [],
  processes: [],
  entries: [],
  now: Date.now(),
  ...over,
});

const CONTEXT: JsonValue = {
  request: {
    traceId: '5b3c0c3e-90b5-4f43-8a8b-0d6a1f1e0001',
    workspaceId: 'billing',
    action: 'refund order 1017',
    reason: 'The customer was charged twice.',
    args: { order: 1017, amount: 129.5, token: '[redacted]' },
    timeoutMs: 300_000,
  },
  approvalId: 'apr-1017',
  ending: null,
  conclusion: null,
};

/** The life of an approval that falls back, comes back and is granted. */
export function aLife(began: number): Entry[] {
  const entries: Entry[] = [];
  const add = (after: number, entry: Omit<Entry, 'n' | 'at'>): void => {
    entries.push({ n: entries.length + 1, at: began + after, ...entry });
  };
  const move = (after: number, transition: string, label: string, from: string, state: string) =>
    add(after, {
      kind: 'transition',
      label,
      from,
      state,
      transition,
      detail: { type: label },
      context: CONTEXT,
    });
  const service = (after: number, label: string): void => add(after, { kind: 'service', label });
  const audit = (after: number, label: string): void =>
    add(after, {
      kind: 'audit',
      label,
      detail: { event_type: 'approval', action: 'approve', outcome: label, actor: 'billing' },
    });
  add(0, { kind: 'began', label: 'began', state: 'rbacCheck', context: CONTEXT });
  service(1, 'permission began');
  service(4, 'permission done');
  move(4, 'rbacCheck:xstate.done.actor.permission:0', 'permission done', 'rbacCheck', 'submitting');
  audit(5, 'allowed');
  service(5, 'submission began');
  service(142, 'submission done');
  move(
    142,
    'submitting:xstate.done.actor.submission:1',
    'submission done',
    'submitting',
    'awaitingWS',
  );
  service(142, 'liveDecision began');
  audit(143, 'requested');
  move(20_400, 'awaitingWS:channel.lost:0', 'channel.lost', 'awaitingWS', 'fallbackPolling');
  service(20_400, 'liveDecision stopped');
  service(20_400, 'polledDecision began');
  audit(20_401, 'fallback');
  move(31_050, 'fallbackPolling:channel.live:0', 'channel.live', 'fallbackPolling', 'awaitingWS');
  service(31_050, 'polledDecision stopped');
  service(31_050, 'liveDecision began');
  audit(31_052, 'reconnected');
  return entries;
}

/** The last step of it: granted. */
export function theGrant(began: number): Entry[] {
  const n = aLife(began).length;
  const at = began + 58_210;
  return [
    {
      n: n + 1,
      at,
      kind: 'transition',
      label: 'decision.received',
      from: 'awaitingWS',
      state: 'granted',
      transition: 'awaitingWS:decision.received:0',
      detail: { type: 'decision.received', decision: { status: 'approved', decidedBy: 'ada' } },
      context: CONTEXT,
    },
    { n: n + 2, at: at + 1, kind: 'audit', label: 'granted', detail: { outcome: 'granted' } },
    { n: n + 3, at: at + 2, kind: 'ended', label: 'done', detail: { status: 'granted' } },
  ];
}
