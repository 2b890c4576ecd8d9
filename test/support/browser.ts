/**
 * One Chromium for a test file: the one that `CHROMIUM_PATH` names, else the one that comes out of
 * the package registry, else one that is installed on the machine.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'countersign-chromium');
const INSTALLED = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A browser that says nothing to anybody but the pages under test. The web's own guards stay on. */
const ARGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
  '--mute-audio',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/**
 * Starts a browser, headless. Close it when the file is done.
 * @returns `null` where there is none; why was said in one line on stderr
 */
export async function launchBrowser(): Promise<Browser | null> {
  const problems: string[] = [];
  for (const candidate of [named, packaged, packagedWithLibraries, installed]) {
    try {
      const options = await candidate();
      if (options)
        return await chromium.launch({ ...options, args: ARGS, chromiumSandbox: sandbox });
    } catch (error) {
      problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  process.stderr.write(`browser tests are skipped: ${problems.at(-1) ?? 'no Chromium found'}\n`);
  return null;
}

/** Chromium refuses to run as root inside its sandbox. */
const sandbox = process.getuid?.() !== 0;

async function named(): Promise<LaunchOptions | undefined> {
  const executablePath = process.env['CHROMIUM_PATH'];
  return executablePath ? { executablePath } : undefined;
}

const packaged = async (): Promise<LaunchOptions> => ({
  executablePath: join(await inflated(), 'chromium'),
});

/** For a bare machine: the libraries that the package carries along. */
async function packagedWithLibraries(): Promise<LaunchOptions> {
  const folder = await inflated();
  const libraries = join(folder, 'al2023', 'lib');
  const path = [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...stringsOf(process.env),
      LD_LIBRARY_PATH: path,
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  };
}

const stringsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value ? [[key, value]] : [])));

async function installed(): Promise<LaunchOptions | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const executablePath = INSTALLED.flatMap((name) => folders.map((at) => join(at, name))).find(
    existsSync,
  );
  return executablePath === undefined ? undefined : { executablePath };
}

/**
 * The folder with the unpacked browser. It is unpacked beside and then renamed: test files run at
 * the same time, and none may start what another one has half written.
 */
async function inflated(): Promise<string> {
  if (existsSync(CACHE)) return CACHE;
  await mkdir(join(CACHE, '..'), { recursive: true });
  const fresh = await mkdtemp(`${CACHE}-`);
  try {
    await inflateInto(fresh);
    await rename(fresh, CACHE);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another one was quicker.
    if (!existsSync(CACHE)) throw error;
  }
  return CACHE;
}

/** The package unpacks into the folder for temporary files, wherever that is at the moment. */
async function inflateInto(folder: string): Promise<void> {
  const { default: pack, inflate } = await import('@sparticuz/chromium');
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await pack.executablePath();
    const bin = fileURLToPath(new URL('../bin/', import.meta.resolve('@sparticuz/chromium')));
    await inflate(join(bin, 'al2023.tar.br'));
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
