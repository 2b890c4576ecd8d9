/** What requesters, approvers and time do to the platform. */
import type { AsyncCommand } from 'fast-check';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { command } from '../support/command-runs.ts';
import type { Answer } from '../support/platform.ts';
import { compare } from './platform-comparison.ts';
import { BODIES, bodyOf, type PlatformModel, WORKSPACES } from './platform-model.ts';
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
