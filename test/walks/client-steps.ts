/** How each thing is made to happen to the real client: by opening gates, and by people. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApprovalSystem, IMPOSSIBLE, type StateName } from '../../src/testing/index.ts';
import { type ClientWorld, TIMEOUT_MS } from './client-system.ts';
import type { Way } from './gates.ts';
import { type RowEnd, STRANGE, type WalkedRow } from './walked-platform.ts';

type Steps = ApprovalSystem['steps'];

const WAITING: readonly (StateName | undefined)[] = ['awaitingWS', 'fallbackPolling'];
/** How long the live channel lets reads rest. */
const LIVE_INTERVAL_MS = 30_000;

export const clientSteps = (world: ClientWorld): Steps => ({
  ...permissionSteps(world),
  ...submissionSteps(world),
  ...personSteps(world),
  ...(world.platform.say === undefined ? {} : lyingSteps(world, world.platform.say)),
  ...networkSteps(world),
  ...endingSteps(world),
  ...withdrawalSteps(world),
});

function permissionSteps({ gates, folder, asked }: ClientWorld): Steps {
  const check = (config?: string) => (): void => {
    if (config !== undefined) writeFileSync(join(folder, 'config.yaml'), config);
    gates.permission.open('checked');
  };
  return {
    // Before that nothing would be there to be taken back.
    'the roles allow asking': async () => {
      check()();
      await until(() => gates.creates.arrived === asked.length);
    },
    'the roles forbid asking': check('rbac: { roles: [read-only] }'),
    'the roles cannot be read': check('rbac: ['),
  };
}

function submissionSteps(world: ClientWorld): Steps {
  const { gates } = world;
  const answer = (way: Way): void => {
    gates.creates.open(way);
    gates.createAnswers.open('given');
  };
  const early = async (end: RowEnd, channel: 'on' | 'off'): Promise<void> => {
    await gates.turnChannel('off');
    gates.creates.open('sent');
    await endAll(world, end);
    if (channel === 'on') await gates.turnChannel('on');
    // What a new connection reads is over by then: only a read of the wait's own is left.
    await delay(20);
    gates.createAnswers.open('given');
  };
  return {
    'submitted, channel live': async () => {
      await gates.turnChannel('on');
      answer('sent');
    },
    'submitted, channel down': async () => {
      await gates.turnChannel('off');
      answer('sent');
    },
    'the submission is refused': () => answer('refused'),
    'approved before the create is answered, channel live': () => early('approved', 'on'),
    'denied before the create is answered, channel down': () => early('denied', 'off'),
  };
}

function personSteps(world: ClientWorld): Steps {
  const { platform } = world;
  const end = (how: RowEnd) => async () => {
    const rows = await ourRows(world);
    const isPending = rows.length > 0 && rows.every((row) => row.end === undefined);
    // A row that is stored already and not known yet: see the stories.
    if (!isPending || world.state() === 'submitting') return IMPOSSIBLE;
    for (const row of rows) await platform.end(row, how);
    return undefined;
  };
  return {
    'a person approves': end('approved'),
    ...(platform.namesDigest
      ? { 'a person approves, and the digest is the one asked': end('approved') }
      : {}),
    'a person denies': end('denied'),
    'the platform expires it': end('expired'),
    'somebody else withdraws it': end('withdrawn'),
    'an approval of another request': () => platform.approveStranger(),
  };
}

/** Frames that no row is behind. */
function lyingSteps(world: ClientWorld, say: (frame: object) => void): Steps {
  const frames = (fieldsOf: (row: WalkedRow) => object) => async () => {
    const rows = await ourRows(world);
    // Only a channel that is open can be lied to.
    if (rows.length === 0 || world.gates.openSockets === 0) return IMPOSSIBLE;
    const frame = { event: 'APPROVAL_DECIDED', status: 'approved', decided_by: 'mallory' };
    for (const row of rows) say({ ...frame, approval_id: row.id, ...fieldsOf(row) });
    return undefined;
  };
  return {
    'an approval of other arguments': frames(() => ({ digest: `sha256:${'b'.repeat(64)}` })),
    'an approval of edited arguments': frames(() => ({ edited_args: { table: 'orders' } })),
    'an approval of the same id in another case': frames(({ id }) => ({
      approval_id: id.toUpperCase(),
    })),
  };
}

function networkSteps(world: ClientWorld): Steps {
  const { gates, platform } = world;
  return {
    'the channel is lost': () => (gates.openSockets === 0 ? IMPOSSIBLE : gates.turnChannel('off')),
    'the channel is live': () =>
      gates.openSockets > 0 || !WAITING.includes(world.state())
        ? IMPOSSIBLE
        : gates.turnChannel('on'),
    'approved while the channel is lost': async () => {
      // A read that passed the gate before it was closed would tell too early.
      await until(() => !gates.isReading);
      gates.reads = gates.newReads();
      await gates.turnChannel('off');
      for (const row of await ourRows(world)) await platform.end(row, 'approved');
      await until(() => world.state() === 'fallbackPolling');
      await gates.turnChannel('on');
      await until(() => world.state() === 'awaitingWS');
      gates.reads.open('read');
    },
    'the wait fails': () => {
      if (!WAITING.includes(world.state())) return IMPOSSIBLE;
      gates.lies = true;
      gates.clock.sleep(LIVE_INTERVAL_MS, LIVE_INTERVAL_MS);
      return undefined;
    },
  };
}

function endingSteps({ gates, asked, state }: ClientWorld): Steps {
  return {
    'the deadline passes': () => {
      // A withdrawal that sleeps has no time left.
      if (state() === 'withdrawing') return IMPOSSIBLE;
      gates.clock.sleep(TIMEOUT_MS + 1_000);
      return undefined;
    },
    'the caller withdraws': () => {
      if (asked.some(({ controller }) => controller.signal.aborted)) return IMPOSSIBLE;
      for (const { controller } of asked) controller.abort();
      return undefined;
    },
  };
}

function withdrawalSteps(world: ClientWorld): Steps {
  const { gates } = world;
  /** @param ends how the rows may have ended before; @param late how they end just before */
  const release = (way: Way, ends: readonly (RowEnd | undefined)[], late?: RowEnd) => async () => {
    const isSubmitted = gates.createAnswers.way !== undefined;
    const rows = await ourRows(world);
    if (isSubmitted && !rows.every(({ end }) => ends.includes(end))) return IMPOSSIBLE;
    gates.creates.open('sent');
    if (late !== undefined) await endAll(world, late);
    gates.createAnswers.open('given');
    gates.withdrawals.open(way);
    return undefined;
  };
  return {
    'taken back': release('sent', [undefined, 'withdrawn']),
    'too late: decided': release('sent', [undefined, 'approved', 'denied'], 'approved'),
    'too late: expired': release('sent', [undefined, 'expired'], 'expired'),
    'nobody knows': release('lost', [undefined]),
    'there was nothing to take back': () => {
      if (gates.createAnswers.way !== undefined) return IMPOSSIBLE;
      gates.creates.open('refused');
      gates.createAnswers.open('given');
      return undefined;
    },
  };
}

const ourRows = async ({ platform }: ClientWorld): Promise<readonly WalkedRow[]> =>
  (await platform.rows()).filter(({ action }) => action !== STRANGE);

/** Ends the row of everybody who asks, as soon as it is there. */
async function endAll(world: ClientWorld, end: RowEnd): Promise<void> {
  await until(async () => (await ourRows(world)).length === world.asked.length);
  for (const row of await ourRows(world))
    if (row.end === undefined) await world.platform.end(row, end);
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(2);
}
