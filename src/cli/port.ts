import { UsageError } from './usage-error.ts';

/** What `--port` says. @throws UsageError */
export function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(
    `--port must be a whole number from 0 to 65535, not ${JSON.stringify(text)}`,
  );
}
