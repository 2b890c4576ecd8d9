/** Builds what is shipped: `dist/` with tsc, `dist/page/` and `dist/inspect-page/` with vite. Says nothing unless it fails. */
import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(import.meta.dirname);
const { resolve } = createRequire(import.meta.url);

function fail(message) {
  process.stderr.write(`countersign: the build failed. ${message}\n`);
  process.exit(1);
}

function needed(specifier) {
  try {
    return resolve(specifier);
  } catch {
    return fail(`${specifier} is not installed; run "npm ci" with the development packages.`);
  }
}

const tsc = join(dirname(needed('typescript/package.json')), 'bin', 'tsc');
needed('vite');

rmSync(join(root, 'dist'), { recursive: true, force: true });

const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  encoding: 'utf8',
});
if (compiled.error) fail(`tsc could not be started: ${compiled.error.message}`);
if (compiled.status !== 0) fail(`tsc says:\n${compiled.stdout}${compiled.stderr}`);

const { build } = await import('vite');
try {
  for (const config of ['vite.config.ts', 'vite.inspect.config.ts'])
    await build({ configFile: join(root, config), logLevel: 'warn' });
} catch (error) {
  fail(`vite says:\n${error instanceof Error ? error.message : String(error)}`);
}

// tsc writes no modes, and npm links the file as it is.
const command = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));
if (existsSync(command)) chmodSync(command, 0o755);
