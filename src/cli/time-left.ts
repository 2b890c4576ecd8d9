/** Times as a person reads them at a terminal. */

const SECOND = 1_000;
const DAY_SECONDS = 86_400;

/** `4:32`, `1:04:32`, `3 days 1:04:32`; `0:00` where the time is up. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const days = Math.floor(seconds / DAY_SECONDS);
  const hours = Math.floor((seconds % DAY_SECONDS) / 3_600);
  const clock = [Math.floor((seconds % 3_600) / 60), seconds % 60];
  const [first, ...rest] = hours > 0 || days > 0 ? [hours, ...clock] : clock;
  const text = [String(first), ...rest.map((part) => String(part).padStart(2, '0'))].join(':');
  return days === 0 ? text : `${days} ${days === 1 ? 'day' : 'days'} ${text}`;
}

/** The local time of an instant: `14:05:00`, with the date where it is not today's. */
export function clockTime(at: number, now: number = Date.now()): string {
  // Swedish writes dates as ISO 8601 does, in local time.
  const [day = '', time = ''] = new Date(at).toLocaleString('sv-SE').split(' ');
  return new Date(now).toLocaleDateString('sv-SE') === day ? time : `${day} ${time}`;
}
