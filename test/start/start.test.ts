import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
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

it('deletes the folder when the script approves, keeps it when it denies or says nothing', async () => {
  const words = ['approve', 'deny', 'none'] as const;
  const worlds = words.map(() => cliWorld());
  const ends = await Promise.all(
    worlds.map((world, index) => {
      const word = words[index] ?? '';
      const timeout = word === 'none' ? ['--timeout', '1s'] : [];
      return start(world, '--decide', word, '--port', '0', ...timeout).ended;
    }),
  );
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
});

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

it('takes a free port where 8080 is taken, and says so of a port that was asked for', async () => {
  const blocker = createServer();
  onTestFinished(() => void blocker.close());
  // Somebody else may have it already, which serves as well.
  await new Promise<void>((resolve) => {
    blocker.once('error', () => resolve()).listen(8080, '127.0.0.1', resolve);
  });
  const [free, asked] = await Promise.all([
    start(cliWorld(), '--decide', 'deny').ended,
    start(cliWorld(), '--decide', 'deny', '--port', '8080').ended,
  ]);
  expect(free.status).toBe(0);
  expect(free.stdout).not.toContain('127.0.0.1:8080/');
  expect(asked.status).toBe(1);
  expect(asked.stderr).toMatch(/^cannot listen on 127\.0\.0\.1 port 8080: .*\n$/);
});

it('says what is wrong with its options', async () => {
  const [word, timeout] = await Promise.all([
    start(cliWorld(), '--decide', 'perhaps').ended,
    start(cliWorld(), '--timeout', 'soon', '--port', '0').ended,
  ]);
  expect([word.status, timeout.status]).toEqual([1, 1]);
  expect(word.stderr).toBe('--decide must be one of approve, deny, none, not "perhaps"\n');
  expect(timeout.stderr).toMatch(/^wrong settings: timeout must be/);
});
