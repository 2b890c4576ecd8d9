/** How things are called on the page. */
import { quoted } from '../../../page/summary.ts';
import type { ActorRow, Entry, ProcessRow } from '../../wire.ts';

const UNITS = [
  ['d', 86_400, 'h', 3_600],
  ['h', 3_600, 'm', 60],
  ['m', 60, 's', 1],
] as const;

/** `850 ms`, `42 s`, `4m 07s`, `1h 05m`, `2d 04h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1_000);
  for (const [large, inLarge, small, inSmall] of UNITS)
    if (seconds >= inLarge) {
      const rest = Math.floor((seconds % inLarge) / inSmall);
      return `${Math.floor(seconds / inLarge)}${large} ${String(rest).padStart(2, '0')}${small}`;
    }
  return `${seconds} s`;
}

/** As {@link durationText}, in whole seconds: for what is renewed all the time. */
export const ageText = (ms: number): string => durationText(Math.max(1_000, ms));

const DAY_MS = 86_400_000;

/** After the first entry: `+0.142` seconds, `+5:27`, `+1:05:07`, `+2d 04h`. */
export function offsetText(ms: number): string {
  // No number at all is not less either, and must not come to the date.
  if (!(ms >= 60_000)) return `+${(ms / 1_000).toFixed(3)}`;
  if (ms >= DAY_MS) return `+${durationText(ms)}`;
  const [hours = '', minutes = '', seconds = ''] = new Date(ms)
    .toISOString()
    .slice(11, 19)
    .split(':');
  return hours === '00'
    ? `+${Number(minutes)}:${seconds}`
    : `+${Number(hours)}:${minutes}:${seconds}`;
}

/** What an actor is called: what its agent wants to do, else what it is. */
export const nameOf = ({ action, machine }: ActorRow): string =>
  action === undefined ? `the ${quoted(machine, 60)}` : quoted(action, 300);

const SHORT = 8;

/**
 * The beginning of the approval's id, as `countersign decide` takes it; else of the trace's. An
 * actor's own id begins with its process, so that only its end tells it from others.
 */
export const shortIdOf = ({ approvalId, traceId, id }: ActorRow): string =>
  quoted((approvalId ?? traceId)?.slice(0, SHORT) ?? id.slice(-SHORT), SHORT);

export const processName = ({ title, pid }: ProcessRow): string =>
  `${quoted(title, 60) || 'a process'} (pid ${pid})`;

/** What is said of an actor aloud, and under the chart. */
export function sayingOf(row: ActorRow, state: string | undefined): string {
  const where = state === undefined ? row.status : `in ${quoted(state, 60)}`;
  return `${quoted(row.action ?? row.machine, 80)}: ${row.status === 'lost' ? 'lost, last ' : ''}${where}`;
}

/** `→ granted`, where a state was entered. */
export const moveOf = ({ kind, state }: Pick<Entry, 'kind' | 'state'>): string =>
  kind === 'transition' && state !== undefined ? `→ ${state}` : '';

export const countText = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const EXACT = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** `14:05:01`, the reader's own clock. */
export const timeText = (at: number): string => textAt(TIME, at);

/** `14:05:01.123` */
export const exactTimeText = (at: number): string => textAt(EXACT, at);

/** One instant that is none must not keep the page from showing the others: a format would throw. */
const textAt = (format: Intl.DateTimeFormat, at: number): string =>
  Number.isNaN(new Date(at).getTime()) ? 'no time' : format.format(at);
