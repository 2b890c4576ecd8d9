/** The logger that the caller gave, which is not to end or to change anything. */
import type { Logger } from 'pino';
import { callGuarded } from './guarded.ts';

/** What the client says to a logger. */
export interface Diagnostics {
  warn(message: string, error?: unknown): void;
  error(message: string, error: unknown): void;
}

/** Where saying it fails there is nobody left to say it to. */
export function guardedLogger(logger: Logger | undefined): Diagnostics {
  const say = (level: 'warn' | 'error', message: string, rest: readonly unknown[]): void => {
    const call = (): unknown =>
      rest.length === 0 ? logger?.[level](message) : logger?.[level]({ err: rest[0] }, message);
    callGuarded(call, undefined, () => undefined);
  };
  return {
    warn: (message, ...rest) => say('warn', message, rest),
    error: (message, ...rest) => say('error', message, rest),
  };
}
