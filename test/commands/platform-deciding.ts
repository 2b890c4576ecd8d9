/** Who ends an approval, or tries to. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '../support/platform.ts';
import { hasRows, index, step, told } from './platform-commands.ts';
import { EXPIRED, type ModelEnd, type ModelRow, type PlatformModel } from './platform-model.ts';
import type { PlatformNodes } from './platform-nodes.ts';

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
