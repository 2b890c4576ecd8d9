/** Who only reads: lists, single rows, what happened. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { hasRows, index, isOpen, type PlatformCommand, step, told } from './platform-commands.ts';
import { eventsIn } from './platform-comparison.ts';
import { type PlatformModel, WORKSPACES } from './platform-model.ts';
import { type PlatformNodes, replayed } from './platform-nodes.ts';

const workspace = fc.constantFrom(...WORKSPACES);
const idsOf = (rows: readonly { readonly id: unknown }[]): unknown[] => rows.map(({ id }) => id);

export const list: fc.Arbitrary<PlatformCommand> = fc
  .tuple(index, workspace)
  .map(([node, workspaceId]) =>
    step(`list ${workspaceId} on node ${node}`, isOpen(node), async (model, nodes) => {
      const seen = await followed(nodes, node, `/workspaces/${workspaceId}/approvals`);
      expect(seen).toEqual(idsOf(model.listed(workspaceId)));
    }),
  );

/** Page after page, by the links. */
async function followed(nodes: PlatformNodes, node: number, path: string): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (let query: string | undefined = ''; query !== undefined; ) {
    const { rows, headers } = await nodes.node(node).call('GET', path + query);
    ids.push(...idsOf(rows.map((row) => ({ id: row['id'] }))));
    query = /<(\?[^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  return ids;
}

/** Rows that come, and end, between two pages move no other row out of sight or into it again. */
export const pageWhileWriting = fc
  .record({ node: index, workspaceId: workspace, size: fc.integer({ min: 1, max: 4 }) })
  .map(({ node, workspaceId, size }) =>
    step(
      `page through ${workspaceId} by ${size} on node ${node} while others write`,
      isOpen(node),
      async (model, nodes) => {
        const { approvals } = nodes.node(node).storage;
        const expected = idsOf(model.listed(workspaceId));
        const seen: unknown[] = [];
        let page = await approvals.listOf(workspaceId, size);
        while (page.length > 0) {
          seen.push(...idsOf(page));
          if (seen.length <= 2 * size) await askBeside(model, nodes, node, workspaceId);
          page = await approvals.listOf(workspaceId, size, page.at(-1)?.number);
        }
        expect(seen).toEqual(expected);
      },
    ),
  );

async function askBeside(
  model: PlatformModel,
  nodes: PlatformNodes,
  node: number,
  workspaceId: string,
): Promise<void> {
  const answer = await nodes.node(node).call('POST', `/workspaces/${workspaceId}/approvals`, {
    body: { action: 'Drop table users', timeout_seconds: 600 },
  });
  const id = String(answer.body['approval_id']);
  model.add({ id, workspaceId, body: 0, key: null }, node);
}

export const read = fc.tuple(index, fc.nat({ max: 99 })).map(([node, which]) =>
  step(`read #${which} on node ${node}`, hasRows(node), async (model, nodes) => {
    const row = model.at(which);
    const { call } = nodes.node(node);
    const own = await call('GET', `/workspaces/${row.workspaceId}/approvals/${row.id}`);
    const asApprover = await call('GET', `/approvals/${row.id}`, { token: nodes.token });
    const { note: _, ...stored } = row.end ?? { status: 'pending', outcome: null, note: null };
    // Past its deadline, the sweep may come between the two.
    if (!model.isDue(row))
      for (const answer of [own, asApprover])
        expect(told(answer)).toMatchObject({ status: 200, body: { id: row.id, ...stored } });
    const other = row.workspaceId === 'w1' ? 'w2' : 'w1';
    expect((await call('GET', `/workspaces/${other}/approvals/${row.id}`)).status).toBe(404);
  }),
);

export const listPending = index.map((node) =>
  step(`list what is pending on node ${node}`, isOpen(node), async (model, nodes) => {
    const { rows } = await nodes.node(node).call('GET', '/approvals/pending', {
      token: nodes.token,
    });
    const due = idsOf(model.rows.filter((row) => model.isDue(row)));
    const ids = idsOf(rows.map((row) => ({ id: row['id'] }))).filter((id) => !due.includes(id));
    const pending = model.rows.filter(({ end, id }) => end === null && !due.includes(id));
    expect(ids).toEqual(idsOf(pending));
  }),
);

export const readFeed = fc
  .record({ node: index, of: fc.constantFrom(null, ...WORKSPACES), back: fc.nat({ max: 120 }) })
  .map(({ node, of, back }) =>
    step(
      `read the feed of ${of ?? 'all'} from ${back} events ago on node ${node}`,
      isOpen(node),
      async (_, nodes) => {
        const events = await eventsIn(nodes.node(node).storage);
        const since = Math.max(0, (events.at(-1)?.seq ?? 0) - back);
        const expected = events
          .filter(
            ({ seq, approval }) =>
              seq > since && (of ?? approval.workspace_id) === approval.workspace_id,
          )
          .map(({ seq }) => seq);
        expect(await replayed(nodes.node(node), nodes.clock, since, of)).toEqual(expected);
      },
    ),
  );
