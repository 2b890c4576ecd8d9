/** The commands, each loaded only when it is run. */
import { EXIT } from './exit-status.ts';

export interface Command {
  /** @returns the exit status; @throws UsageError, CountersignError */
  run(args: string[]): Promise<number>;
}

interface Entry {
  /** Exit status of what nobody foresaw: never one that is an answer of this command. */
  readonly unexpected: number;
  readonly load: () => Promise<Command>;
}

export const commands: ReadonlyMap<string, Entry> = new Map([
  ['serve', { unexpected: EXIT.failed, load: () => import('./commands/serve.ts') }],
  ['request', { unexpected: EXIT.failed, load: () => import('./commands/request.ts') }],
  ['list', { unexpected: EXIT.usage, load: () => import('./commands/list.ts') }],
  ['decide', { unexpected: EXIT.usage, load: () => import('./commands/decide.ts') }],
  ['audit verify', { unexpected: EXIT.usage, load: () => import('./commands/audit-verify.ts') }],
  ['inspect', { unexpected: EXIT.failed, load: () => import('./commands/inspect.ts') }],
  ['mcp', { unexpected: EXIT.failed, load: () => import('./commands/mcp.ts') }],
]);

/** The command that somebody may have meant. */
export function suggestionFor(said: string): string | undefined {
  const ranked = [...commands.keys()]
    .map((name) => ({ name, distance: distance(said.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance);
  const [nearest] = ranked;
  if (nearest !== undefined && nearest.distance <= 2) return nearest.name;
  return said.length < 2 ? undefined : ranked.find(({ name }) => name.startsWith(said))?.name;
}

/** How many letters must be changed, put in or left out (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries())
      next.push(
        Math.min(
          (row[j] ?? 0) + Number(letter !== other),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
