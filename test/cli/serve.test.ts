import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliWorld, serve } from '../support/cli.ts';

it('says where it listens, and ends with 0 on SIGINT', async () => {
  const world = cliWorld();
  const { process, url, sign_in_url: signInUrl } = await serve(world);
  const tokenFile = join(world.folder, 'state', 'platform', 'approver.token');
  expect(signInUrl).toBe(`${url}/#token=${readFileSync(tokenFile, 'utf8').trim()}`);
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  process.child.kill('SIGINT');
  expect(await process.ended).toEqual({
    status: 0,
    stdout: `${JSON.stringify({ event: 'listening', url, sign_in_url: signInUrl })}\n`,
    stderr: '',
  });
});

it('shows the sign-in address to a person, prints no data, and ends with 0 on SIGTERM', async () => {
  const world = cliWorld();
  const dataDir = join(world.folder, 'my data');
  const running = world.start(['serve', '--port', '0', '--data', dataDir]);
  await running.said(/Sign in to decide {3}http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n/);
  running.child.kill('SIGTERM');
  const { status, stdout, stderr } = await running.ended;
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toContain(dataDir);
  expect(existsSync(join(dataDir, 'approver.token'))).toBe(true);
});

it('ends with 2 and one sentence where the port is taken or the folder cannot be used', async () => {
  const world = cliWorld();
  const { process, url } = await serve(world);
  // Nobody reads its output any more; it must go on.
  process.child.stdout?.destroy();
  process.child.stderr?.destroy();
  const file = join(world.folder, 'a-file');
  writeFileSync(file, '');
  const [taken, noFolder] = await Promise.all([
    world.run(['serve', '--port', new URL(url).port]),
    world.run(['serve', '--port', '0', '--data', file]),
  ]);
  expect(taken).toMatchObject({ status: 2, stdout: '' });
  expect(taken.stderr).toMatch(/^countersign: cannot listen on 127\.0\.0\.1 port \d+: .*\n$/);
  expect(noFolder).toMatchObject({ status: 2, stdout: '' });
  expect(noFolder.stderr).toMatch(/^countersign: cannot .*a-file.*\n$/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  process.child.kill('SIGTERM');
  expect((await process.ended).status).toBe(0);
});
