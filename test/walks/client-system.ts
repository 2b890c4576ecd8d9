/** The real client as a system to walk: over a platform, asked by a program or through an adapter. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createApprovals } from '../../src/index.ts';
import type { ApprovalSystem, ObservedApproval, StateName } from '../../src/testing/index.ts';
import { type Asker, type End, type MakeAsker, program } from './askers.ts';
import { clientSteps } from './client-steps.ts';
import { Gates } from './gates.ts';
import { quickFolder } from './quick-folder.ts';
import { type WalkedPlatform, WORKSPACE } from './walked-platform.ts';

export interface ClientSystemOptions {
  readonly platform: () => Promise<WalkedPlatform>;
  /** Default: a program that uses the client itself. */
  readonly asker?: MakeAsker;
  /** How many ask at once, each for an action of its own. Default 1. */
  readonly askers?: number;
}

/** One who asks, and what can be seen of it. */
interface Asked {
  readonly action: string;
  readonly controller: AbortController;
  state: StateName | undefined;
  knowsId: boolean;
  end: End | undefined;
}

async function told(one: Asked, asker: Asker): Promise<void> {
  one.end = await asker.ask(one.action, one.controller.signal);
}

/** What the steps work on. */
export interface ClientWorld {
  readonly gates: Gates;
  readonly platform: WalkedPlatform;
  readonly folder: string;
  readonly asked: readonly Asked[];
  /** Where the approvals are; all of them are told the same. */
  readonly state: () => StateName | undefined;
}

/** Longer than any walk. */
export const TIMEOUT_MS = 300_000;

export async function clientSystem({
  platform: makePlatform,
  asker: makeAsker = program,
  askers = 1,
}: ClientSystemOptions): Promise<ApprovalSystem> {
  const gates = new Gates();
  const platform = await makePlatform();
  const { path: folder, remove } = quickFolder();
  const auditLogPath = join(folder, 'audit.jsonl');
  const approvals = createApprovals({
    platformUrl: platform.url,
    workspaceId: WORKSPACE,
    configDir: folder,
    stateDir: folder,
    auditLogPath,
    timeout: TIMEOUT_MS / 1_000,
    pollInterval: '20ms',
    // Of two who wait, one sleeps.
    awakeAtMost: 1,
    environment: gates.environment,
  });
  const asker = await makeAsker(approvals);
  const asked = Array.from({ length: askers }, (_, index): Asked => {
    const action = `Drop table users ${index + 1}`;
    return {
      action,
      controller: new AbortController(),
      state: undefined,
      knowsId: false,
      end: undefined,
    };
  });
  approvals.on('state', ({ action, state, approvalId }) => {
    const one = asked.find((other) => other.action === action);
    if (one !== undefined) Object.assign(one, { state, knowsId: approvalId !== null });
  });
  for (const one of asked) void told(one, asker);
  const world = { gates, platform, folder, asked, state: () => asked[0]?.state };
  return {
    steps: clientSteps(world),
    byItself: ({ state }) =>
      // What was never sent cannot be held back.
      state === 'withdrawing' && gates.permission.way === undefined
        ? 'there was nothing to take back'
        : undefined,
    approver: platform.approver,
    observe: async () => {
      const rows = await platform.rows();
      const records = existsSync(auditLogPath) ? readRecords(auditLogPath) : [];
      return asked.map(
        (one): ObservedApproval => ({
          status: 'waiting',
          state: one.state,
          knowsId: one.knowsId,
          decidedBy: null,
          cause: null,
          ...one.end,
          audit: records
            .filter(({ resource, outcome }) => resource === one.action && outcome !== LIE_NOTICED)
            .map(({ outcome }) => outcome),
          pending: rows.filter(({ action, end }) => action === one.action && end === undefined)
            .length,
          sockets: gates.openSockets,
          readsAtOnce: gates.readsAtOnce,
        }),
      );
    },
    close: async () => {
      gates.openAll();
      await asker.close?.();
      await approvals.close();
      await platform.close();
      remove();
    },
  };
}

/** Recorded beside the approval, where a frame and a row said different things. */
const LIE_NOTICED = 'platform_inconsistent';

const recordSchema = z.object({ resource: z.string(), outcome: z.string() });

const readRecords = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => recordSchema.parse(JSON.parse(line)));
