/** What requesters use, and the decision: `/workspaces/{workspace}/approvals…`. */
import { type Context, Hono } from 'hono';
import { Refusal } from '../../http/refusal.ts';
import {
  IDEMPOTENCY_HEADER,
  LIST_WINDOW,
  MAX_ANSWER_BYTES,
  WITHDRAWN_PREFIX,
} from '../../protocol/routes.ts';
import { requireReader, requireRequester, workspaceIn } from '../access.ts';
import type { AskerState } from '../asker-states.ts';
import { readBody } from '../body.ts';
import { CHANGED_SINCE, changesSince, markNow } from '../changes.ts';
import type { PlatformEnv } from '../environment.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { answerChanges, answerPage } from '../paging.ts';
import { askedIn, createSchema, decideSchema, stateSchema, whyWithdrawn } from '../requests.ts';
import type { ApprovalStore } from '../storage/approvals.ts';
import type { ChangeStore } from '../storage/changes.ts';
import type { ApprovalRow } from '../storage/schema.ts';
import { endView, rowView } from '../views.ts';
import { wholeNumber } from '../whole-number.ts';

export interface WorkspaceRoutesOptions {
  readonly lifecycle: Lifecycle;
  readonly approvals: ApprovalStore;
  readonly changes: ChangeStore;
  readonly now: () => number;
  /** An asker says where it is. */
  readonly onAskerState: (row: ApprovalRow, state: AskerState) => void;
}

const MAX_KEY = 256;
/** Half of what a client reads at most. */
const PAGE_BYTES = MAX_ANSWER_BYTES / 2;
const PAGE = { size: LIST_WINDOW, bytes: PAGE_BYTES, view: rowView };
/** Whoever reads changes needs all of them. */
const CHANGES = { size: 500, bytes: PAGE_BYTES, view: rowView };

export function workspaceRoutes(options: WorkspaceRoutesOptions): Hono<PlatformEnv> {
  const { lifecycle, approvals, changes, now, onAskerState } = options;
  const find = async (c: Context<PlatformEnv>, workspaceId: string): Promise<ApprovalRow> => {
    const row = await approvals.find(c.req.param('id') ?? '');
    // Of another workspace: as unknown as any other, so that ids cannot be tried out.
    if (row?.workspace_id === workspaceId) return row;
    throw new Refusal(404, 'not_found', 'this workspace has no such approval');
  };

  return new Hono<PlatformEnv>()
    .post('/', async (c) => {
      const workspaceId = workspaceIn(c);
      requireRequester(c.var.principal, workspaceId);
      const body = await readBody(c, createSchema);
      const row = await lifecycle.request(askedIn(body, workspaceId, idempotencyKeyOf(c)));
      // A repetition gets the answer that the first one got, whatever has happened since.
      return c.json({ approval_id: row.id, status: 'pending' }, 201);
    })
    .get('/', async (c) => {
      const workspaceId = workspaceIn(c);
      requireReader(c.var.principal, workspaceId);
      const since = c.req.query(CHANGED_SINCE);
      if (since !== undefined)
        return answerChanges(
          c,
          await changesSince(changes, workspaceId, since, CHANGES.size),
          CHANGES,
        );
      const before = wholeNumber(c.req.query('before'), 'before');
      // Taken before the rows are read: what ends in between is told twice, and not never.
      const mark = before === undefined ? await markNow(changes, workspaceId) : undefined;
      const rows = await approvals.listOf(workspaceId, PAGE.size + 1, before);
      return answerPage(c, rows, { ...PAGE, parameter: 'before', mark });
    })
    .get('/:id', async (c) => {
      const workspaceId = workspaceIn(c);
      requireReader(c.var.principal, workspaceId);
      return c.json(rowView(await find(c, workspaceId)));
    })
    .post('/:id/state', async (c) => {
      const workspaceId = workspaceIn(c);
      requireRequester(c.var.principal, workspaceId);
      const { state, from = null } = await readBody(c, stateSchema);
      onAskerState(await find(c, workspaceId), { state, from, at: now() });
      return c.body(null, 204);
    })
    .post('/:id/decide', async (c) => {
      const workspaceId = workspaceIn(c);
      requireReader(c.var.principal, workspaceId);
      const body = await readBody(c, decideSchema);
      const { principal } = c.var;
      if (principal.kind === 'approver') {
        const verdict = {
          decision: body.decision,
          note: body.note || null,
          digest: body.digest ?? undefined,
        };
        const row = await find(c, workspaceId);
        return c.json(decided(await lifecycle.decide(row, principal.name, verdict)));
      }
      if (body.decision === 'approved') throw onlyApprovers();
      const why = whyWithdrawn(body.decided_by);
      return c.json(decided(await lifecycle.withdraw(await find(c, workspaceId), why)));
    });
}

function idempotencyKeyOf(c: Context<PlatformEnv>): string | null {
  const key = c.req.header(IDEMPOTENCY_HEADER) ?? null;
  if (key !== null && (key === '' || key.length > MAX_KEY))
    throw new Refusal(
      400,
      'invalid_request',
      `Idempotency-Key must have 1 to ${MAX_KEY} characters`,
    );
  return key;
}

const decided = (row: ApprovalRow) => ({ approval_id: row.id, ...endView(row) });

const onlyApprovers = (): Refusal =>
  new Refusal(
    403,
    'forbidden',
    `a requester can never decide: only a person with an approver's credentials approves. ` +
      `To take the request back, send "denied" with decided_by "${WITHDRAWN_PREFIX}<why>"`,
  );
