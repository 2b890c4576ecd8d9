/** What the page and `countersign list` read: approvals of all workspaces, for approvers only. */

import { Hono } from 'hono';
import { Refusal } from '../../http/refusal.ts';
import { MAX_ANSWER_BYTES } from '../../protocol/routes.ts';
import { requireApprover } from '../access.ts';
import { type AskerStates, askerView } from '../asker-states.ts';
import type { PlatformEnv } from '../environment.ts';
import { answerPage } from '../paging.ts';
import type { ApprovalStore } from '../storage/approvals.ts';
import type { ApprovalRow } from '../storage/schema.ts';
import { approverView } from '../views.ts';
import { wholeNumber } from '../whole-number.ts';

/** Pending approvals a page; a person can look at no more. */
const PENDING_PAGE = 500;
/** Half of what a client reads at most; what is left out is on the next page. */
const PENDING_BYTES = MAX_ANSWER_BYTES / 2;
const RECENT_DEFAULT = 50;
const RECENT_MAX = 200;

export interface ApproverRoutesOptions {
  readonly approvals: ApprovalStore;
  readonly askerStates: AskerStates;
}

export function approverRoutes({
  approvals,
  askerStates,
}: ApproverRoutesOptions): Hono<PlatformEnv> {
  const view = (row: ApprovalRow) => ({
    ...approverView(row),
    asker: askerView(askerStates.get(row.id)),
  });
  return new Hono<PlatformEnv>()
    .use(async (c, next) => {
      requireApprover(c.var.principal);
      await next();
    })
    .get('/pending', async (c) => {
      const after = wholeNumber(c.req.query('after'), 'after');
      const rows = await approvals.pending(PENDING_PAGE + 1, after);
      return answerPage(c, rows, {
        parameter: 'after',
        size: PENDING_PAGE,
        bytes: PENDING_BYTES,
        view,
      });
    })
    .get('/recent', async (c) => {
      const limit = wholeNumber(c.req.query('limit'), 'limit') ?? RECENT_DEFAULT;
      const rows = await approvals.recent(Math.min(limit, RECENT_MAX));
      return c.json(rows.map(view));
    })
    .get('/:id', async (c) => {
      const row = await approvals.find(c.req.param('id'));
      if (row === undefined) throw new Refusal(404, 'not_found', 'there is no such approval');
      return c.json(view(row));
    });
}
