/** From the start of `countersign serve` to its first answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Effort, Figure } from '../report/figure.ts';
import { exchangeWith } from './exchange.ts';
import { type Measure, repeated } from './measures.ts';
import type { Seeded } from './seed.ts';

/** The program of the package. */
const PROGRAM = fileURLToPath(new URL('./cli/main.js', import.meta.resolve('countersign')));

const BARE_SERVER = `
  const server = require('node:http').createServer((_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1', () =>
    console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));
  process.on('SIGTERM', () => process.exit());`;

const announcedSchema = z.object({ url: z.string() });

/** Milliseconds. */
async function firstAnswer(args: readonly string[]): Promise<number> {
  const before = performance.now();
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const [line]: unknown[] = await Promise.race([
    once(server.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`${args.join(' ')} ended`))),
  ]);
  const { url } = announcedSchema.parse(JSON.parse(String(line)));
  const exchange = exchangeWith(url, 1);
  const { status } = await exchange.get('/health');
  const ms = performance.now() - before;
  exchange.close();
  server.kill('SIGTERM');
  await ended;
  if (status !== 200) throw new Error(`/health was answered with ${status}`);
  return ms;
}

const serve = ({ dataDir }: Seeded): Promise<number> =>
  firstAnswer([PROGRAM, 'serve', '--port', '0', '--json', '--data', dataDir]);

export function startUp(
  { say }: Effort,
  repeats: number,
  stores: { readonly empty: Seeded; readonly large: Seeded },
): Promise<Figure[]> {
  return repeated(repeats, async (repeat) => {
    say(`start-up, ${repeat + 1} of ${repeats}`);
    const yardstick = {
      to: 'an empty node:http server',
      value: await firstAnswer(['-e', BARE_SERVER]),
    };
    const measures: Measure[] = [];
    for (const [name, store] of Object.entries(stores)) {
      const rows = name === 'empty' ? 'nothing' : `${store.rows.toLocaleString('en')} rows`;
      measures.push({
        name: `countersign serve with ${rows} stored: start → first answer`,
        unit: 'ms',
        better: 'less',
        value: await serve(store),
        yardstick,
      });
    }
    return measures;
  });
}
