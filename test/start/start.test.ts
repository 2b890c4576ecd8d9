import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readOptions } from '../../examples/start/options.ts';
import { verifyAuditLog } from '../../src/index.ts';
import { type CliWorld, cliWorld } from '../support/cli.ts';
import { readAudit } from '../support/world.ts';

const program = fileURLToPath(new URL('../../examples/start/main.ts', import.meta.url));
/** The example imports the package by its name; here that leads to the source, not to a build. */
const node = ['--import', new URL('../support/source-entries.mjs', import.meta.url).href];

const start = (world: CliWorld, ...args: string[]) => world.start(args, { program, node });

/** The audit log, which is all that stays. */
function auditPath({ folder }: CliWorld): string {
  const left = readdirSync(folder).filter((name) => name.startsWith('countersign-start-'));
  expect(left).toHaveLength(1);
  return `${folder}/${left[0]}`;
}

it('waits for a person, and on Ctrl-C takes the request back and ends with 130', async () => {
  const world = cliWorld();
  const running = start(world, '--port', '0');
  await running.printed(/It waits for you/);
  running.child.kill('SIGINT');
  running.child.kill('SIGINT');
  const { status, stdout, stderr } = await running.ended;
  expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
  expect(stdout).toContain('Outcome: withdrawn\n');
  expect(readAudit(auditPath(world)).at(-1)?.outcome).toBe('withdrawn');
});

it('deletes the folder when the script approves, keeps it when it denies or says nothing', async () => {
  await take8080();
  const words = [
    ['approve', '--port', '0'],
    // On a free port, because 8080 is taken.
    ['deny'],
    ['none', '--port', '0'],
  ];
  const worlds = words.map(() => cliWorld());
  const [taken, ...ends] = await Promise.all([
    start(cliWorld(), '--decide', 'deny', '--port', '8080').ended,
    ...worlds.map((world, index) => start(world, '--decide', ...(words[index] ?? [])).ended),
  ]);
  expect(taken.status).toBe(1);
  expect(taken.stderr).toMatch(/^cannot listen on 127\.0\.0\.1 port 8080: .*\n$/);
  expect(ends.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    words.map(() => ({ status: 0, stderr: '' })),
  );
  for (const [index, outcome] of (['granted', 'denied', 'timeout'] as const).entries()) {
    const stdout = ends[index]?.stdout ?? '';
    expect(stdout).toMatch(/\n {2}http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/);
    expect(stdout).toMatch(/2023\/q1\.csv +18,204 bytes/);
    expect(stdout).toMatch(/It waits for a script, until .*\d/);
    expect(stdout).toContain(`Outcome: ${outcome}\n`);
    expect(stdout).toContain(
      outcome === 'granted' ? 'The folder is gone.' : 'The folder is still there.',
    );
    expect(stdout).toContain(`approval ${outcome}`);
    expect(stdout).toContain('The log is intact: 3 records.');
  }
  for (const world of worlds)
    expect((await verifyAuditLog(auditPath(world))).status).toBe('intact');
}, 60_000);

it.each([
  [['--decide', 'perhaps'], /^--decide must be one of approve, deny, none, not "perhaps"$/],
  [['--port', '-1'], /port/],
  [['--port', '65536'], /^--port must be a whole number from 0 to 65535, not "65536"$/],
  [['now'], /Unexpected argument 'now'/],
])('says what is wrong with %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});

it('waits ten minutes for a person, and three seconds for nobody', () => {
  expect(readOptions([])).toEqual({ decide: undefined, timeout: '10m', port: undefined });
  expect(readOptions(['--decide', 'none'])).toMatchObject({ decide: 'none', timeout: '3s' });
  expect(readOptions(['--timeout', '1h', '--port', '0'])).toMatchObject({ timeout: '1h', port: 0 });
});

/** For the time of the test; somebody else may have it already, which serves as well. */
async function take8080(): Promise<void> {
  const blocker = createServer();
  onTestFinished(() => void blocker.close());
  await new Promise<void>((resolve) => {
    blocker.once('error', () => resolve()).listen(8080, '127.0.0.1', resolve);
  });
}
