/** A section's figures as a table, for a terminal and for a page. */
import type { Figure, Section } from './figure.ts';
import { amountOf, goalWords, numberOf, ratioWords, spreadWords, verdictWords } from './wording.ts';

/** Numbers stand right. */
const RIGHT: ReadonlySet<number> = new Set([1, 2]);

type Row = readonly string[];

/** With the head. What all ratios of the section are to is said once, in the head. */
function rowsOf(figures: readonly Figure[]): [Row, ...Row[]] {
  const yardsticks = new Set(figures.flatMap(({ ratio }) => ratio?.to ?? []));
  const [only = ''] = yardsticks.size === 1 ? yardsticks : [];
  const ratio = (figure: Figure): string =>
    only === '' || figure.ratio === undefined ? ratioWords(figure) : numberOf(figure.ratio.median);
  const rows = figures.map((figure) => [
    figure.name,
    amountOf(figure.value.median, figure.unit),
    spreadWords(figure.value, figure.unit),
    ratio(figure),
    goalWords(figure),
    verdictWords(figure),
  ]);
  return [['', 'median', 'spread', only === '' ? 'ratio' : `× ${only}`, 'goal', ''], ...rows];
}

/** Columns of even width, for a terminal. */
export function plainTable({ title, figures }: Section): string {
  const rows = rowsOf(figures);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => lengthOf(row, column))));
  const lines = rows.map((row) => row.map((cell, at) => padded(cell, at, widths[at])).join('  '));
  return [title, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

const lengthOf = (row: Row, column: number): number => row[column]?.length ?? 0;

const padded = (cell: string, column: number, width = 0): string =>
  RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);

/** Without the title: pages have headings of their own. */
export function markdownTable({ figures }: Pick<Section, 'figures'>): string {
  const [head, ...rows] = rowsOf(figures);
  const rule = head.map((_, column) => (RIGHT.has(column) ? '---:' : '---'));
  return [head, rule, ...rows].map(markdownRow).join('');
}

const markdownRow = (cells: Row): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
