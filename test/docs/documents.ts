/** The pages of the project, their blocks of code, and what comments in front of a block say of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Pages that teach: every one in the folder, so that none is forgotten. */
export const LESSONS: readonly string[] = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);

export const DOCUMENTS: readonly string[] = [
  'README.md',
  'PROTOCOL.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...LESSONS,
];

/**
 * Before a block, on lines of their own: `<!-- name: value -->`, or `<!-- name -->`.
 *
 * - `approver: approve | deny | none` who decides while it runs; default `approve`
 * - `note: …` what the approver says with it
 * - `prints: …` a text that it must print
 * - `killed when: …` it runs as a process of its own, killed when its audit log says this
 * - `alone` it runs as a process of its own, without what the tests have open
 * - `goes on` after the block of TypeScript before it, with the same platform and folder
 * - `file: …` other blocks import it by this name, and it prints nothing
 * - `output` of a `text` block: exactly what the code before it printed
 * - `run by: test/….test.ts` another test runs it
 * - `chart: …` as `npm run charts` draws it
 */
export const MARKERS: ReadonlySet<string> = new Set([
  'approver',
  'note',
  'prints',
  'killed when',
  'alone',
  'goes on',
  'file',
  'output',
  'run by',
  'chart',
]);

export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly markers: ReadonlyMap<string, string>;
}

export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

const BLOCK = /((?:^<!-- .*? -->\n)*)^```(\w*)\n([\s\S]*?)^```$/gm;

export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return [...text.matchAll(BLOCK)].map((match) => {
    const [, comments = '', language = '', code = ''] = match;
    const line = text.slice(0, match.index + comments.length).split('\n').length;
    return { page, line, language, code, markers: markersIn(comments) };
  });
}

function markersIn(comments: string): Map<string, string> {
  const found = comments.matchAll(/^<!-- ([^:]*?)(?::\s*(.*?))? -->$/gm);
  return new Map([...found].map(([, name = '', value = '']) => [name, value]));
}

export const blocks: readonly Block[] = DOCUMENTS.flatMap(blocksOf);

export const inLanguage = (language: string): Block[] =>
  blocks.filter((block) => block.language === language);
