import { quoted } from '../../../page/summary.ts';
import type { Action } from './actions.ts';
import { type Approval, isWaiting, keyOf } from './approval.ts';
import { withStep } from './asker.ts';
import { DEAD_TIME_MS, settled } from './deciding.ts';
import { mergeEnd, mergeOne, mergeSnapshot } from './merging.ts';
import { type Approvals, waitingOf } from './ordering.ts';
import { initialState, type Link, type PageState, selectedOf } from './state.ts';
import { arrivalText, endText } from './words.ts';

/**
 * The next state. Whatever the action was: an end settles a click that waited for it, somebody who
 * reads nothing is given the oldest request, and buttons are dead for a while when what is shown
 * changed.
 * @param uptime milliseconds since the page was opened
 */
export function reduce(state: PageState, action: Action, uptime: number): PageState {
  const next = withSelection(step(state, action));
  return hasMoved(state, next, action) ? { ...next, armedAt: uptime + DEAD_TIME_MS } : next;
}

function step(state: PageState, action: Action): PageState {
  switch (action.type) {
    case 'session.opened':
      return { ...state, session: { at: 'in', approver: action.approver } };
    case 'session.closed':
      // What was shown is not for whoever comes next.
      return { ...initialState, session: { at: 'out', problem: action.problem } };
    case 'link.changed':
      return { ...state, link: linkAfter(state.link, action.at, action.now) };
    case 'clock.heard':
      return { ...state, aheadMs: action.aheadMs };
    case 'lists.read':
      return listsRead(state, action);
    case 'lists.failed':
      return { ...state, list: { at: 'failed', why: action.why } };
    case 'trouble.met':
      return { ...state, trouble: action.trouble };
    case 'approval.arrived':
      return arrived(withOne(state, action.approval), state);
    case 'approval.ended':
      return withApprovals(state, mergeEnd(state.approvals, action.end));
    case 'approval.read':
      return withOne(state, action.approval);
    case 'approval.vanished':
      return vanished(state, action.id);
    case 'asker.moved':
      return state.approvals.has(action.id)
        ? { ...state, askers: withStep(state.askers, action.id, action.step) }
        : state;
    case 'approval.selected':
      return selected(state, action.id, true);
    case 'text.opened':
      return { ...state, opened: new Set([...state.opened, ...action.ids]) };
    case 'note.written':
      return { ...state, notes: new Map(state.notes).set(action.id, action.note) };
    case 'attempt.changed':
      return { ...state, attempts: new Map(state.attempts).set(action.id, action.attempt) };
    case 'layout.moved':
      return state;
  }
}

function linkAfter(link: Link, at: Link['at'], now: number): Link {
  const isLost = at === 'unreachable' || (at === 'connecting' && link.at !== 'connecting');
  return { at, lostAt: isLost ? (link.lostAt ?? now) : at === 'connecting' ? link.lostAt : null };
}

function listsRead(state: PageState, action: Extract<Action, { type: 'lists.read' }>): PageState {
  const { snapshot } = action;
  const heard = withAskers(state, [...snapshot.pending, ...snapshot.recent]);
  const next = withApprovals(heard, mergeSnapshot(state.approvals, snapshot));
  const read: PageState = {
    ...next,
    list: { at: 'loaded', unreadable: action.unreadable, more: action.more },
    everLoaded: true,
    trouble: null,
  };
  return state.everLoaded ? arrived(read, state) : read;
}

const withOne = (state: PageState, approval: Approval): PageState =>
  withApprovals(withAskers(state, [approval]), mergeOne(state.approvals, approval));

const withAskers = (state: PageState, read: readonly Approval[]): PageState => ({
  ...state,
  askers: read.reduce(
    (askers, { id, asker }) => (asker === null ? askers : withStep(askers, id, asker)),
    state.askers,
  ),
});

/** Marks and announces what waits now and was not known before. */
function arrived(next: PageState, before: PageState): PageState {
  const news = waitingOf(next.approvals, null).filter(({ id }) => !before.approvals.has(id));
  if (news.length === 0) return next;
  const fresh = new Set([...next.fresh, ...news.map(({ id }) => id)]);
  return announced({ ...next, fresh }, arrivalText(news));
}

/** Takes new knowledge over, and draws what follows from an end that came with it. */
function withApprovals(state: PageState, approvals: Approvals): PageState {
  const next = { ...state, approvals, attempts: settledAttempts(state, approvals) };
  const ended = [...approvals.values()].filter((approval) => hasEnded(state, approval));
  const isHeld = ended.some(({ id }) => id === state.selectedId);
  return announced(
    isHeld ? { ...next, heldId: state.selectedId } : next,
    ended.map((approval) => `${quoted(approval.action, 80)}: ${endText(approval)}`).join('. '),
  );
}

const hasEnded = (before: PageState, approval: Approval): boolean => {
  const known = before.approvals.get(approval.id);
  return known !== undefined && isWaiting(known) && !isWaiting(approval);
};

function settledAttempts(state: PageState, approvals: Approvals): PageState['attempts'] {
  if (state.session.at !== 'in') return state.attempts;
  const attempts = new Map(state.attempts);
  for (const [id, attempt] of attempts) {
    const approval = approvals.get(id);
    if (attempt.at === 'unknown' && approval && !isWaiting(approval))
      attempts.set(id, settled(attempt, approval, state.session.approver));
  }
  return attempts;
}

function vanished(state: PageState, id: string): PageState {
  const known = state.approvals.get(id);
  if (known === undefined || !isWaiting(known)) return state;
  return withApprovals(state, new Map(state.approvals).set(id, { ...known, outcome: 'unknown' }));
}

function selected(state: PageState, id: string, isChosen: boolean): PageState {
  if (id === state.selectedId || !state.approvals.has(id)) return state;
  const fresh = new Set(state.fresh);
  fresh.delete(id);
  return { ...state, selectedId: id, isChosen, heldId: null, opened: new Set(), fresh };
}

function withSelection(state: PageState): PageState {
  if (selectedOf(state) !== null) return state;
  const [oldest] = waitingOf(state.approvals, null);
  return oldest ? selected(state, oldest.id, false) : state;
}

const announced = (state: PageState, text: string): PageState =>
  text === '' ? state : { ...state, announcement: { text, serial: state.announcement.serial + 1 } };

function hasMoved(before: PageState, after: PageState, action: Action): boolean {
  if (action.type === 'layout.moved' || action.type === 'text.opened') return true;
  const [was, is] = [selectedOf(before), selectedOf(after)];
  return (was && keyOf(was)) !== (is && keyOf(is));
}
