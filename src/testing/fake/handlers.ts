/**
 * What the recorded platform answers, its faults included. No text is made up but where a comment
 * says so.
 */
import { z } from 'zod';
import { type Access, unauthorized } from './access.ts';
import { failure, NOT_FOUND, type PlainAnswer } from './answers.ts';
import { decidedFrame, requestedFrame } from './frames.ts';
import type { FakePlatformQuirks } from './quirks.ts';
import type { LoggedRequest } from './request-log.ts';
import type { FakeRow, FakeRows } from './rows.ts';

/** What the handlers work on. */
export interface FakeWorld {
  readonly rows: FakeRows;
  readonly quirks: FakePlatformQuirks;
  readonly now: () => number;
  /** Tells every open socket. */
  readonly announce: (frame: string) => void;
}

type Handler = (world: FakeWorld, request: LoggedRequest, segments: string[]) => Handled;
type Handled = PlainAnswer | Promise<PlainAnswer>;

const INVALID_BODY = failure(400, 'invalid request body');
const NOT_PENDING = failure(404, 'approval not found or already decided');

/** An empty action counts as a missing one; unknown keys are ignored. */
const askSchema = z.object({
  action: z.string().min(1),
  reason: z.string().nullish(),
  task_id: z.string().nullish(),
});
const decideSchema = z.object({ decision: z.string(), decided_by: z.string().nullish() });
const WORDS = z.enum(['approved', 'denied']);

const create: Handler = async (world, { body }, [workspaceId = '']) => {
  const asked = askSchema.safeParse(parse(body));
  if (!asked.success) return INVALID_BODY;
  const { action, reason, task_id } = asked.data;
  const row = world.rows.insert({
    workspaceId,
    action,
    reason: reason ?? '',
    taskId: task_id ?? '',
  });
  world.announce(requestedFrame(row, world.now()));
  await world.quirks.onCreate?.(row);
  return { status: 201, body: { approval_id: row.id, status: 'pending' } };
};

const list: Handler = ({ rows, quirks }, _, [workspaceId = '']) => {
  rows.expire(quirks.expireAfterMs);
  return { body: rows.listed(workspaceId).map(listedRow) };
};

function listedRow(row: FakeRow): object {
  const { action, created_at, decided_at, decided_by, id, reason, status, task_id } = row;
  return { action, created_at, decided_at, decided_by, id, reason, status, task_id };
}

/** Only an empty list was recorded; the fields of a row are those of the list and the workspace. */
const pending: Handler = ({ rows, quirks }) => {
  rows.expire(quirks.expireAfterMs);
  return {
    body: rows.pending().map((row) => ({
      ...listedRow(row),
      workspace_id: row.workspace_id,
      workspace_name: row.workspace_id,
    })),
  };
};

const decide: Handler = (world, { body }, [workspaceId, id = '']) => {
  const asked = decideSchema.safeParse(parse(body));
  if (!asked.success) return INVALID_BODY;
  const decision = WORDS.safeParse(asked.data.decision);
  if (!decision.success) return failure(400, "decision must be 'approved' or 'denied'");
  // The database refuses to compare.
  if (!z.guid().safeParse(id).success) return failure(500, 'failed to update');
  if (!world.rows.all().some((row) => row.id === id && row.workspace_id === workspaceId))
    return NOT_PENDING;
  const decidedBy = asked.data.decided_by || 'human';
  const row = world.rows.decide(id, decision.data, decidedBy);
  if (row === undefined) return NOT_PENDING;
  world.announce(decidedFrame(row, world.quirks.dialect, world.now()));
  return { body: { approval_id: id, status: row.status } };
};

/** Tried in this order. `access`: whose token is asked for. */
const ROUTES: readonly { method: string; path: RegExp; access: Access; handler: Handler }[] = [
  {
    method: 'POST',
    path: /^\/workspaces\/([^/]+)\/approvals$/,
    access: 'workspace',
    handler: create,
  },
  { method: 'GET', path: /^\/workspaces\/([^/]+)\/approvals$/, access: 'workspace', handler: list },
  {
    method: 'POST',
    path: /^\/workspaces\/([^/]+)\/approvals\/([^/]+)\/decide$/,
    access: 'either',
    handler: decide,
  },
  { method: 'GET', path: /^\/approvals\/pending$/, access: 'admin', handler: pending },
];

export async function answerAsRecorded(
  world: FakeWorld,
  request: LoggedRequest,
): Promise<PlainAnswer> {
  if (!request.belowBase) return NOT_FOUND;
  for (const { method, path, access, handler } of ROUTES) {
    const match = method === request.method ? path.exec(request.path) : null;
    if (match !== null)
      return (
        unauthorized(world.quirks, request, access) ??
        (await handler(world, request, match.slice(1).map(decodeURIComponent)))
      );
  }
  return NOT_FOUND;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
