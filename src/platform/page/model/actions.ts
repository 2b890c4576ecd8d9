import type { Approval, End } from './approval.ts';
import type { AskerStep } from './asker.ts';
import type { Snapshot } from './merging.ts';
import type { Attempt, Link } from './state.ts';

/** Everything that can change what the page shows: facts, in the past tense. */
export type Action =
  | { readonly type: 'session.opened'; readonly approver: string }
  | { readonly type: 'session.closed'; readonly problem: string | null }
  | { readonly type: 'link.changed'; readonly at: Link['at']; readonly now: number }
  | { readonly type: 'clock.heard'; readonly aheadMs: number }
  | {
      readonly type: 'lists.read';
      readonly snapshot: Snapshot;
      readonly unreadable: number;
      readonly more: boolean;
    }
  | { readonly type: 'lists.failed'; readonly why: string }
  | { readonly type: 'trouble.met'; readonly trouble: string }
  | { readonly type: 'approval.arrived'; readonly approval: Approval }
  | { readonly type: 'approval.ended'; readonly end: End }
  | { readonly type: 'approval.read'; readonly approval: Approval }
  /** The platform knows no such request (any more). */
  | { readonly type: 'approval.vanished'; readonly id: string }
  | { readonly type: 'asker.moved'; readonly id: string; readonly step: AskerStep }
  | { readonly type: 'approval.selected'; readonly id: string }
  | { readonly type: 'text.opened'; readonly ids: readonly string[] }
  | { readonly type: 'note.written'; readonly id: string; readonly note: string }
  | { readonly type: 'attempt.changed'; readonly id: string; readonly attempt: Attempt }
  /** What is under the buttons moved without the reader moving it. */
  | { readonly type: 'layout.moved' };
