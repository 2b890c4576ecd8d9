/** The named points at which a process is ended, and what a story must be like to come to them. */

/**
 * `resume`: in a life after another; `work`: something guarded is granted; `outcome`: the person
 * answers soon, and the asker is told; `withdrawal`: nobody answers.
 */
export type Need =
  | 'resume'
  | 'resume of two'
  | 'work'
  | 'outcome'
  | 'key'
  | 'withdrawal'
  | 'live'
  | 'fake platform';

export interface Point {
  readonly at: string;
  /** How often the point may have been passed before, at most. */
  readonly times: number;
  readonly needs: readonly Need[];
}

const point = (at: string, times = 1, ...needs: Need[]): Point => ({ at, times, needs });

export const POINTS: readonly Point[] = [
  point('owner.before_open'),
  point('owner.in_write'),
  point('owner.before_rename'),
  point('owner.after_rename'),
  point('journal.before_open', 4),
  point('journal.before_write', 4),
  point('journal.in_write', 4),
  point('journal.before_sync', 4),
  point('journal.after_sync', 4),
  point('journal.before_rename', 4),
  point('journal.after_rename', 4),
  point('journal_folder.before_sync', 2),
  point('journal_folder.after_sync', 2),
  point('key.before_open', 1, 'key'),
  point('key.in_write', 1, 'key'),
  point('key.after_sync', 1, 'key'),
  point('post.before_exchange', 2),
  point('platform.before_create', 2, 'fake platform'),
  point('platform.after_create', 2, 'fake platform'),
  point('post.after_exchange', 2),
  point('audit.before_write', 6),
  point('audit.in_write', 6),
  point('audit.before_sync', 6),
  point('audit.after_sync', 6),
  point('live.before_frame', 2, 'live', 'outcome'),
  point('list.after_exchange', 3),
  point('withdraw.before_exchange', 2, 'withdrawal'),
  point('platform.before_withdrawal', 2, 'withdrawal', 'fake platform'),
  point('platform.after_withdrawal', 2, 'withdrawal', 'fake platform'),
  point('withdraw.after_exchange', 2, 'withdrawal'),
  point('answer.before_give', 2, 'outcome'),
  point('answer.after_give', 2, 'outcome'),
  point('journal.before_remove', 2, 'outcome'),
  point('journal.after_remove', 2, 'outcome'),
  point('use.before_open', 1, 'work'),
  point('use.in_write', 1, 'work'),
  point('use.after_sync', 1, 'work'),
  point('work.before_do', 1, 'work'),
  point('work.before_half', 1, 'work'),
  point('work.after_do', 1, 'work'),
  point('client.before_resume', 1, 'resume'),
  point('claim.before_rename', 2, 'resume'),
  point('claim.after_rename', 1, 'resume'),
  // Of two or more: one is taken over, one is not.
  point('claim.before_rename', 2, 'resume of two'),
  point('client.after_resume', 1, 'resume'),
  point('client.before_close', 1, 'outcome'),
  point('client.after_close', 1, 'outcome'),
];
