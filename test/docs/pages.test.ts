/** Every block of code in the pages runs, and every chart in them is the machine as it is. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { PAGES, withCharts } from '../../scripts/charts.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { readConfig } from '../../src/rbac/index.ts';
import { scriptedApprover } from '../../src/testing/index.ts';
import { temporaryFolder } from '../support/world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENTS = ['README.md', 'PROTOCOL.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

const blocks = DOCUMENTS.flatMap(blocksOf);
const inLanguage = (language: string) => blocks.filter((block) => block.language === language);

describe('the pages', () => {
  it('have code to run', () => {
    expect(inLanguage('ts').length).toBeGreaterThan(4);
  });

  it.each(inLanguage('ts'))('$page:$line runs as it stands', async ({ code }) => {
    const folder = temporaryFolder();
    const platform = createPlatform({ dataDir: folder, port: 0 });
    await platform.listen();
    onTestFinished(() => platform.close());
    const approver = scriptedApprover({
      url: platform.url,
      token: platform.approverToken,
      decide: 'approve',
    });
    onTestFinished(() => approver.stop());
    vi.stubEnv('PLATFORM_URL', platform.url);
    vi.stubEnv('WORKSPACE_CONFIG_PATH', folder);
    vi.stubEnv('AUDIT_LOG_PATH', join(folder, 'audit.jsonl'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const file = join(folder, 'block.ts');
    writeFileSync(file, code);
    await import(file);
    expect(said).toHaveBeenCalled();
    expect(said.mock.calls.flat().join(' ')).not.toContain('not approved');
  });

  it.each(inLanguage('json'))('$page:$line is JSON', ({ code }) => {
    expect(typeof JSON.parse(code)).toBe('object');
  });

  it.each(inLanguage('yaml'))('$page:$line is a configuration that works', async ({ code }) => {
    expect(parse(code)).toBeTypeOf('object');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'config.yaml'), code);
    expect(await readConfig(folder)).toMatchObject({ status: 'ok' });
  });

  it('name only commands of the command line that exist', () => {
    const commands = inLanguage('sh')
      .flatMap(({ code }) => code.split('\n'))
      .flatMap((line) => /^countersign ([a-z]+)/.exec(line)?.[1] ?? []);
    expect(commands.length).toBeGreaterThan(3);
    for (const command of new Set(commands))
      expect(['serve', 'request', 'list', 'decide', 'audit', 'mcp']).toContain(command);
  });

  it('name only npm scripts that exist', () => {
    const { scripts }: { scripts: object } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const named = inLanguage('sh').flatMap(({ code }) =>
      [...code.matchAll(/npm (?:run )?(?!ci\b)([a-z]+)/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  it.each(DOCUMENTS)('%s links to files that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
      expect(existsSync(join(ROOT, dirname(page), target)), `${page} → ${target}`).toBe(true);
  });

  it.each(PAGES)('%s shows the machines as they are (npm run charts)', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    expect(text).toContain('<!-- chart:');
    expect(text).toBe(withCharts(text));
  });
});
