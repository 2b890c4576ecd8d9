/** Diagnostics: JSON lines on standard error, never a secret in them. */
import { type Logger, pino } from 'pino';
import { SettingsError } from '../settings/reader.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

const SECRETS = [
  'approverToken',
  'auditHmacKey',
  'authorization',
  'Authorization',
  'cookie',
  'hmacKey',
  'password',
  'signInUrl',
  'sign_in_url',
  'token',
];
/** pino knows no "at any depth": each one is listed. */
const DEPTHS = ['', '*.', '*.*.', '*.*.*.', '*.*.*.*.'];

/** For tests: every path that is blotted out. */
export const redactedPaths: readonly string[] = DEPTHS.flatMap((depth) =>
  SECRETS.map((name) => depth + name),
);

/**
 * The logger of a command. `COUNTERSIGN_LOG_LEVEL` wins over `level`.
 * @throws SettingsError where the variable names no level
 */
export function createLogger(level: LogLevel): Logger {
  const said = process.env['COUNTERSIGN_LOG_LEVEL'] || level;
  if (!LEVELS.some((known) => known === said))
    throw new SettingsError([
      { variable: 'COUNTERSIGN_LOG_LEVEL', message: `must be one of ${LEVELS.join(', ')}` },
    ]);
  const options = { level: said, redact: { paths: [...redactedPaths], censor: '[secret]' } };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
