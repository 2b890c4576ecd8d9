/** The whole story: a platform, an agent that asks, somebody who decides, and what became of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApprovals } from 'countersign';
import type { Platform } from 'countersign/platform';
import { type ScriptedDecision, scriptedApprover } from 'countersign/testing';
import { type Ending, sendAgent } from './agent.ts';
import { exists, listFiles, makeReports } from './folder.ts';
import type { Options } from './options.ts';
import { startPlatform } from './platform.ts';
import { showAudit, showEnding, showRequest, showSignIn, showWaiting } from './show.ts';

interface Places {
  /** Of the agent: what it wants to delete. */
  readonly reports: string;
  /** Of the platform: its store and the approver's token. */
  readonly data: string;
  readonly audit: string;
}

/** @returns whether what happened is what was decided */
export async function demo(options: Options, signal: AbortSignal): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-start-'));
  const places = {
    reports: join(home, 'old-reports'),
    data: join(home, 'platform'),
    audit: `${home}.audit.jsonl`,
  };
  try {
    return await play(options, places, signal);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function play(options: Options, places: Places, signal: AbortSignal): Promise<boolean> {
  await makeReports(places.reports);
  await using platform = await startPlatform(places.data, options.port);
  await using approvals = createApprovals({
    platformUrl: platform.url,
    workspaceId: 'cleanup-agent',
    timeout: options.timeout,
    auditLogPath: places.audit,
    configDir: places.data,
    stateDir: places.data,
    // What is set for a real platform must not be sent to this one.
    token: '',
  });
  const folder = { path: places.reports, files: await listFiles(places.reports) };
  showSignIn(platform.signInUrl);
  showRequest(folder);

  await using script = options.decide && startScript(platform, options.decide);
  const waiting = showWaiting(approvals, options.decide);
  const ending = await sendAgent(approvals, folder, signal).finally(() => waiting.end());
  await script?.stop();

  const gone = !(await exists(folder.path));
  showEnding(ending, gone);
  const intact = await showAudit(places.audit);
  return intact && isAsDecided(ending, gone, options.decide);
}

/** In place of a person: decides through the platform's HTTP interface, as the page does. */
const startScript = ({ url, approverToken }: Platform, decide: ScriptedDecision) =>
  scriptedApprover({ url, token: approverToken, decide });

const EXPECTED = { approve: 'granted', deny: 'denied', none: 'timeout' } as const;

function isAsDecided(ending: Ending, gone: boolean, decide: Options['decide']): boolean {
  if (gone !== (ending.status === 'granted')) return false;
  return decide === undefined ? ending.status !== 'failed' : ending.status === EXPECTED[decide];
}
