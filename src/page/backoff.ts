const FIRST_MS = 500;
const MOST_MS = 8_000;
const LEAST_MS = 200;

/**
 * Milliseconds to wait before the next try, at random below a ceiling that doubles with each
 * failure, so that many pages do not come back at once.
 * @param failures tries that failed in a row, from 1
 * @param random 0 to 1
 */
export function backOffMs(failures: number, random: number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return Math.max(LEAST_MS, Math.round(random * ceiling));
}
