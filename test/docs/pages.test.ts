/**
 * Every block of code in the pages runs, and what the pages show is what is seen.
 *
 * `DOCS_WRITE=1 npx vitest run test/docs` writes what is seen into the pages: read the difference.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PAGES, withCharts } from '../../scripts/charts.ts';
import { commands } from '../../src/cli/commands.ts';
import { readConfig } from '../../src/rbac/index.ts';
import { temporaryFolder } from '../support/world.ts';
import { commandsIn, isRunnable, npmScriptsIn } from './commands.ts';
import { blocks, DOCUMENTS, inLanguage, LESSONS, MARKERS, ROOT, textOf } from './documents.ts';
import { expectGenuineRecord } from './shown.ts';
import { STAND_INS, unreplaced } from './stand-ins.ts';
import { pagesWithoutFile, tellStories } from './tell.ts';

const LANGUAGES = ['ts', 'sh', 'json', 'jsonl', 'yaml', 'mermaid', 'text'];

for (const page of pagesWithoutFile()) tellStories(page);

describe('the pages', () => {
  it('have code to run', () => {
    expect(inLanguage('ts').length).toBeGreaterThan(12);
    expect(inLanguage('sh').filter(isRunnable).length).toBeGreaterThan(2);
    expect(inLanguage('jsonl').length).toBeGreaterThan(3);
  });

  it('have only blocks that are checked, and say only what is understood about them', () => {
    for (const { page, line, language, markers } of blocks) {
      // A drawing of folders needs no language.
      if (language !== '' || LESSONS.includes(page))
        expect(LANGUAGES, `${page}:${line}`).toContain(language);
      for (const name of markers.keys()) expect([...MARKERS], `${page}:${line}`).toContain(name);
    }
  });

  it('run nothing that talks to what listens on this machine', () => {
    for (const { page, line, code } of inLanguage('ts'))
      expect(unreplaced(code), `${page}:${line}`).toEqual([]);
  });

  it.each([...STAND_INS.keys()])('show how to be seen at %s', (address) => {
    expect(inLanguage('ts').filter(({ code }) => code.includes(address))).not.toEqual([]);
  });

  it.each(blocks.filter(({ markers }) => markers.has('run by')))(
    '$page:$line is run by the test that it names',
    ({ page, markers }) => {
      const test = textOf(markers.get('run by') ?? '');
      expect(test).toContain(page);
    },
  );

  it.each(inLanguage('json'))(
    '$page:$line is JSON, and a genuine record where it is one',
    (block) => {
      const value: object = JSON.parse(block.code);
      expect(value).toBeTypeOf('object');
      if ('event_type' in value) expectGenuineRecord(block);
    },
  );

  it.each(inLanguage('yaml'))('$page:$line is a configuration that works', async ({ code }) => {
    expect(parse(code)).toBeTypeOf('object');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.yaml'), code);
    expect(await readConfig(folder)).toMatchObject({ status: 'ok' });
  });

  it('name only commands of the command line that exist', () => {
    const known = [...commands.keys()].map((name) => name.split(' ')[0]);
    const named = inLanguage('sh').flatMap(commandsIn);
    expect(named.length).toBeGreaterThan(3);
    for (const command of new Set(named)) expect(known).toContain(command);
  });

  it('name only npm scripts that exist', () => {
    const { scripts }: { scripts: object } = JSON.parse(textOf('package.json'));
    const named = inLanguage('sh').flatMap(npmScriptsIn);
    expect(named.length).toBeGreaterThan(3);
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  it.each(DOCUMENTS)('%s links to files and headings that exist', (page) => {
    for (const [, target = '', heading] of textOf(page).matchAll(
      /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g,
    )) {
      const path = target === '' ? page : join(dirname(page), target);
      expect(existsSync(join(ROOT, path)), `${page} → ${path}`).toBe(true);
      if (heading !== undefined) expect(headingsOf(path), `${page} → ${path}`).toContain(heading);
    }
  });

  it.each(LESSONS.filter((page) => page !== 'docs/README.md'))(
    'the index of docs/ leads to %s',
    (page) => {
      expect(textOf('docs/README.md')).toContain(`](${page.replace('docs/', '')})`);
    },
  );

  it.each(PAGES)('%s shows the machines as they are (npm run charts)', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    expect(text).toContain('<!-- chart:');
    expect(text).toBe(withCharts(text));
  });
});

/** As they are called in links. */
const headingsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
