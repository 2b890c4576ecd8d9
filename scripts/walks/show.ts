/** What the walks are worth: known defects, put back into a copy of the code, and what is found. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutated } from '../../test/mutants/mutant.ts';
import { MUTANTS } from '../../test/mutants/mutants.ts';
import { copyTree } from '../mutants/tree.ts';

type Print = (text: string) => unknown;

/** Two who ask at once see what one cannot: what is done once for each. */
const WALKS = ['--of', 'fake', '--paths', 'shortest', '--walks', '0', '--patience', '3000'];

/** @returns whether every defect was found */
export async function showDefects(names: readonly string[], print: Print): Promise<boolean> {
  const { folders, remove } = copyTree(1);
  try {
    const [tree = ''] = folders;
    let isFound = true;
    for (const name of names) isFound = (await show(tree, name, print)) && isFound;
    return isFound;
  } finally {
    remove();
  }
}

async function show(tree: string, name: string, print: Print): Promise<boolean> {
  const mutant = MUTANTS.find(({ defect }) => defect === name);
  if (mutant === undefined) {
    print(`there is no defect ${name}`);
    return false;
  }
  print(`== ${name}: ${mutant.what} (${mutant.file})`);
  const path = join(tree, mutant.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, mutated(source, mutant));
  const { status, said } = await run(tree);
  writeFileSync(path, source);
  // A run that breaks in another way has shown nothing.
  const isFound = status === 1 && said.includes('The system is not where the model is');
  print(said.trim());
  print(isFound ? `${name} was found\n` : `${name} WAS NOT FOUND (exit status ${status})\n`);
  return isFound;
}

function run(tree: string): Promise<{ readonly status: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(tree, 'scripts', 'walks.ts'), ...WALKS], {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, said }));
  });
}
