/** Draws the machines into the pages that show them: `npm run charts`. A test fails where they drift. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { approvalMachine, channelMachine } from '../machines/index.ts';
import { graphOf } from '../src/inspect/graph.ts';
import { toMermaid } from '../src/inspect/mermaid.ts';
import { type Direction, layoutOf } from './charts/layout.ts';
import { toSvg } from './charts/svg.ts';

const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  approval: approvalMachine,
  channel: channelMachine,
};

/** The way that leaves the least empty. */
const DIRECTIONS: Readonly<Record<string, Direction>> = { approval: 'DOWN', channel: 'RIGHT' };

const ROOT = join(import.meta.dirname, '..');

export const PAGES = ['PROTOCOL.md'];

/** The page with every chart as its machine is now. */
export function withCharts(page: string): string {
  return page.replace(
    /(<!-- chart:(\w+) -->\n)[\s\S]*?(<!-- \/chart -->)/g,
    (_, open: string, name: string, close: string) => {
      const machine = MACHINES[name];
      if (machine === undefined) throw new Error(`there is no machine "${name}" to draw`);
      return `${open}\`\`\`mermaid\n${toMermaid(machine)}\`\`\`\n${close}`;
    },
  );
}

/** The pictures by their paths: plain ones for our pages, and ones that stand alone for the docs. */
export async function pictures(): Promise<Map<string, string>> {
  const style = readFileSync(join(ROOT, 'src/inspect/charts/chart.css'), 'utf8');
  const files = new Map<string, string>();
  for (const [name, machine] of Object.entries(MACHINES)) {
    const layout = await layoutOf(graphOf(machine), DIRECTIONS[name] ?? 'DOWN');
    files.set(`src/inspect/charts/${name}.svg`, toSvg(name, layout));
    files.set(`docs/charts/${name}.svg`, toSvg(name, layout, style));
  }
  return files;
}

if (import.meta.main) {
  for (const name of PAGES) {
    const path = join(ROOT, name);
    writeFileSync(path, withCharts(readFileSync(path, 'utf8')));
  }
  for (const [name, picture] of await pictures()) {
    mkdirSync(dirname(join(ROOT, name)), { recursive: true });
    writeFileSync(join(ROOT, name), picture);
  }
}
