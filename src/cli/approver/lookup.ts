/** From what an approver typed to one approval. */
import { CountersignError } from '../../errors.ts';
import { UsageError } from '../usage-error.ts';
import { shown } from './card.ts';
import type { ApproverClient } from './client.ts';
import type { View } from './view.ts';

/** Fewer could hit an approval that came up since the list was read. */
const SHORTEST_PREFIX = 4;

/**
 * The approval with this id, else the only pending one whose id begins so, else the only ended one.
 * @throws CountersignError `input` where there is none, or more than one; UsageError for no prefix
 */
export async function lookUp(client: ApproverClient, id: string): Promise<View> {
  if (id.trim() === '') throw new UsageError('ID is empty');
  const exact = await client.find(id);
  if (exact !== undefined) return exact;
  const pending = (await client.pending()).views;
  const found = matching(pending, id) ?? matching(await client.recent(), id);
  if (found === undefined)
    throw new CountersignError(
      'input',
      `no approval has the id ${shown(id)}, or one that begins so; see "countersign list"`,
    );
  return found;
}

function matching(views: readonly View[], id: string): View | undefined {
  const exact = views.find((view) => view.id === id);
  if (exact !== undefined || id.length < SHORTEST_PREFIX) return exact;
  const found = views.filter((view) => view.id.startsWith(id));
  if (found.length > 1)
    throw new CountersignError(
      'input',
      `${found.length} approvals begin with ${shown(id)}; write more of the id: ${found.map((view) => shown(view.id)).join(', ')}`,
    );
  return found[0];
}
