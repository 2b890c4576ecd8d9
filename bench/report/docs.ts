/** Draws the committed figures into the docs: tables between markers, plots beside the page. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from './charts.ts';
import { goalsSummary, machineTable, sectionsText } from './document.ts';
import type { Shade } from './palette.ts';
import { chartsOf } from './plots.ts';
import type { Run } from './run.ts';
import { svgOf } from './svg.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = join(DOCS, 'performance.md');
const PLOTS = join(DOCS, 'bench');

export function drawDocs(run: Run): void {
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), run));
  rmSync(PLOTS, { recursive: true, force: true });
  mkdirSync(PLOTS);
  for (const [name, svg] of plotsOf(run)) writeFileSync(join(PLOTS, name), svg);
}

/** The pictures by the names of their files. */
export const plotsOf = (run: Run): ReadonlyMap<string, string> =>
  new Map(
    chartsOf(run).flatMap((chart) =>
      (['light', 'dark'] satisfies Shade[]).map((shade) => [
        fileOf(chart, shade),
        svgOf(chart, shade),
      ]),
    ),
  );

const fileOf = ({ name }: Chart, shade: Shade): string => `${name}-${shade}.svg`;

/** @throws Error where the page has no such markers */
export function withFigures(page: string, run: Run): string {
  const charts = Map.groupBy(chartsOf(run), ({ section }) => section);
  const pictures = new Map([...charts].map(([key, each]) => [key, each.map(pictureOf)]));
  const texts = {
    machine: machineTable(run),
    goals: goalsSummary(run),
    figures: sectionsText(run, pictures),
  };
  return Object.entries(texts).reduce(between, page);
}

function between(page: string, [name, text]: readonly [string, string]): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from === -1 || to < from) throw new Error(`the page has no ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n\n${text}\n${page.slice(to)}`;
}

const pictureOf = (chart: Chart): string =>
  [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="bench/${fileOf(chart, 'dark')}">`,
    `  <img alt="Plot: ${chart.title}. Its numbers are in the table"`,
    `    src="bench/${fileOf(chart, 'light')}">`,
    '</picture>\n',
  ].join('\n');
