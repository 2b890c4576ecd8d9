import type { Approval, Verdict } from './approval.ts';
import type { Askers } from './asker.ts';
import type { Approvals } from './ordering.ts';

export type Session =
  | { readonly at: 'checking' }
  | { readonly at: 'out'; readonly problem: string | null }
  | { readonly at: 'in'; readonly approver: string };

/**
 * - `live` frames arrive
 * - `reading` no live channel, but the lists can be read, every few seconds
 * - `unreachable` nothing answers: what is shown may be old
 */
export interface Link {
  readonly at: 'connecting' | 'live' | 'reading' | 'unreachable';
  /** When the platform was lost, this machine's clock; `null` while it answers. */
  readonly lostAt: number | null;
}

export type ListStatus =
  | { readonly at: 'loading' }
  /** `unreadable`: entries that make no sense here; `more`: waiting ones that are not listed. */
  | { readonly at: 'loaded'; readonly unreadable: number; readonly more: boolean }
  | { readonly at: 'failed'; readonly why: string };

/** What became of a click. Only the platform's answer makes it `stored`. */
export type Attempt = { readonly verdict: Verdict } & (
  | { readonly at: 'sending' | 'stored' | 'late' | 'notStored' }
  | { readonly at: 'unknown' | 'refused'; readonly why: string }
);

export interface PageState {
  readonly session: Session;
  readonly link: Link;
  readonly list: ListStatus;
  /** True once a list has been read: from then on there is something to be old. */
  readonly everLoaded: boolean;
  readonly approvals: Approvals;
  readonly askers: Askers;
  readonly selectedId: string | null;
  /** The reader went there himself; else the page put it before him. */
  readonly isChosen: boolean;
  /** The selected one, when it ended while it was being read. */
  readonly heldId: string | null;
  /** Texts of the selected one that were opened in full. */
  readonly opened: ReadonlySet<string>;
  readonly notes: ReadonlyMap<string, string>;
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** Arrived while the page was open and not yet looked at. */
  readonly fresh: ReadonlySet<string>;
  /** From when on buttons and keys count, in milliseconds since the page was opened. */
  readonly armedAt: number;
  /** Something that was asked for did not happen; until the next read. */
  readonly trouble: string | null;
  /** How far the server's clock is ahead of ours, milliseconds. */
  readonly aheadMs: number;
  /** For screen readers; the number makes equal sentences different. */
  readonly announcement: { readonly text: string; readonly serial: number };
}

export const initialState: PageState = {
  session: { at: 'checking' },
  link: { at: 'connecting', lostAt: null },
  list: { at: 'loading' },
  everLoaded: false,
  approvals: new Map(),
  askers: new Map(),
  selectedId: null,
  isChosen: false,
  heldId: null,
  opened: new Set(),
  notes: new Map(),
  attempts: new Map(),
  fresh: new Set(),
  armedAt: 0,
  trouble: null,
  aheadMs: 0,
  announcement: { text: '', serial: 0 },
};

export const selectedOf = ({ approvals, selectedId }: PageState): Approval | null =>
  selectedId === null ? null : (approvals.get(selectedId) ?? null);
