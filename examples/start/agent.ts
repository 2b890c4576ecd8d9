/** The agent. This is the part that a program of yours would have. */
import { rm } from 'node:fs/promises';
import { type Approvals, NotApprovedError, type OutcomeStatus } from 'countersign';
import type { Folder } from './folder.ts';

/** How it ended: what was done, or why nothing was. */
export interface Ending {
  readonly status: OutcomeStatus;
  readonly message: string;
}

/** Wants to delete the folder; the signal makes it give up. */
export async function sendAgent(
  approvals: Approvals,
  { path, files }: Folder,
  signal: AbortSignal,
): Promise<Ending> {
  // A person sees exactly these arguments, and exactly these are what runs, once.
  const deleteFolder = approvals.requires(
    (args: { path: string; files: number; bytes: number }) => rm(args.path, { recursive: true }),
    (args) => ({
      action: `Delete the folder ${args.path} with its ${args.files} files`,
      reason: 'Reports are kept for two years, and these are older.',
    }),
  );

  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  try {
    await deleteFolder({ path, files: files.length, bytes }, { signal });
    return { status: 'granted', message: 'Approved, and done.' };
  } catch (error) {
    if (error instanceof NotApprovedError)
      return { status: error.outcome.status, message: error.message };
    throw error;
  }
}
