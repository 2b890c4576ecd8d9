import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { openAuditLog } from '../../src/index.ts';
import { type CliWorld, cliWorld, jsonLines } from '../support/cli.ts';

let world: CliWorld;
const file = (name: string): string => join(world.folder, name);

/** A log of three records. */
async function writeLog(path: string, hmacKey?: string): Promise<void> {
  const log = await openAuditLog({ path, hmacKey });
  for (const outcome of ['allowed', 'requested', 'granted'])
    log.append({
      event_type: 'approval',
      workspace_id: 'w1',
      actor: 'w1',
      action: 'approve',
      resource: 'x',
      outcome,
      trace_id: 't',
      extras: {},
    });
  await log.close();
}

beforeEach(async () => {
  world = cliWorld();
  await writeLog(file('intact'));
  copyFileSync(file('intact'), file('torn'));
  appendFileSync(file('torn'), '{"timestamp":"2026-');
  const text = readFileSync(file('intact'), 'utf8');
  writeFileSync(file('edited'), text.replace('"requested"', '"granted"'));
});

it('prints a line a file and ends with 0 where all are intact, be the last line torn', async () => {
  const { status, stdout, stderr } = await world.run([
    'audit',
    'verify',
    file('intact'),
    file('torn'),
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    `${file('intact')}: intact, 3 records in 1 chain`,
    `${file('torn')}: intact, 3 records in 1 chain; line 4, the last, is torn: a crash or a write under way`,
    '',
  ]);
});

it('ends with 1 for tampering and 2 for what it cannot read; tampering is the worse news', async () => {
  const [unreadable, both] = await Promise.all([
    world.run(['audit', 'verify', file('intact'), file('missing')]),
    world.run(['audit', 'verify', '--json', file('missing'), file('edited'), file('intact')]),
  ]);
  expect([unreadable.status, both.status]).toEqual([2, 1]);
  expect(unreadable.stdout).toMatch(/missing: cannot be read: ENOENT/);
  expect(jsonLines(both.stdout)).toMatchObject([
    { file: file('missing'), status: 'unreadable', error: expect.any(String) },
    { file: file('edited'), status: 'tampered', first_problem: { line: 2, kind: 'edited' } },
    { file: file('intact'), status: 'intact', records: 3, chains: 1 },
  ]);
});

it('checks with AUDIT_HMAC_KEY, and names the first bad line', async () => {
  await writeLog(file('keyed'), 'a key');
  const args = ['audit', 'verify', file('keyed'), file('intact')];
  const { status, stdout } = await world.run(args, { env: { AUDIT_HMAC_KEY: 'a key' } });
  expect(status).toBe(1);
  expect(stdout).toMatch(/^.*keyed: intact, 3 records/);
  expect(stdout).toMatch(
    /intact: TAMPERED, first at line 1 \(edited\): .*written without a key\n$/,
  );
});
