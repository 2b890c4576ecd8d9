/** What a run of walks has seen, as data and as a table. */
import type { Coverage, Covered } from './coverage.ts';

export interface WalkReport {
  readonly coverage: Coverage;
  /** Walks along paths, and at random. */
  readonly walks: { readonly paths: number; readonly random: number };
  /** Steps that were made and compared. */
  readonly steps: number;
  /** Of the random walks. */
  readonly seed: number;
  /** Names of known divergences; each was seen again. */
  readonly known: readonly string[];
  /** The table, and what it leaves open. */
  toString(): string;
}

export const reportOf = (seen: Omit<WalkReport, 'toString'>): WalkReport => ({
  ...seen,
  toString: () => textOf(seen),
});

const ROWS = [
  ['states', 'states'],
  ['transitions', 'transitions'],
  ['pairs', '(state, event), handled'],
  ['ignored', '(state, event), ignored'],
] as const satisfies readonly (readonly [keyof Coverage, string])[];

function textOf({ coverage, walks, steps, seed, known }: Omit<WalkReport, 'toString'>): string {
  const rows = ROWS.map(([key, label]) => [label, ...numbersOf(coverage[key])]);
  return [
    `${walks.paths} walks along paths, ${walks.random} at random (seed ${seed}), ${steps} steps`,
    ...table([['', 'walked', 'open', 'not here', 'all'], ...rows]),
    ...known.map((name) => `known and seen again: ${name}`),
    ...list('open', coverage),
    ...list('impossible', coverage),
  ].join('\n');
}

const numbersOf = ({ walked, open, impossible }: Covered): string[] =>
  [
    walked.length,
    open.length,
    impossible.length,
    walked.length + open.length + impossible.length,
  ].map(String);

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  '));
}

const TITLES = { open: 'could be walked, and was not', impossible: 'not possible here' };

/** The pairs, by state: they say more than the transitions that they stand for. */
function list(kind: 'open' | 'impossible', { states, pairs, ignored }: Coverage): string[] {
  const byState = new Map<string, string[]>();
  for (const pair of [...pairs[kind], ...ignored[kind]]) {
    const [state = '', step = ''] = pair.split(' + ');
    byState.set(state, [...(byState.get(state) ?? []), step]);
  }
  if (byState.size === 0) return [];
  return [
    `${TITLES[kind]}:`,
    ...[...byState].map(([state, steps]) =>
      states[kind].includes(state) ? `  ${state}` : `  ${state}: ${steps.join('; ')}`,
    ),
  ];
}
