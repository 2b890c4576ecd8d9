/** Below this many milliseconds a request is urgent. */
export const URGENT_MS = 60_000;

export interface Countdown {
  /** Never below 0, milliseconds. */
  readonly leftMs: number;
  /** What is left of the whole wait, 1 to 0. */
  readonly fraction: number;
  readonly isUrgent: boolean;
  readonly isOver: boolean;
}

interface Span {
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/**
 * @param now the server's clock, milliseconds since the epoch
 * @returns `null` where there is no deadline
 */
export function countdownOf({ createdAt, expiresAt }: Span, now: number): Countdown | null {
  if (expiresAt === null) return null;
  const leftMs = Math.max(0, expiresAt - now);
  const whole = Math.max(1, expiresAt - createdAt);
  return {
    leftMs,
    fraction: Math.min(1, leftMs / whole),
    isUrgent: leftMs < URGENT_MS,
    isOver: leftMs === 0,
  };
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `2 d 4 h`, `1 h 5 min`, `4:07`, `42 s`. Rounded up: it says 1 s until nothing is left. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
  const [large, small] = seconds < 86_400 ? [UNITS[1], UNITS[2]] : [UNITS[0], UNITS[1]];
  const rest = Math.floor((seconds % large[1]) / small[1]);
  return `${Math.floor(seconds / large[1])} ${large[0]} ${rest} ${small[0]}`;
}

const twoDigits = (n: number): string => String(n).padStart(2, '0');

/** What a screen reader is told, in steps, so that it does not speak every second. */
export function spokenDuration(ms: number): string {
  if (ms === 0) return 'time is up';
  const minutes = Math.ceil(ms / 60_000);
  if (ms <= 10_000) return 'less than 10 seconds left';
  if (ms <= URGENT_MS) return 'less than a minute left';
  return minutes < 120 ? `${minutes} minutes left` : `${Math.round(minutes / 60)} hours left`;
}

/**
 * How far the server's clock is ahead of this machine's, milliseconds. The answer was written
 * somewhere between asking and hearing: the middle is the best guess.
 */
export const clockAhead = (serverTime: number, askedAt: number, heardAt: number): number =>
  serverTime - (askedAt + heardAt) / 2;
