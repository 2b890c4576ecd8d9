/** What requesters, approvers and time do to the platform. */
import type { AsyncCommand } from 'fast-check';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { command } from '../support/command-runs.ts';
import type { Answer } from '../support/platform.ts';
import { compare } from './platform-comparison.ts';
import {
  BODIES,
  bodyOf,
  EXPIRED,
  type ModelEnd,
  type ModelRow,
  type PlatformModel,
  WORKSPACES,
} from './platform-model.ts';
import type { PlatformNodes } from './platform-nodes.ts';

export type PlatformCommand = AsyncCommand<PlatformModel, PlatformNodes>;
type Check = (model: Readonly<PlatformModel>) => boolean;

/** Compares after it ran. */
export const step = (
  name: string,
  check: Check,
  run: (model: PlatformModel, nodes: PlatformNodes) => Promise<void>,
): PlatformCommand =>
  command(
    name,
    async (model, nodes) => {
      await run(model, nodes);
      await compare(model, nodes);
    },
    check,
  );

/** What of an answer is compared. */
export const told = ({ status, body }: Answer) => ({ status, body });

export const index = fc.constantFrom(0 as const, 1 as const);
export const isOpen =
  (node: number): Check =>
  ({ open }) =>
    open[node] === true;
export const hasRows =
  (node: number): Check =>
  ({ open, rows }) =>
    open[node] === true && rows.length > 0;

const asking = fc.record({
  node: index,
  workspaceId: fc.constantFrom(...WORKSPACES),
  body: fc.nat({ max: BODIES.length - 1 }),
  key: fc.constantFrom(null, 'k1', 'k2'),
});
type Asking = typeof asking extends fc.Arbitrary<infer Value> ? Value : never;

export const ask = asking.map((asked) =>
  step(
    `ask for body ${asked.body} in ${asked.workspaceId}, key ${asked.key}, node ${asked.node}`,
    isOpen(asked.node),
    (model, nodes) => askOnce(asked, model, nodes),
  ),
);

async function askOnce(
  { node, workspaceId, body, key }: Asking,
  model: PlatformModel,
  nodes: PlatformNodes,
): Promise<void> {
  const answer = await nodes.node(node).call('POST', `/workspaces/${workspaceId}/approvals`, {
    body: bodyOf(workspaceId, body),
    headers: key === null ? {} : { 'idempotency-key': key },
  });
  const known = model.withKey(workspaceId, key);
  if (known !== undefined && known.body !== body) {
    expect(told(answer)).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
    return;
  }
  expect(told(answer)).toMatchObject({ status: 201, body: { status: 'pending' } });
  const id = String(answer.body['approval_id']);
  if (known === undefined) model.add({ id, workspaceId, body, key }, node);
  else expect(id).toBe(known.id);
}

/** More than one page of the list. */
export const askMany = index.map((node) =>
  step(
    `ask 51 times on node ${node}`,
    (model) => isOpen(node)(model) && !model.hasManyRows,
    async (model, nodes) => {
      model.manyRowsAsked();
      for (let asked = 0; asked < 51; asked += 1)
        await askOnce({ node, workspaceId: 'w1', body: 0, key: null }, model, nodes);
    },
  ),
);

const word = fc.constantFrom('approve' as const, 'deny' as const, 'withdraw' as const);
const deciding = fc.record({ node: index, word, note: fc.constantFrom(null, 'as agreed') });
type Deciding = typeof deciding extends fc.Arbitrary<infer Value> ? Value : never;

/** How the row ends when this comes first. */
const endBy = ({ word: said, note }: Deciding, approver: string): ModelEnd =>
  said === 'withdraw'
    ? { status: 'denied', outcome: 'withdrawn', decided_by: 'withdrawn: no time', note: null }
    : said === 'approve'
      ? { status: 'approved', outcome: 'granted', decided_by: approver, note }
      : { status: 'denied', outcome: 'denied', decided_by: approver, note };

function send(row: ModelRow, { node, word: said, note }: Deciding, nodes: PlatformNodes) {
  const path = `/workspaces/${row.workspaceId}/approvals/${row.id}/decide`;
  const { call } = nodes.node(node);
  if (said === 'withdraw')
    return call('POST', path, { body: { decision: 'denied', decided_by: 'withdrawn: no time' } });
  const decision = said === 'approve' ? 'approved' : 'denied';
  return call('POST', path, { token: nodes.token, body: { decision, note } });
}

/** The model's answer to one who decides; the first in time wins. */
function expectEnd(model: PlatformModel, row: ModelRow, how: Deciding, answer: Answer): void {
  if (model.isDue(row)) row.end = EXPIRED;
  const isFirst = row.end === null;
  row.end ??= endBy(how, String(answer.body['decided_by']));
  const { note: _, ...stored } = row.end;
  expect(told(answer)).toMatchObject({ status: isFirst ? 200 : 404, body: stored });
  if (!isFirst) expect(answer.body['code']).toBe('already_decided');
}

export const decide = fc.tuple(fc.nat({ max: 99 }), deciding).map(([which, how]) =>
  step(`${how.word} #${which} on node ${how.node}`, hasRows(how.node), async (model, nodes) => {
    const row = model.at(which);
    expectEnd(model, row, how, await send(row, how, nodes));
  }),
);

/** Two at the same time, over both connections where both are open. */
export const race = fc.tuple(fc.nat({ max: 99 }), deciding, deciding).map(([which, one, other]) =>
  step(
    `${one.word} on node ${one.node} and ${other.word} on node ${other.node} #${which} at once`,
    (model) => hasRows(one.node)(model) && hasRows(other.node)(model),
    async (model, nodes) => {
      const row = model.at(which);
      const answers = await Promise.all([send(row, one, nodes), send(row, other, nodes)]);
      const order = answers[1].status === 200 ? [1, 0] : [0, 1];
      for (const turn of order) {
        const answer = answers[turn];
        if (answer !== undefined) expectEnd(model, row, turn === 0 ? one : other, answer);
      }
    },
  ),
);

export const refusedDecide = fc
  .record({
    which: fc.nat({ max: 99 }),
    node: index,
    by: fc.constantFrom('requester', 'stale page'),
  })
  .map(({ which, node, by }) =>
    step(`approve #${which} as a ${by} on node ${node}`, hasRows(node), async (model, nodes) => {
      const { id, workspaceId } = model.at(which);
      const path = `/workspaces/${workspaceId}/approvals/${id}/decide`;
      const answer = await nodes.node(node).call('POST', path, {
        body: { decision: 'approved', digest: `sha256:${'0'.repeat(64)}` },
        ...(by === 'requester' ? {} : { token: nodes.token }),
      });
      expect(answer.status).toBeOneOf(by === 'requester' ? [403] : [404, 409]);
    }),
  );

export const wait = fc.constantFrom(1, 6, 45, 700).map((seconds) =>
  step(
    `wait ${seconds} s`,
    () => true,
    async (model, nodes) => {
      nodes.clock.advance(seconds * 1_000);
      model.now = nodes.clock.now();
    },
  ),
);

export const close = index.map((node) =>
  step(
    `close node ${node}`,
    ({ open }) => open[0] === true && open[1] === true,
    async (model, nodes) => {
      model.close(node);
      await nodes.close(node);
    },
  ),
);

export const open = index.map((node) =>
  step(
    `open node ${node}`,
    (model) => !isOpen(node)(model),
    async (model, nodes) => {
      await nodes.open(node);
      model.reopen(node);
    },
  ),
);
