/** Reading from a large store, beside the same from a small one. */
import type { Effort, Figure } from '../report/figure.ts';
import { startChild } from './child.ts';
import { readSchema } from './load.ts';
import { type Measure, repeated } from './measures.ts';
import { SEEDED_WORKSPACE, type Seeded } from './seed.ts';
import { listeningSchema } from './server.ts';

const LISTS = [
  { name: "a workspace's list, the newest", path: `/workspaces/${SEEDED_WORKSPACE}/approvals` },
  {
    name: "a workspace's list, from its middle",
    path: `/workspaces/${SEEDED_WORKSPACE}/approvals?before=50`,
  },
  { name: 'the 100 that are pending', path: '/approvals/pending' },
  { name: 'the 50 that ended last', path: '/approvals/recent' },
];

const READS = 60;

export async function lists(
  { say }: Effort,
  repeats: number,
  { large, small }: { readonly large: Seeded; readonly small: Seeded },
): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const load = stack.use(startChild('load'));
  const reader = async ({ dataDir, rows }: Seeded) => {
    const server = stack.use(startChild('server'));
    const listening = await server.ask({ do: 'listen', dataDir }, listeningSchema);
    return (path: string) => {
      const at = path.replace('before=50', `before=${rows / 2}`);
      return load.ask({ do: 'read', ...listening, path: at, times: READS }, readSchema);
    };
  };
  const [ofLarge, ofSmall] = [await reader(large), await reader(small)];
  return await repeated(repeats, async (repeat) => {
    say(`lists, ${repeat + 1} of ${repeats}`);
    const measures: Measure[] = [];
    for (const { name, path } of LISTS) {
      const yardstick = await ofSmall(path);
      const found = await ofLarge(path);
      for (const quantile of ['p50', 'p99'] as const)
        measures.push({
          name: `${large.rows.toLocaleString('en')} rows stored: ${name}, ${quantile}`,
          unit: 'ms',
          better: 'less',
          value: found[quantile],
          yardstick: { to: `${small.rows} rows stored`, value: yardstick[quantile] },
        });
    }
    return measures;
  });
}
