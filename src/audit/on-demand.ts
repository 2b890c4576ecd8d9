/** The log on disk, for those who import it and may never open or verify one: loaded when they do. */
import type { AuditLogOptions, FileAuditLog } from './audit-log.ts';
import type { verifyAuditLog as verify } from './verify.ts';

/**
 * Opens the log. A line that a crash left unfinished at the end of the file is kept as it is, ended
 * with a line feed, and named by a first record `audit / recover / recovered`.
 * @throws CountersignError `audit`, naming the file, when it cannot be opened or repaired
 */
export async function openAuditLog(options: AuditLogOptions): Promise<FileAuditLog> {
  const log = await import('./audit-log.ts');
  return log.openAuditLog(options);
}

/**
 * Checks a log. Never throws.
 * @param source the path of a file, or its lines without line feeds
 * @param options.hmacKey the key that the log was written with; none by default
 */
export const verifyAuditLog: typeof verify = async (source, options) => {
  const verifier = await import('./verify.ts');
  return verifier.verifyAuditLog(source, options);
};
