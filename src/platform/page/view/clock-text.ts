const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** `14:05`, the reader's own clock. */
export const timeText = (at: number): string => TIME.format(at);

/** `14:05`, or `3 May, 14:05` for another day. */
export const whenText = (at: number, now: number): string =>
  isSameDay(at, now) ? timeText(at) : `${DAY.format(at)}, ${timeText(at)}`;

/** To the second, with the date where it is another day's. */
export const exactText = (at: number, now: number): string =>
  (isSameDay(at, now) ? SECONDS : EXACT).format(at);

const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();
