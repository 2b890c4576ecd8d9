import type { ActorRow } from '../../wire.ts';

const TONES = new Map([
  ['granted', 'tone-good'],
  ['denied', 'tone-bad'],
  ['failed', 'tone-bad'],
  ['error', 'tone-bad'],
  ['timeout', 'tone-warn'],
  ['lost', 'tone-warn'],
  ['fallbackPolling', 'tone-warn'],
  ['backingOff', 'tone-warn'],
  ['refused', 'tone-bad'],
  ['withdrawn', 'tone-quiet'],
  ['closed', 'tone-quiet'],
  ['done', 'tone-quiet'],
  ['ended', 'tone-quiet'],
  ['stopped', 'tone-quiet'],
]);

/** The colour of a state; `tone-active` for one in which something is going on. */
export const stateTone = (state: string): string => TONES.get(state) ?? 'tone-active';

export const toneOf = ({ status, state }: ActorRow): string => {
  if (status === 'lost' || status === 'error') return stateTone(status);
  return stateTone(state ?? status);
};
