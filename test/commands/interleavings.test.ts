/** Requests, answers and frames in any order: nothing lost, nothing false. */
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryAuditLog } from '../../src/audit/index.ts';
import { createApprovals, systemEnvironment } from '../../src/index.ts';
import { commandsOf, patience, runs, SEED } from '../support/command-runs.ts';
import { SimulatedTime } from '../support/simulated-clock.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { WORKSPACE } from '../support/world.ts';
import { judge } from './askers-judge.ts';
import { AskersModel } from './askers-model.ts';
import { CountedFiles } from './counted-files.ts';
import { InterleavedPlatform } from './interleaved-platform.ts';
import { anything, type Interleaved } from './interleaving-commands.ts';

interface Run extends Interleaved {
  readonly model: AskersModel;
  readonly disk: CountedFiles;
  readonly scheduler: fc.Scheduler;
}

/** Everybody's turn, without time, until nothing is on its way any more. */
async function drain({ scheduler, disk }: Run): Promise<void> {
  for (let idle = 0; idle < 3; idle += 1) {
    await setImmediate();
    if (scheduler.count() > 0) await scheduler.waitAll();
    else if (disk.busy === 0) continue;
    idle = 0;
  }
}

/**
 * A decision that reached an open socket needs no read; and no time, except for what a create waits
 * for a connection that is being made.
 */
async function expectFramesToCount({ model, platform }: Run): Promise<void> {
  const rows = platform.rows.filter(({ id }) => platform.told.has(id) && platform.answered.has(id));
  const traces = rows.map(({ task_id }) => task_id);
  platform.time.advance(600);
  const waiting = () =>
    model.waiting.filter(({ seconds, traceId = '' }) => seconds > 60 && traces.includes(traceId));
  await expect
    .poll(waiting, { interval: 1, message: 'a decision that was told was lost' })
    .toEqual([]);
}

/** Whatever is open is granted, and time passes until all have their answer. */
async function finish(run: Run): Promise<void> {
  const { model, platform } = run;
  platform.losesAnswer = false;
  platform.refusesLists = false;
  for (let passed = 0; passed < 120 && model.waiting.length > 0; passed += 1) {
    for (const { id } of platform.pending) {
      model.say(id, 'approved', 'ann');
      platform.decide(id, 'approved', 'ann', passed % 2 === 0);
    }
    await drain(run);
    platform.time.advance(1_000);
    await drain(run);
  }
}

/** What is taken back at the close waits for its turn too. */
async function close(run: Run): Promise<void> {
  const closed = new AbortController();
  const closing = run.approvals.close().finally(() => closed.abort());
  for (let passed = 0; passed < 120 && !closed.signal.aborted; passed += 1) {
    await drain(run);
    run.platform.time.advance(1_000);
  }
  await closing;
}

describe('requests, answers and frames', () => {
  it(`in any order lose nothing and grant nothing else (seed ${SEED})`, patience, async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.commands(anything, commandsOf(24)),
        fc.record({
          dialect: fc.constantFrom('enveloped', 'flat'),
          refusesLists: fc.boolean(),
          confirmGrants: fc.boolean(),
          useWebSocket: fc.constantFrom(undefined, undefined, false),
        }),
        async (scheduler, all, { dialect, refusesLists, ...settings }) => {
          const time = new SimulatedTime();
          const platform = new InterleavedPlatform(scheduler, time, dialect);
          platform.refusesLists = refusesLists;
          const audit = memoryAuditLog({ clock: time.clock });
          const uuids: string[] = [];
          const uuid = (): string => {
            uuids.push(systemEnvironment.uuid());
            return uuids.at(-1) ?? '';
          };
          const disk = new CountedFiles();
          const { files } = disk;
          const { fetch, connect } = platform;
          const approvals = createApprovals({
            platformUrl: 'http://platform.invalid',
            workspaceId: WORKSPACE,
            configDir: folder,
            stateDir: folder,
            audit,
            environment: { ...systemEnvironment, clock: time.clock, uuid, fetch, connect, files },
            ...settings,
          });
          const model = new AskersModel();
          const run: Run = { scheduler, platform, approvals, uuids, model, disk };
          try {
            await fc.scheduledModelRun(scheduler, () => ({ model, real: run }), all);
            await drain(run);
            if (!settings.confirmGrants) await expectFramesToCount(run);
            await finish(run);
          } finally {
            await close(run);
          }
          const { rows } = platform;
          judge(model, { rows, audit: audit.records, confirmGrants: settings.confirmGrants });
        },
      ),
      runs(50),
    );
  });
});
