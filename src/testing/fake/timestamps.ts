/**
 * Timestamps as the recorded platform writes them: RFC 3339 in UTC, with as many digits of the
 * second as its source has (rows: microseconds, frames: nanoseconds), trailing zeros dropped.
 */

/**
 * What is below a millisecond is made up: the same for the same instant, and else as what a real
 * clock gives.
 */
const below = (atMs: number): number => ((Math.trunc(atMs) % 1_000_000) * 380_357) % 1_000_000;

/** @param digits of the second: 6 for rows, 9 for frames */
export function timestamp(atMs: number, digits: 6 | 9): string {
  const [whole = '', milliseconds = ''] = new Date(atMs).toISOString().slice(0, -1).split('.');
  const fraction = `${milliseconds}${String(below(atMs)).padStart(6, '0')}`.slice(0, digits);
  const kept = fraction.replace(/0+$/, '');
  return kept === '' ? `${whole}Z` : `${whole}.${kept}Z`;
}
