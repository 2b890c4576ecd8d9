/** Our platform as it is shipped, on a store of its own. */
import { createPlatform } from 'countersign/platform';
import { z } from 'zod';
import type { Served } from './served.ts';

const rowsSchema = z.array(z.object({ id: z.string(), status: z.string() }));

export async function serveOwn(dataDir: string): Promise<Served> {
  const platform = createPlatform({ dataDir, port: 0 });
  await platform.listen();
  const list = `${platform.url}/workspaces/bench/approvals`;
  const headers = {
    authorization: `Bearer ${platform.approverToken}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ decision: 'approved' });
  return {
    url: platform.url,
    newest: async (count) => {
      const rows = rowsSchema.parse(await (await fetch(list)).json());
      return rows
        .filter(({ status }) => status === 'pending')
        .slice(0, count)
        .map(({ id }) => id);
    },
    approve: async (id) => {
      const answer = await fetch(`${list}/${id}/decide`, { method: 'POST', headers, body });
      if (answer.status !== 200) throw new Error(await answer.text());
    },
  };
}
