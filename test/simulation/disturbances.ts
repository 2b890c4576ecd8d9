/** What comes over a world at some moment, for some time: outages, sleep, restored databases. */
import { decidedFrame } from '../../src/testing/fake/frames.ts';
import type { Disk } from './disk.ts';
import type { FaultMix, FaultName } from './fault-mix.ts';
import type { Ledger } from './ledger.ts';
import type { LiveNetwork } from './live-network.ts';
import { type MachineTime, START_OF_TIME } from './machine-time.ts';
import type { ModelPlatform } from './model-platform.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface DisturbanceOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: FaultMix;
  readonly trace: Trace;
  readonly ledger: Ledger;
  readonly platform: ModelPlatform;
  readonly live: LiveNetwork;
  readonly time: MachineTime;
  readonly disk: Disk;
  readonly slots: readonly string[];
  readonly workspaceId: string;
  /** Until when, true time. */
  readonly untilMs: number;
}

const LANE = 1_000_002;
const HOUR_MS = 3_600_000;
const WINDOW_ROWS = 55;
export const TOKEN_PATH = '/configs/.auth_token';

/** Plans all that this run has. */
export function planDisturbances(options: DisturbanceOptions): void {
  const plans: Partial<Record<FaultName, () => void>> = {
    'platform.outage': () => outage(options),
    'platform.partition': () => partition(options),
    'platform.forgot': () => forget(options),
    'platform.restored': () => restore(options),
    'platform.window': () => fillWindow(options),
    'platform.unauthorized': () => rotateToken(options),
    'clock.stepped': () => stepClock(options),
    'machine.slept': () => sleep(options),
    'socket.closed': () => options.live.disturb('closed'),
    'socket.reset': () => options.live.disturb('reset'),
    'socket.half_open': () => options.live.disturb('half open'),
    'socket.garbage': () => options.live.sendGarbage(),
    'socket.foreign': () => sendForeign(options),
  };
  const { faults, random, scheduler, untilMs } = options;
  for (const [name, disturb] of Object.entries(plans)) {
    if (!faults.names.some((each) => each === name)) continue;
    const times = random.pick([1, 1, 2, 4]);
    for (let time = 0; time < times; time += 1)
      scheduler.at(random.between(0, untilMs), LANE, () => {
        if (!faults.isHealed) disturb();
      });
  }
}

function outage({ platform, scheduler, random, trace, live }: DisturbanceOptions): void {
  trace.hit('platform.outage');
  trace.add('platform', 'is down');
  platform.isDown = true;
  if (random.chance(0.7)) live.disturb('reset');
  scheduler.after(random.between(500, 40_000), LANE, () => {
    trace.add('platform', 'is up');
    platform.isDown = false;
  });
}

function partition({ platform, scheduler, random, trace, slots }: DisturbanceOptions): void {
  const slot = slots[random.between(0, slots.length - 1)] ?? '';
  trace.hit('platform.partition');
  trace.add(slot, 'is cut off');
  platform.cutOff.add(slot);
  scheduler.after(random.between(500, 30_000), LANE, () => {
    trace.add(slot, 'is connected again');
    platform.cutOff.delete(slot);
  });
}

function forget({ platform, ledger, trace }: DisturbanceOptions): void {
  trace.hit('platform.forgot_rows');
  trace.add('platform', 'forgets every row');
  ledger.platformForgot = true;
  platform.rows.clear();
}

function restore({ platform, ledger, scheduler, random, trace }: DisturbanceOptions): void {
  const back = platform.rows.backUp();
  scheduler.after(random.between(100, 15_000), LANE, () => {
    trace.hit('platform.restored');
    trace.add('platform', 'is restored from a back-up');
    ledger.platformForgot = true;
    back();
  });
}

/** Other agents of the same workspace ask so much that our rows leave the list. */
function fillWindow({ platform, ledger, trace, workspaceId }: DisturbanceOptions): void {
  trace.hit('platform.window_filled');
  trace.add('platform', 'has many other rows');
  ledger.windowFilled = !platform.isOwn;
  for (let row = 0; row < WINDOW_ROWS; row += 1)
    platform.rows.insert({ workspaceId, action: 'other', taskId: `other ${row}` });
}

/** The new token counts a while before or after it is in the file. */
function rotateToken(options: DisturbanceOptions): void {
  const { platform, scheduler, random, trace, disk } = options;
  if (platform.quirks.requireToken === undefined) return;
  trace.hit('platform.token_rotated');
  trace.add('platform', 'rotates the token');
  const token = `token-${random.bits()}`;
  platform.quirks.requireToken = token;
  scheduler.after(random.between(0, 5_000), LANE, () =>
    put(disk, TOKEN_PATH, platform.quirks.requireToken ?? token),
  );
}

function stepClock({ time, random, trace, ledger }: DisturbanceOptions): void {
  const ms = random.pick([-HOUR_MS, HOUR_MS, -1_000, 1_000, 30 * HOUR_MS]);
  const isWaiting = ledger.waiting().length > 0;
  trace.add('clock', `is set by ${ms}`);
  if (isWaiting)
    trace.hit(ms > 0 ? 'clock.stepped_forward_while_waiting' : 'clock.stepped_back_while_waiting');
  time.step(ms);
}

function sleep({ time, random, trace, ledger, scheduler, live }: DisturbanceOptions): void {
  const ms = random.pick([2_000, 20_000, 90_000, 2 * HOUR_MS]);
  trace.add('machine', `sleeps for ${ms}`);
  const waiting = ledger.waiting();
  if (waiting.length > 0) trace.hit('machine.slept_while_waiting');
  if (waiting.some(({ at, timeoutMs }) => at + timeoutMs < scheduler.now + ms))
    trace.hit('machine.slept_past_a_deadline');
  if (ms > 30_000 || random.chance(0.5)) live.disturb(random.pick(['reset', 'half open']));
  time.sleep(ms);
}

/** Frames about others, and about our rows in the name of another workspace. */
function sendForeign({ live, platform, random, trace, scheduler }: DisturbanceOptions): void {
  trace.hit('frame.foreign');
  const now = START_OF_TIME + scheduler.now;
  for (const row of platform.rows.pending().slice(0, 5)) {
    const lie = { ...row, status: 'approved', decided_by: 'mallory' } as const;
    const other = random.chance(0.5)
      ? { ...lie, workspace_id: 'another workspace' }
      : { ...lie, id: row.id.toUpperCase() };
    live.send(decidedFrame(other, 'enveloped', now));
  }
}

/** Writes a small file that nothing can take away again. */
export function put(disk: Disk, path: string, text: string): void {
  disk.plant(path, Buffer.from(text, 'utf8'));
}
