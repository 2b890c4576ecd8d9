/**
 * Timestamps as the recorded platform writes them: RFC 3339 in UTC, with as many digits of the
 * second as its source has (rows: microseconds, frames: nanoseconds), trailing zeros dropped.
 */

/** What is below a millisecond is made up; it only has to look like what a real clock gives. */
let below = 0;
const LARGEST_STEP = 1_000_000;

/** @param digits of the second: 6 for rows, 9 for frames */
export function timestamp(atMs: number, digits: 6 | 9): string {
  below = (below + 380_357) % LARGEST_STEP;
  const [whole = '', milliseconds = ''] = new Date(atMs).toISOString().slice(0, -1).split('.');
  const fraction = `${milliseconds}${String(below).padStart(6, '0')}`.slice(0, digits);
  const kept = fraction.replace(/0+$/, '');
  return kept === '' ? `${whole}Z` : `${whole}.${kept}Z`;
}
