/** The TypeScript in the pages, as strictly as the source. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DOCUMENTS, ROOT } from './documents.ts';
import { storiesOf } from './stories.ts';

const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);

/** Below the packages, so that imports find them. */
function writeBlocks(): string {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'pages-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const { page, line, steps } of DOCUMENTS.flatMap(storiesOf)) {
    const place = join(folder, page, String(line));
    for (const { language, code, markers, line: at } of steps) {
      if (language !== 'ts') continue;
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, markers.get('file') ?? `line-${at}.ts`), code);
    }
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../tsconfig.json',
      compilerOptions: {
        rootDir: '../../..',
        incremental: true,
        tsBuildInfoFile: '../pages.tsbuildinfo',
      },
      include: ['.'],
      exclude: [],
    }),
  );
  return folder;
}

// A compiler needs the whole processor, which others use as well.
it('every block of TypeScript in the pages has no type errors', async () => {
  const folder = writeBlocks();
  const child = spawn(process.execPath, [tsc, '-p', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await once(child, 'close');
  // What is wrong in the source itself is said by the type check of the source.
  const ours = said.split('\n').filter((line) => line.includes('pages-'));
  expect(ours).toEqual([]);
}, 60_000);
