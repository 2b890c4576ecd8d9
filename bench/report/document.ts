/** A run as Markdown: the machine, and each section with its pictures and its table. */
import { wordsOf } from './machine.ts';
import type { KeyedSection, Run } from './run.ts';
import { markdownTable } from './table.ts';
import { holds } from './wording.ts';

/** Pictures in Markdown by the key of the section that they belong to. */
export type Pictures = ReadonlyMap<string, readonly string[]>;

export function machineTable({ machine }: Run): string {
  const rows = wordsOf(machine).map(([what, words]) => `| ${what} | ${words} |\n`);
  return `| | |\n|---|---|\n${rows.join('')}`;
}

/** How many goals hold, and each with what was measured. */
export function goalsSummary({ sections }: Run): string {
  const goals = sections.flatMap(({ figures }) => figures.filter(({ goal }) => goal !== undefined));
  const kept = goals.filter((figure) => holds(figure) === true);
  const head = `${kept.length} of ${goals.length} goals hold.\n`;
  return goals.length === 0 ? head : `${head}\n${markdownTable({ figures: goals })}`;
}

export const sectionsText = ({ sections }: Run, pictures: Pictures = new Map()): string =>
  sections.map((section) => sectionText(section, pictures.get(section.key) ?? [])).join('\n');

const sectionText = (section: KeyedSection, pictures: readonly string[]): string =>
  [`### ${section.title}\n`, `${section.about}\n`, ...pictures, markdownTable(section)].join('\n');

/** The whole run as a page of its own. */
export function documentOf(run: Run): string {
  const kind = run.isQuick ? 'A quick run: one look, no spread.' : 'A full run.';
  const failed = run.failed.map(({ key, why }) => `- ${key} failed: ${why}\n`).join('');
  return [
    '# What the benchmark found\n',
    `${kind} It took ${Math.round(run.seconds)} s.\n`,
    ...(failed === '' ? [] : [failed]),
    machineTable(run),
    goalsSummary(run),
    sectionsText(run),
  ].join('\n');
}
