import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commands, suggestionFor } from '../../src/cli/commands.ts';
import { commandUsage, overview } from '../../src/cli/usage.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { cliWorld } from '../support/cli.ts';

it('knows how each command is used', () => {
  expect([...commands.keys()].filter((name) => !overview().includes(`  ${name} `))).toEqual([]);
  for (const name of commands.keys())
    expect(commandUsage(name)).toMatch(new RegExp(`\nUsage: countersign ${name}\\b.*\n`));
});

it('prints help and its version as data, and what is wrong for people', async () => {
  const { start, run } = cliWorld();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const unread = start(['--help']);
  unread.child.stdout?.destroy();
  const [help, listHelp, said, nothing, wrong, unknown, closed] = await Promise.all([
    run(['audit', 'verify', '-h']),
    run(['list', '--help']),
    run(['--version']),
    run([]),
    run(['audit', 'verfy']),
    run(['frobnicate', '--help']),
    unread.ended,
  ]);
  // 0 would say that the log is intact.
  expect(help).toEqual({ status: 2, stdout: `${commandUsage('audit verify')}\n`, stderr: '' });
  expect(listHelp).toEqual({ status: 0, stdout: `${commandUsage('list')}\n`, stderr: '' });
  expect(said).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(nothing).toEqual({ status: 2, stdout: '', stderr: `${overview()}\n` });
  expect(wrong).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'countersign: there is no command "audit verfy"; did you mean "countersign audit verify"?\n' +
      'See: countersign --help\n',
  });
  expect(unknown).toMatchObject({ status: 2, stdout: '' });
  expect(closed).toMatchObject({ status: 0, stderr: '' });
});

it('grants nothing because somebody wrote "--help" into an argument', async () => {
  const { run, auditPath } = cliWorld({ WORKSPACE_ID: 'ws-1' });
  const calls = [
    ['request', '--help'],
    ['request', '-h'],
    ['request', 'Delete everything', '--reason', '--help'],
    ['request', 'Delete everything', '--key', '-h'],
    ['request', 'Delete everything', '--help'],
    ['audit', 'verify', auditPath, '--help'],
    ['decide', 'abcd', 'approve', '--note', '-h'],
  ];
  for (const { status } of await Promise.all(calls.map((call) => run(call))))
    expect(status).toBe(2);
});

it.each([
  ['lst', 'list'],
  ['Decide', 'decide'],
  ['aud', 'audit verify'],
  ['conquer', undefined],
  ['run', undefined],
])('suggests for "%s" the command %s', (said, meant) => {
  expect(suggestionFor(said)).toBe(meant);
});

it.each([
  ['request', [], /^ACTION is missing$/],
  ['request', ['two', 'words'], /^one ACTION, not 2; put it in quotes/],
  ['request', ['x', '--frobnicate'], /^Unknown option '--frobnicate'$/],
  ['request', ['x', '--timeout'], /'--timeout <value>' argument missing/],
  ['request', ['x', '--reason', 'a', '--reason', 'b'], /^--reason is given twice$/],
  ['request', ['x', '--args', '{"a":1,"a":2}'], /the key "a" is there twice at position 8/],
  ['serve', ['--port', '70000'], /--port must be a whole number from 0 to 65535, not "70000"/],
  ['serve', ['--port', '80x'], /--port must be a whole number/],
  ['serve', ['--data', ''], /must not be empty/],
  ['serve', ['--database', 'x'], /^Unknown option '--database'$/],
  ['serve', ['here'], /serve takes options only/],
  ['list', ['all'], /list takes options only/],
  ['decide', ['abcd'], /an ID and one of approve, deny/],
  ['decide', ['abcd', 'maybe'], /"maybe" is neither "approve" nor "deny"/],
  ['audit verify', [], /FILE is missing/],
  ['mcp', ['now'], /mcp takes no words/],
])('refuses %s %j', async (name, args, message) => {
  const command = await commands.get(name)?.load();
  const refused = expect(command?.run(args)).rejects;
  await refused.toThrow(message);
  await refused.toBeInstanceOf(UsageError);
});

it('names the Node that it needs to one that is too old, and imports nothing before', async () => {
  const old = 'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })';
  const { status, stderr } = await cliWorld().run(['--version'], {
    node: ['--import', `data:text/javascript,${encodeURIComponent(old)}`],
  });
  expect(stderr).toBe(
    'countersign needs Node 22.19 or newer and found 20.20.2. Install a newer one from https://nodejs.org.\n',
  );
  expect(status).toBe(2);
});
