/** Durations as people write them: `300`, `90s`, `5m`, `2h`, `30d`. */

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;

/** Ten years: beyond it an instant is no instant any more. */
const MAX_MS = 3_650 * UNIT_MS.d;

const isUnit = (unit: string): unit is keyof typeof UNIT_MS => Object.hasOwn(UNIT_MS, unit);

/**
 * Milliseconds of a duration; a bare number is seconds.
 * @returns `undefined` for everything else: empty, zero, negative, not finite, over ten years
 */
export function parseDurationMs(value: string | number): number | undefined {
  const match = PATTERN.exec(String(value).trim());
  const unit = match?.[2] ?? 's';
  if (match?.[1] === undefined || !isUnit(unit)) return undefined;
  const ms = Math.round(Number(match[1]) * UNIT_MS[unit]);
  return ms >= 1 && ms <= MAX_MS ? ms : undefined;
}
