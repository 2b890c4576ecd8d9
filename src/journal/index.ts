/** What survives a crash of the asking process. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export type { JournalEntry } from './entry.ts';
export { Journal } from './journal.ts';
export { Once } from './once.ts';
export type { BrokenEntry, HeldEntries } from './takeover.ts';

/** Ids and keys of different platforms and workspaces have nothing to do with each other. */
export function journalFolder({
  stateDir,
  platformUrl,
  workspaceId,
}: {
  readonly stateDir: string;
  readonly platformUrl: string;
  readonly workspaceId: string;
}): string {
  const name = createHash('sha256').update(JSON.stringify([platformUrl, workspaceId]));
  return join(stateDir, 'journal', name.digest('hex').slice(0, 32));
}
