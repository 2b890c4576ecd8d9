/**
 * Packs the package as it would be published and looks at it from outside: publint, attw, and an
 * installation in an empty folder whose public entries are imported and whose command is run, and
 * in a project that embeds the machine.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MAY_LOAD } from '../test/support/may-load.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-package-'));
const run = (command, args, cwd = process.cwd()) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** The adapters need packages that are not installed here. */
function expectToLoad(entry, most) {
  if (/langchain|mcp/.test(entry)) return;
  const hook = join(import.meta.dirname, '..', 'test', 'support', 'loaded-modules.ts');
  const args = ['--import', pathToFileURL(hook).href, '--input-type=module', '-e'];
  const { stderr } = spawnSync(process.execPath, [...args, `import '${entry}'`], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { ours } = JSON.parse(stderr);
  if (ours.join() !== most.join()) throw new Error(`${entry} loads ${ours}; it may load ${most}`);
}

const TRY = `
import { createApprovals, requestApproval, toToolResult } from 'countersign';
import { approvalMachine } from 'countersign/machine';
import { redact } from 'countersign/inspect';
import { createPlatform } from 'countersign/platform';
import { scriptedApprover } from 'countersign/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-try-'));
const platform = createPlatform({ dataDir, port: 0 });
await platform.listen();
const approver = scriptedApprover({ url: platform.url, token: platform.approverToken, decide: 'approve' });
const outcome = await requestApproval('Try the package', 'It was just installed', {
  platformUrl: platform.url,
  workspaceId: 'package-check',
  auditLogPath: join(dataDir, 'audit.jsonl'),
  timeout: '20s',
});
await approver.stop();
await platform.close();
rmSync(dataDir, { recursive: true, force: true });
if (!outcome.approved || typeof createApprovals !== 'function' || approvalMachine.id !== 'approval')
  throw new Error(JSON.stringify(toToolResult(outcome)));
if (redact({ token: 'x' }).token !== '[secret]') throw new Error('a secret is shown');
process.stdout.write(\`the installed package asked and was answered on Node \${process.versions.node}\\n\`);
`;

try {
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]),
  );
  const tarball = join(folder, filename);
  process.stdout.write(run('npx', ['--no-install', 'publint', 'run', tarball, '--strict']));
  process.stdout.write(
    run('npx', [
      '--no-install',
      'attw',
      tarball,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      '--no-color',
    ]),
  );
  writeFileSync(
    join(folder, 'package.json'),
    '{"name":"try","private":true,"type":"module","allowScripts":{"node":true}}\n',
  );
  writeFileSync(join(folder, 'try.js'), TRY);
  run('npm', ['install', '--no-audit', '--no-fund', tarball], folder);
  process.stdout.write(run(process.execPath, ['try.js'], folder));
  process.stdout.write(run('npx', ['--no-install', 'countersign', '--version'], folder));
  run('npx', ['--no-install', 'countersign', 'inspect', '--print', 'approval'], folder);
  for (const [entry, most] of Object.entries(MAY_LOAD)) expectToLoad(entry, most);
  for (const page of ['page', 'inspect-page'])
    if (!existsSync(join(folder, 'node_modules/countersign/dist', page, 'index.html')))
      throw new Error(`the package lacks dist/${page}; was it built?`);
  // Somebody's project outside of this one, which replaces services and walks what it made of them.
  const embedding = join(folder, 'embedding');
  cpSync(join('examples', 'embedding'), embedding, { recursive: true });
  run('npm', ['install', '--no-audit', '--no-fund', tarball], embedding);
  process.stdout.write(run(process.execPath, ['--test'], embedding));
  // The oldest Node that the package promises to work on.
  run('npm', ['install', '--no-audit', '--no-fund', 'node@22'], folder);
  process.stdout.write(run(join(folder, 'node_modules', '.bin', 'node'), ['try.js'], folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
