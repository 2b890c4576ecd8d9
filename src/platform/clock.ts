/** What the platform needs to know of time. */
export interface PlatformClock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The clock of the running process. Timers are named by their number. */
export const systemClock: PlatformClock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => Number(setTimeout(callback, ms)),
  clearTimeout: (handle) => {
    if (typeof handle === 'number') clearTimeout(handle);
  },
};
