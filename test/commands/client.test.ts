/** Whatever happens on the way, each asker gets what the platform said, and nothing is left. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectCleanFinish, openHandles } from '../../src/testing/index.ts';
import { commandsOf, patience, runs, SEED } from '../support/command-runs.ts';
import { judge } from './askers-judge.ts';
import { AskersModel } from './askers-model.ts';
import { anything, endRow } from './client-commands.ts';
import { type ClientWorld, clientWorld } from './client-world.ts';

/** Asker 0 keeps the channel open from the start. */
async function open(model: AskersModel, { approvals, platform }: ClientWorld): Promise<void> {
  model.ask(approvals, { content: 0, seconds: 600 });
  await platform.waitForRow();
  await platform.waitForSockets(1);
}

/** Everything works again; who waits for a forgotten row gives up, all other rows are decided. */
async function heal(model: AskersModel, real: ClientWorld): Promise<void> {
  const { platform } = real;
  platform.refuseUpgrades(undefined);
  platform.dropSockets();
  const waitsInVain = model.forgotten.size > 0;
  await expect
    .poll(
      () => {
        if (waitsInVain) for (const asked of model.waiting) asked.giveUp();
        for (const { id, status } of platform.rows())
          if (status === 'pending' && !waitsInVain) endRow(model, real, id, 'approved', false);
        return model.waiting.map(({ number }) => number);
      },
      { interval: 10, timeout: 15_000, message: 'askers without an answer' },
    )
    .toEqual([]);
}

describe('the client', () => {
  it(`gives each asker what the platform said (seed ${SEED})`, patience, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands(anything, commandsOf(24)),
        fc.record({
          confirmGrants: fc.boolean(),
          dialect: fc.constantFrom('flat', 'enveloped'),
        }),
        async (all, settings) => {
          const before = openHandles();
          const model = new AskersModel();
          await using real = await clientWorld(settings);
          await open(model, real);
          await fc.asyncModelRun(() => ({ model, real }), all);
          await heal(model, real);
          await real.approvals.close();
          judge(model, { ...real.evidence(), confirmGrants: settings.confirmGrants });
          await real.platform.close();
          await expectCleanFinish(before);
        },
      ),
      runs(6),
    );
  });
});
