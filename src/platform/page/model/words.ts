import { quoted } from '../../../page/summary.ts';
import type { Approval } from './approval.ts';
import type { Hindrance } from './deciding.ts';
import type { Attempt } from './state.ts';

/** How a request ended. Only what a person did is called a decision of his. */
export function endText({ outcome, decidedBy }: Approval): string {
  const by = decidedBy ? ` by ${quoted(decidedBy)}` : '';
  switch (outcome) {
    case 'granted':
      return `granted${by}`;
    case 'denied':
      return `denied${by}`;
    case 'timeout':
      return 'nobody answered';
    case 'withdrawn':
      return 'withdrawn by its asker';
    case 'unknown':
      return 'ended, nobody knows how';
    case null:
      return 'waiting';
  }
}

const NOUN = { approved: 'approval', denied: 'denial' } as const;

/** What is said of a request in the place of its buttons, or above them. */
export interface Saying {
  readonly tone: 'good' | 'bad' | 'quiet' | 'busy' | 'warning';
  readonly headline: string;
  readonly detail: string;
}

const TONES = {
  granted: 'good',
  denied: 'bad',
  timeout: 'quiet',
  withdrawn: 'quiet',
  unknown: 'quiet',
} as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What to say of a request and of the click that was made on it; `null` when there is nothing. */
export function sayingOf(approval: Approval, attempt: Attempt | undefined): Saying | null {
  const { outcome } = approval;
  if (outcome !== null)
    return {
      tone: TONES[outcome],
      headline: capital(endText(approval)),
      detail: attempt ? detailOf(attempt, approval) : '',
    };
  return attempt ? underway(attempt) : null;
}

function detailOf(attempt: Attempt, approval: Approval): string {
  if (attempt.at === 'stored') return 'This is what the platform has stored.';
  if (attempt.at !== 'late') return '';
  const noun = NOUN[attempt.verdict];
  switch (approval.outcome) {
    case 'timeout':
      return `The time was up before your ${noun} arrived. It was not stored.`;
    case 'withdrawn':
      return `It was taken back before your ${noun} arrived. It was not stored.`;
    default:
      return `Somebody was quicker. Your ${noun} was not stored; this is what is.`;
  }
}

function underway(attempt: Attempt): Saying {
  const noun = NOUN[attempt.verdict];
  switch (attempt.at) {
    case 'sending':
      return { tone: 'busy', headline: 'Sending…', detail: `Your ${noun} is on its way.` };
    case 'stored':
      return { tone: 'busy', headline: 'Accepted', detail: 'Reading what was stored…' };
    case 'unknown':
      return {
        tone: 'warning',
        headline: `It is not known whether your ${noun} counted`,
        detail: `${attempt.why} Looking it up until the platform answers…`,
      };
    case 'notStored':
      return {
        tone: 'warning',
        headline: `Your ${noun} is not stored`,
        detail: 'The request is still waiting. Decide again if you still mean it.',
      };
    case 'late':
      return { tone: 'warning', headline: `Your ${noun} was not stored`, detail: '' };
    case 'refused':
      return { tone: 'warning', headline: `Your ${noun} was not stored`, detail: attempt.why };
  }
}

const HINDRANCES = {
  ended: '',
  sending: '',
  settling: '',
  uncertain: '',
  timeIsUp: 'Time is up. Nothing can be decided here any more.',
  unreachable: 'The platform cannot be reached, so nothing can be decided.',
  unseen: 'Approve stays off until the hidden text has been shown.',
} as const satisfies Record<Hindrance, string>;

/** Why the buttons are off, for the reader; empty where it shows by itself. */
export const hindranceText = (hindrance: Hindrance | null): string =>
  hindrance === null ? '' : HINDRANCES[hindrance];

/** What a screen reader is told of arrivals. */
export function arrivalText(arrived: readonly Approval[]): string {
  const [first] = arrived;
  if (first === undefined) return '';
  if (arrived.length > 1) return `${arrived.length} new requests are waiting.`;
  return `New request from ${quoted(first.workspaceName)}: ${quoted(first.action, 120)}`;
}
