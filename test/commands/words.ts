/** How the platform tells each way in which a row can end. */
import type { Word } from './askers-model.ts';

export const WORDS = {
  approved: { status: 'approved', who: 'ann' },
  denied: { status: 'denied', who: 'bob' },
  expired: { status: 'denied', who: 'auto-expired' },
  withdrawn: { status: 'denied', who: 'withdrawn: elsewhere' },
} as const satisfies Record<Word, object>;
