import { endOf } from '../../protocol/rows.ts';
import { clockTime } from '../time-left.ts';
import { shown } from './card.ts';
import type { End } from './view.ts';

/** How an approval ended, for a person. Names nobody for what nobody did. */
export function endSentence({ status, outcome, decided_by, decided_at }: End): string {
  const decidedBy = decided_by || null;
  const end = endOf({ status, decidedBy, outcome: outcome ?? null });
  const at = decided_at ? ` at ${clockTime(Date.parse(decided_at))}` : '';
  const by = decidedBy === null ? '' : ` by ${shown(decidedBy)}`;
  switch (end) {
    case 'approved':
    case 'denied':
      return `${end}${by}${at}`;
    case 'expired':
      return `expired unanswered${at}`;
    case 'withdrawn':
      return `${decidedBy === null ? 'withdrawn' : shown(decidedBy)}${at}`;
    case undefined:
      return `ended as ${shown(status)}${at}`;
  }
}
