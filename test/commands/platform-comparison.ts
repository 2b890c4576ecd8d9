/** After every command: does the store say what the model says? */
import { expect } from 'vitest';
import type { ApprovalEvent } from '../../src/platform/storage/events.ts';
import type { Storage } from '../../src/platform/storage/index.ts';
import type { ApprovalRow } from '../../src/platform/storage/schema.ts';
import { columnsOf, EXPIRED, eventsOf, type PlatformModel, WORKSPACES } from './platform-model.ts';
import type { PlatformNodes } from './platform-nodes.ts';

const ALL = 10_000;

export async function compare(model: PlatformModel, nodes: PlatformNodes): Promise<void> {
  await expireOverdue(model, nodes);
  for (const { storage } of nodes.opened) {
    const rows = await rowsIn(storage);
    adoptExpired(model, rows);
    expect(rows).toMatchObject(model.rows.map(columnsOf));
    const events = await eventsIn(storage);
    for (const row of model.rows)
      expect(namesOf(events, row.id), `the events of ${row.id}`).toEqual(eventsOf(row));
    expect(events.map(({ seq }) => seq)).toEqual(growing(events));
    for (const { approval, name, at } of events)
      if (name !== 'APPROVAL_REQUESTED') expect(approval.decided_at).toBe(at);
  }
}

/** Oldest first. */
async function rowsIn({ approvals }: Storage): Promise<ApprovalRow[]> {
  const lists = await Promise.all(WORKSPACES.map((id) => approvals.listOf(id, ALL)));
  return lists.flat().sort((a, b) => a.number - b.number);
}

export const eventsIn = ({ events }: Storage): Promise<ApprovalEvent[]> =>
  events.read({ after: 0, workspaceId: null, limit: ALL });

const namesOf = (events: readonly ApprovalEvent[], id: string): string[] =>
  events.filter(({ approval }) => approval.id === id).map(({ name }) => name);

/** Their numbers in order, each once. */
const growing = (events: readonly ApprovalEvent[]): number[] =>
  [...new Set(events.map(({ seq }) => seq))].sort((a, b) => a - b);

/** A sweep takes its turn beside everything else; `advance(0)` runs what it set to run at once. */
async function expireOverdue(model: PlatformModel, nodes: PlatformNodes): Promise<void> {
  for (const { id } of model.overdue)
    await expect
      .poll(
        async () => {
          nodes.clock.advance(0);
          return (await nodes.opened[0]?.storage.approvals.find(id))?.outcome;
        },
        { interval: 1, message: `${id} is past its deadline` },
      )
      .toBe('timeout');
}

/** Past its deadline, a row may be expired by whoever comes by; before it, by nobody. */
function adoptExpired(model: PlatformModel, rows: readonly ApprovalRow[]): void {
  for (const row of model.rows)
    if (model.isDue(row) && rows.find(({ id }) => id === row.id)?.outcome === 'timeout')
      row.end = EXPIRED;
}

/** Every listener was told of every event once, in order. */
export async function compareHeard(nodes: PlatformNodes): Promise<void> {
  const [node] = nodes.opened;
  if (node === undefined) return;
  const seqs = (await eventsIn(node.storage)).map(({ seq }) => seq);
  for (const { feed } of nodes.opened) feed.poke();
  await expect.poll(() => nodes.heard, { interval: 1 }).toEqual([seqs, seqs]);
}
