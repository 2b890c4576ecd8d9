/** Draws the machines into the pages that show them: `npm run charts`. A test fails where they drift. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { approvalMachine, channelMachine } from '../machines/index.ts';
import { toMermaid } from '../src/inspect/mermaid.ts';

const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  approval: approvalMachine,
  channel: channelMachine,
};

export const PAGES = ['README.md', 'PROTOCOL.md'];

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

if (import.meta.main)
  for (const name of PAGES) {
    const path = join(import.meta.dirname, '..', name);
    writeFileSync(path, withCharts(readFileSync(path, 'utf8')));
  }
