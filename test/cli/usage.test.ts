import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commands, suggestionFor } from '../../src/cli/commands.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { cliWorld } from '../support/cli.ts';

it('says how to use it, as a whole and for each command, on standard output', async () => {
  const { run } = cliWorld();
  const commands = ['', 'serve', 'request', 'list', 'decide', 'audit verify', 'mcp'];
  const texts = await Promise.all(
    commands.map((name, index) =>
      run([...name.split(' ').filter(Boolean), index % 2 === 0 ? '--help' : '-h']),
    ),
  );
  for (const [index, { status, stdout, stderr }] of texts.entries()) {
    expect(stdout).toContain(`Usage: countersign ${commands[index]}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
});

it('says its version', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { status, stdout } = await cliWorld().run(['--version']);
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
});

it('refuses words that it does not know with 2, and says what may have been meant', async () => {
  const { run } = cliWorld();
  const wrong: [string[], RegExp][] = [
    [[], /^Human approval for AI agents/],
    [['audit', 'verfy'], /did you mean "countersign audit verify"\?\nSee: countersign --help\n$/],
    [['run', 'x'], /^countersign: there is no command "run"\n/],
    [['--frobnicate'], /no option "--frobnicate"/],
    [['serve', '--database', 'x'], /Unknown option '--database'\nSee: countersign serve --help\n$/],
  ];
  const answers = await Promise.all(wrong.map(([args]) => run(args)));
  for (const [index, { status, stdout, stderr }] of answers.entries()) {
    const [args, message] = wrong[index] ?? [];
    expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' });
    expect(stderr).toMatch(message ?? /never/);
  }
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

it('ends quietly when nobody reads what it prints', async () => {
  const { start } = cliWorld();
  const { child, ended } = start(['--help']);
  child.stdout?.destroy();
  const { status, stderr } = await ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
