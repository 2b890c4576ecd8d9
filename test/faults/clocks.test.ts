/** Clocks that jump while somebody waits: the deadline is measured, and nobody's time decides. */
import { describe, expect, it, vi } from 'vitest';
import { type Environment, systemEnvironment } from '../../src/index.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const ASK = { action: 'Drop table users' };

interface Clocks {
  readonly environment: Environment;
  /** How far the wall clock was set forward, milliseconds. */
  wallMs: number;
  /** How long the machine slept, milliseconds. */
  sleptMs: number;
}

function clocks(): Clocks {
  const { clock } = systemEnvironment;
  const set: Clocks = {
    wallMs: 0,
    sleptMs: 0,
    environment: {
      ...systemEnvironment,
      clock: {
        ...clock,
        now: () => clock.now() + set.wallMs + set.sleptMs,
        monotonic: () => clock.monotonic() + set.sleptMs,
      },
    },
  };
  return set;
}

describe('the deadline', () => {
  it.each([
    ['back by an hour', -HOUR_MS],
    ['forward by an hour', HOUR_MS],
    ['by a leap second', 1_000],
  ])('F55 holds when the clock is set %s', async (_, wallMs) => {
    const platform = await fakePlatform();
    const set = clocks();
    const { environment } = set;
    const { approvals } = requestingSide(platform.url, { environment });
    const startedAt = performance.now();
    const [asked, other] = [
      approvals.request({ ...ASK, timeout: '1s' }),
      approvals.request({ action: 'Deploy' }),
    ];
    const { id } = await platform.waitForRow(({ action }) => action === 'Deploy');
    set.wallMs = wallMs;
    expect(await asked).toMatchObject({ status: 'timeout' });
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    platform.decide(id, 'approved');
    expect(await other).toMatchObject({ status: 'granted' });
  });

  it.each([
    ['back', -HOUR_MS],
    ['forward', HOUR_MS],
  ])(
    'F55 holds when the clock is set %s while the request is being prepared',
    async (_, wallMs) => {
      const platform = await fakePlatform();
      const set = clocks();
      const { files } = systemEnvironment;
      const readdir: typeof files.readdir = (path) => {
        set.wallMs = wallMs;
        return files.readdir(path);
      };
      const environment = { ...set.environment, files: { ...files, readdir } };
      const deadlines: number[] = [];
      const { approvals } = requestingSide(platform.url, { environment, timeout: '5m' });
      approvals.on('state', ({ deadlineAt }) =>
        deadlines.push(deadlineAt - environment.clock.now()),
      );
      // What a process before this one left under the key is looked for first.
      const asked = approvals.request({ ...ASK, key: 'drop users' });
      platform.decide((await platform.waitForRow()).id, 'approved');
      expect(await asked).toMatchObject({ status: 'granted' });
      expect(set.wallMs).toBe(wallMs);
      for (const leftMs of deadlines) expect(leftMs).toBeGreaterThan(200_000);
      for (const leftMs of deadlines) expect(leftMs).toBeLessThanOrEqual(300_000);
    },
  );

  it('F55 has passed when the machine slept through it: what comes then grants nothing', async () => {
    const platform = await fakePlatform();
    const set = clocks();
    const { environment } = set;
    const { approvals, outcomes } = requestingSide(platform.url, { environment, timeout: '1h' });
    const asked = approvals.request(ASK);
    const { id } = await platform.waitForRow();
    await vi.waitFor(() => expect(outcomes()).toContain('requested'));
    set.sleptMs = 2 * HOUR_MS;
    platform.decide(id, 'approved');
    expect(await asked).toMatchObject({ status: 'timeout', cause: 'decided_late' });
  });

  it.each([
    ['a day ahead', 24 * HOUR_MS],
    ['a day behind', -24 * HOUR_MS],
  ])('F55 is not the business of a platform whose clock is %s', async (_, skewMs) => {
    const platform = await fakePlatform({ now: () => Date.now() + skewMs });
    const { approvals } = requestingSide(platform.url);
    const asked = approvals.request(ASK);
    platform.decide((await platform.waitForRow()).id, 'approved', 'alice');
    expect(await asked).toMatchObject({ status: 'granted', decidedBy: 'alice' });
  });
});
