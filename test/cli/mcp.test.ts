import { expect, it } from 'vitest';
import { cliWorld } from '../support/cli.ts';

const WITHOUT_PEER = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const missing = specifier.startsWith('@modelcontextprotocol/server');
    return next(missing ? '@modelcontextprotocol/server-missing' : specifier, context);
  },
});`;

it('serves until its input ends, ends with 2 for wrong settings or where the package is missing', async () => {
  const { start, run } = cliWorld();
  const env = { WORKSPACE_ID: 'w1' };
  const served = start(['mcp'], { env });
  served.child.stdin?.end();
  const [ended, wrong, missing] = await Promise.all([
    served.ended,
    run(['mcp']),
    run(['mcp'], {
      env,
      node: ['--import', `data:text/javascript,${encodeURIComponent(WITHOUT_PEER)}`],
    }),
  ]);
  expect(ended).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/wrong settings\n {2}WORKSPACE_ID is not set/);
  expect(missing).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'countersign: mcp needs the package @modelcontextprotocol/server; install it: npm install @modelcontextprotocol/server\n',
  });
});
