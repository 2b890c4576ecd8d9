/** Stories as tests. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunnable } from './commands.ts';
import { type Block, DOCUMENTS, ROOT } from './documents.ts';
import { type Scene, setScene } from './scene.ts';
import { expectGenuineLog, rewrite, steady } from './shown.ts';
import { type Story, storiesOf } from './stories.ts';

const isShown = ({ language }: Block): boolean => language === 'jsonl' || language === 'text';
const isRun = (block: Block): boolean =>
  block.language === 'ts' || (block.language === 'sh' && isRunnable(block));

/** One test for each story of the page. */
export function tellStories(page: string): void {
  const stories = storiesOf(page).filter(({ steps }) =>
    steps.some((step) => step.language !== 'sh' || isRun(step)),
  );
  if (stories.length === 0) return;
  describe(page, () => {
    it.each(stories)('line $line runs as it stands', async (story) => {
      await tell(story, await setScene());
    });
  });
}

/** Long pages have a file of their own, so that they run beside each other. */
export const pagesWithoutFile = (): string[] =>
  DOCUMENTS.filter((page) => !existsSync(join(ROOT, `test/docs/${basename(page, '.md')}.test.ts`)));

async function tell({ steps }: Story, scene: Scene): Promise<void> {
  let printed = '';
  for (const block of steps) {
    if (isShown(block)) await compare(block, printed, scene);
    else if (isRun(block)) printed = await run(block, scene);
  }
}

async function run(block: Block, scene: Scene): Promise<string> {
  const { markers } = block;
  const printed = await scene.run(block);
  if (!markers.has('file') && !markers.has('killed when')) expect(printed).not.toBe('');
  expect(printed).toContain(markers.get('prints') ?? '');
  if (!markers.has('approver')) expect(printed).not.toContain('not approved');
  return printed;
}

async function compare(block: Block, printed: string, scene: Scene): Promise<void> {
  const isText = block.language === 'text';
  if (process.env['DOCS_WRITE'] === '1')
    rewrite(block, isText ? printed : scene.audit().join('\n'));
  else if (isText) expect(steady(printed)).toBe(steady(block.code));
  else await expectGenuineLog(block, scene.audit());
}
