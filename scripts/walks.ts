/**
 * Walks the machine, the client over both platforms and the adapters, and prints what was covered:
 * `npm run walks [-- --of fake,real] [--walks 200] [--seed 7] [--paths simple]`.
 *
 * `--show D2,D4,D17` puts known defects back into a copy of the code, one after the other, and prints
 * what the walks find. Exit status 1 where something is found, or a defect is not.
 */
import { parseArgs } from 'node:util';
import { testApprovals } from '../src/testing/index.ts';
import { WALKED_SYSTEMS, type WalkedSystem } from '../test/walks/walked-systems.ts';
import { showDefects } from './walks/show.ts';

const { values } = parseArgs({
  options: {
    of: { type: 'string' },
    walks: { type: 'string', default: '20' },
    seed: { type: 'string' },
    paths: { type: 'string', default: 'simple' },
    patience: { type: 'string', default: '10000' },
    show: { type: 'string' },
  },
});

const print = (text: string): unknown => process.stdout.write(`${text}\n`);

const PATHS = ['simple', 'shortest', 'none'] as const;

function chosen(): [string, WalkedSystem][] {
  const systems = Object.entries<WalkedSystem>(WALKED_SYSTEMS);
  const names = values.of?.split(',') ?? systems.map(([name]) => name);
  return systems.filter(([name]) => names.includes(name));
}

/** @returns whether nothing was found */
async function walked([name, { make, options }]: [string, WalkedSystem]): Promise<boolean> {
  print(`== ${name}`);
  try {
    const report = await testApprovals(make, {
      paths: PATHS.find((kind) => kind === values.paths),
      walks: Number(values.walks),
      seed: values.seed === undefined ? undefined : Number(values.seed),
      patienceMs: Number(values.patience),
      atOnce: 8,
      ...options,
    });
    print(String(report));
    return true;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function walkAll(): Promise<boolean> {
  let isFine = true;
  for (const system of chosen()) isFine = (await walked(system)) && isFine;
  return isFine;
}

const isFine =
  values.show === undefined ? await walkAll() : await showDefects(values.show.split(','), print);
// What was found may have left sockets open.
process.exit(isFine ? 0 : 1);
