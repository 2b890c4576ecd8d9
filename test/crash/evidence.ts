/** What a story left, read from outside: rows, audit log, journal, and what was said and done. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { type AuditReport, verifyAuditLog } from '../../src/index.ts';
import { decodeEntry } from '../../src/journal/entry.ts';
import type { Ended } from './asker-process.ts';
import type { Decided } from './person.ts';
import { PLACES } from './plan.ts';
import type { Row } from './platform.ts';
import type { Story } from './story.ts';

const recordSchema = z.looseObject({
  timestamp: z.string(),
  event_type: z.string(),
  action: z.string(),
  resource: z.string(),
  outcome: z.string(),
  trace_id: z.string(),
  approval_id: z.string().nullish(),
  cause: z.string().optional(),
  withdrawal: z.string().optional(),
});
export type AuditLine = z.infer<typeof recordSchema>;

/** An approval that was found in the journal between two lives. */
export interface Journalled {
  readonly traceId: string;
  readonly action: string;
  readonly key: string;
}

export interface Evidence {
  readonly story: Story;
  readonly rows: readonly Row[];
  readonly decided: readonly Decided[];
  readonly audit: readonly AuditLine[];
  readonly report: AuditReport;
  readonly journalled: readonly Journalled[];
  /** Files that the journal still holds, below its folder. */
  readonly left: readonly string[];
  readonly lives: readonly Ended[];
  readonly work: readonly string[];
}

/** Entries of all owners. One that is being written now is not there yet. */
export function journalledIn(folder: string): Journalled[] {
  return journalFiles(folder)
    .filter((path) => isEntry(path))
    .map((path) => decodeEntry(readFileSync(path)).request)
    .map(({ traceId, action, key }) => ({ traceId, action, key }));
}

export async function readEvidence(
  folder: string,
  seen: Pick<Evidence, 'story' | 'rows' | 'decided' | 'journalled' | 'lives'>,
): Promise<Evidence> {
  const auditPath = join(folder, PLACES.audit);
  return {
    ...seen,
    audit: auditLines(auditPath),
    report: await verifyAuditLog(auditPath, { hmacKey: seen.story.auditHmacKey }),
    left: journalFiles(folder).map((path) => path.slice(folder.length + 1)),
    work: linesOf(join(folder, PLACES.work)),
  };
}

/** A torn line is the verifier's business. */
function auditLines(path: string): AuditLine[] {
  return linesOf(path).flatMap((line) => {
    try {
      return [recordSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

const linesOf = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

const isEntry = (path: string): boolean =>
  path.includes(`${sep}owners${sep}`) && path.endsWith('.json') && !path.endsWith('owner.json');

/** Of owners and of the quarantine; keys and used grants are remembered for long. */
function journalFiles(folder: string): string[] {
  const journal = join(folder, PLACES.state, 'journal');
  if (!existsSync(journal)) return [];
  return readdirSync(journal, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\b(owners|quarantine)\b./.test(path))
    .map((path) => join(journal, path))
    .filter((path) => statSync(path).isFile());
}
