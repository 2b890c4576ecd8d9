/** When everything is over: do the row, the outcome and the audit log say the same? */
import type { FakeRow } from '../../src/testing/fake/rows.ts';
import { type AuditLine, type AuditView, isEnd } from './audit-view.ts';
import type { Disk } from './disk.ts';
import type { Ask, Ledger } from './ledger.ts';
import type { ModelPlatform } from './model-platform.ts';

export interface AtRestOptions {
  readonly ledger: Ledger;
  readonly audit: AuditView;
  readonly disk: Disk;
  readonly platform: ModelPlatform;
  readonly workspaceId: string;
}

export const STATE_FOLDER = '/state';

/** @returns the first thing that is not as it must be */
export async function disagreement(options: AtRestOptions): Promise<string | undefined> {
  const byTrace = Map.groupBy(options.audit.all(), ({ trace_id }) => trace_id);
  return (
    (await tampered(options)) ??
    wrongCount(options, byTrace) ??
    unlikeAudit(options, byTrace) ??
    unlikeRow(options) ??
    openRow(options) ??
    leftInJournal(options.disk)
  );
}

async function tampered({ audit }: AtRestOptions): Promise<string | undefined> {
  for (const [path, report] of await audit.verified())
    if (report.status !== 'intact')
      return `G9: the verifier says ${JSON.stringify(report)} of ${path}`;
  return undefined;
}

type ByTrace = ReadonlyMap<string, readonly AuditLine[]>;

/** One end for each approval, where anything of it was seen outside. */
function wrongCount({ ledger }: AtRestOptions, byTrace: ByTrace): string | undefined {
  const unrecorded = new Set(
    ledger.asks.flatMap(({ outcome }) =>
      outcome?.status === 'failed' && outcome.error.code === 'audit' ? [outcome.traceId] : [],
    ),
  );
  const keys = new Set([...ledger.rows.values()].map(({ row }) => row.task_id));
  for (const [traceId, lines] of byTrace) {
    const ends = lines.filter(isEnd).map(({ outcome }) => outcome);
    const isUnwritable = lines.filter(isEnd).at(-1)?.code === 'audit';
    if (ends.length > 1 && !isUnwritable)
      return `G3: the audit log ends ${traceId} with ${ends.join(', ')}`;
    const mustEnd = lines.some(({ outcome }) => outcome === 'requested') || keys.has(traceId);
    const hasLeft = lines.some(({ outcome }) => outcome === 'left');
    if (ends.length === 0 && mustEnd && !hasLeft && !unrecorded.has(traceId))
      return `G7: the audit log never ends ${traceId}`;
  }
  return undefined;
}

function unlikeAudit({ ledger }: AtRestOptions, byTrace: ByTrace): string | undefined {
  for (const { outcome } of ledger.asks) {
    if (outcome === undefined || outcome.status === 'failed') continue;
    const lines = byTrace.get(outcome.traceId) ?? [];
    const words = lines
      .filter((line) => isEnd(line) || line.ended !== undefined || line.outcome === 'left')
      .map((line) => line.ended?.outcome ?? line.outcome);
    if (!words.includes(outcome.status) && !words.includes('left'))
      return `outcome ${outcome.status} of ${outcome.traceId} is ${words.join(', ')} in the audit log`;
  }
  return undefined;
}

function unlikeRow({ ledger, platform }: AtRestOptions): string | undefined {
  if (ledger.platformForgot) return undefined;
  const rows = new Map(platform.rows.all().map((row) => [row.id, row]));
  for (const ask of ledger.asks) {
    const row = rows.get(ask.outcome?.approvalId ?? '');
    if (row !== undefined && !agrees(ask, row))
      return `outcome ${ask.outcome?.status} of ${row.id}, and the row is ${row.status} by ${row.decided_by}`;
  }
  return undefined;
}

function agrees({ outcome }: Ask, row: FakeRow): boolean {
  switch (outcome?.status) {
    case 'granted':
      return row.status === 'approved';
    case 'denied':
      return row.status === 'denied' && row.decided_by === 'alice';
    case 'timeout':
      return outcome.cause !== 'deadline' || row.decided_by !== 'alice';
    default:
      return true;
  }
}

/** G6: nobody must be asked for what nobody waits for any more. */
function openRow({ ledger, platform, workspaceId }: AtRestOptions): string | undefined {
  if (ledger.platformForgot || ledger.listLied) return undefined;
  // What the platform does not list cannot be found.
  const rows = ledger.windowFilled ? platform.rows.listed(workspaceId) : platform.rows.all();
  const open = rows.find((row) => row.status === 'pending' && ledger.deadlines.has(row.task_id));
  return open === undefined ? undefined : `G6: the row ${open.id} of ${open.task_id} still waits`;
}

export function leftInJournal(disk: Disk): string | undefined {
  const left = [...disk.filesBelow(`${STATE_FOLDER}/journal`).keys()].find(
    (path) => !path.includes('/quarantine/') && /[0-9a-f]{64}\.json$/.test(path),
  );
  return left === undefined ? undefined : `G7: the journal still holds ${left}`;
}
