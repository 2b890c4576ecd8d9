/** The walker itself, over machines and systems with something wrong in them. */
import { describe, expect, it } from 'vitest';
import { fromPromise } from 'xstate';
import { type ApprovalRequest, approvalMachine, type Permission } from '../../machines/index.ts';
import {
  type ApprovalSystem,
  approvalPaths,
  IMPOSSIBLE,
  machineSystem,
  type ObservedApproval,
  type StepName,
  type TestApprovalsOptions,
  testApprovals,
  WalkError,
} from '../../src/testing/index.ts';

const QUICK = {
  paths: 'shortest',
  quietMs: 0,
  patienceMs: 50,
  seed: 7,
  walks: 5,
  atOnce: 4,
} as const;
/** Where nothing is wrong, nothing is waited for: only a busy machine is. */
const STEADY = { ...QUICK, patienceMs: 10_000 } satisfies TestApprovalsOptions;

const machine = (): ApprovalSystem => machineSystem(approvalMachine);

/** A system whose approval is seen as something else. */
const seenAs =
  (change: (seen: ObservedApproval) => ObservedApproval): (() => ApprovalSystem) =>
  () => {
    const system = machine();
    return {
      ...system,
      observe: async () => [await system.observe()].flat().map(change),
    };
  };

async function findingOf(
  makeSystem: () => ApprovalSystem,
  options: TestApprovalsOptions = {},
): Promise<WalkError> {
  const found: unknown = await testApprovals(makeSystem, { ...QUICK, ...options }).catch(
    (error: unknown) => error,
  );
  if (!(found instanceof WalkError)) throw new Error(`found nothing: ${String(found)}`);
  return found;
}

const permits = (status: 'allowed' | 'denied') =>
  approvalMachine.provide({
    actors: {
      checkPermission: fromPromise<Permission, ApprovalRequest>(async () => ({
        status,
        roles: ['ours'],
      })),
    },
  });

/** A system whose service settles, and says nothing of it. */
const silent = (): ApprovalSystem => machineSystem(permits('allowed'));

/** A system that speaks of a step that is none. */
const astray = (): ApprovalSystem =>
  machineSystem(approvalMachine, { byItself: () => JSON.parse('"no"') });

/** Every step that random walks of this seed were told to make. */
const ways = async (seed: number): Promise<string> => {
  const said: string[] = [];
  const watched = (): ApprovalSystem => {
    const system = machine();
    const steps = Object.entries(system.steps).map(([name, make]) => [
      name,
      () => {
        said.push(name);
        return make();
      },
    ]);
    return { ...system, steps: Object.fromEntries(steps) };
  };
  await testApprovals(watched, { ...STEADY, paths: 'none', seed });
  return said.join(' → ');
};

/** A system that cannot be closed. */
const stuck = (): ApprovalSystem => ({
  ...machine(),
  close: () => Promise.reject(new Error('still in use')),
});

/** A system that is seen somewhere else at first. */
const late = (): ApprovalSystem => {
  const system = machine();
  let looks = 0;
  return {
    ...system,
    observe: async () => {
      looks += 1;
      const [seen] = [await system.observe()].flat();
      const isLate = looks % 3 !== 0 && looks < 9;
      return isLate ? { status: 'failed' } : (seen ?? { status: 'failed' });
    },
  };
};

/** A system that cannot poll, and where the caller cannot give up. */
const lame = (): ApprovalSystem => {
  const { steps, ...rest } = machine();
  const { 'the channel is lost': _lost, 'submitted, channel down': _down, ...others } = steps;
  return { ...rest, steps: { ...others, 'the caller withdraws': () => IMPOSSIBLE } };
};

describe('the paths', () => {
  it('say in sentences what happens, and what must be seen then', () => {
    const path = approvalPaths().find(
      ({ name }) => name === 'the roles allow asking → submitted, channel live → a person approves',
    );
    expect(path?.start).toMatchObject({ status: 'waiting', state: 'rbacCheck', audit: [] });
    expect(path?.steps.map(({ expected }) => expected.state)).toEqual([
      'submitting',
      'awaitingWS',
      'granted',
    ]);
    expect(path?.steps.at(-1)?.expected).toEqual({
      status: 'granted',
      state: 'granted',
      knowsId: true,
      decidedBy: 'alice@example.com',
      cause: null,
      audit: ['allowed', 'requested', 'granted'],
      pending: 0,
      sockets: 0,
      readsAtOnce: 1,
    });
  });

  it('lead everywhere, the shortest ones once to each situation', () => {
    const shortest = approvalPaths({ kind: 'shortest' });
    expect(shortest.length).toBeLessThan(approvalPaths().length);
    const reached = new Set(shortest.map(({ steps }) => steps.at(-1)?.expected.status));
    expect(reached).toEqual(
      new Set(['denied', 'failed', 'granted', 'timeout', 'waiting', 'withdrawn']),
    );
  });
});

describe('the walker', () => {
  it('finds the shortest walk to what is wrong, and prints it as numbered sentences', async () => {
    const grants = seenAs((seen) =>
      seen.audit?.includes('fallback') === true && seen.status === 'denied'
        ? { ...seen, status: 'granted' }
        : seen,
    );
    const { walk, message, divergence } = await findingOf(grants, { paths: 'none', walks: 200 });
    expect(walk).toEqual([
      'the roles allow asking',
      'submitted, channel live',
      'the channel is lost',
      'a person denies',
    ] satisfies StepName[]);
    expect(divergence.differences).toEqual([
      { field: 'status', expected: 'denied', seen: 'granted' },
    ]);
    expect(message).toContain('  4. a person denies\n  status: expected denied, seen granted');
    expect(message).toContain('the seed is 7');
  });

  it('walks again what a failure prints', async () => {
    const wrong = seenAs((seen) => ({ ...seen, decidedBy: null }));
    const { walk } = await findingOf(wrong);
    expect((await findingOf(wrong, { only: walk })).walk).toEqual(walk);
    expect(String(await testApprovals(machine, { ...STEADY, only: walk }))).toContain('1 walks');
  });

  it('goes the same random ways with the same seed', async () => {
    expect(await ways(3)).toBe(await ways(3));
    expect(await ways(3)).not.toBe(await ways(4));
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no hands')), '"a person denies" threw: no hands'],
    ['hangs', () => new Promise(() => undefined), 'did not come to an end within 50 ms'],
  ])('names a step that %s', async (_, make, said) => {
    const system = (): ApprovalSystem => {
      const { steps, ...rest } = machine();
      return { ...rest, steps: { ...steps, 'a person denies': make } };
    };
    const { message } = await findingOf(system);
    expect(message).toContain(said);
  });

  it('closes every system once, and tells where one cannot be closed', async () => {
    const open = { now: 0 };
    const counted = (): ApprovalSystem => {
      open.now += 1;
      const system = machine();
      return {
        ...system,
        close: () => {
          open.now -= 1;
          return system.close();
        },
      };
    };
    await testApprovals(counted, STEADY);
    expect(open.now).toBe(0);
    await expect(testApprovals(stuck, { ...STEADY, only: [] })).rejects.toThrow('still in use');
  });

  it('waits for what comes late, and sees what comes too much', async () => {
    await testApprovals(late, { ...STEADY, only: ['the roles allow asking'] });
    const twice = seenAs(({ audit = [], ...seen }) => ({ ...seen, audit: [...audit, 'granted'] }));
    expect((await findingOf(twice)).walk).toEqual([]);
  });
});

describe('the report', () => {
  it('tells what a system cannot do from what was not walked', async () => {
    const report = await testApprovals(lame, STEADY);
    expect(report.coverage.states.impossible).toEqual(['fallbackPolling']);
    expect(report.coverage.pairs.open).toEqual([]);
    expect(report.coverage.pairs.impossible).toContain('awaitingWS + the channel is lost');
    expect(report.coverage.pairs.impossible).toContain('awaitingWS + the caller withdraws');
    expect(report.coverage.pairs.impossible).toContain('fallbackPolling + a person approves');
    expect(String(report)).toMatch(/^states +9 +0 +1 +10$/m);
  });

  it('names what could have been walked', async () => {
    const { coverage } = await testApprovals(machine, {
      ...STEADY,
      only: ['the roles allow asking'],
    });
    expect(coverage.states.walked).toEqual(['rbacCheck', 'submitting']);
    expect(coverage.pairs.open).toContain('submitting + the deadline passes');
  });
});

describe('a known divergence', () => {
  const wrong = seenAs((seen) => (seen.status === 'denied' ? { ...seen, cause: 'x' } : seen));
  const waiting: StepName[] = ['the roles allow asking', 'submitted, channel down'];
  const known = [
    { name: 'at the roles', at: ['the roles forbid asking'], why: 'a test' },
    {
      name: 'live',
      at: ['the roles allow asking', 'submitted, channel live', 'a person denies'],
      why: 'a test',
    },
    { name: 'polled', at: [...waiting, 'a person denies'], why: 'a test' },
    {
      name: 'early',
      at: ['the roles allow asking', 'denied before the create is answered, channel down'],
      why: 'a test',
    },
  ] satisfies TestApprovalsOptions['known'];

  it('is not walked, and is named in the report', async () => {
    const report = await testApprovals(wrong, { ...QUICK, patienceMs: 500, known });
    expect(String(report)).toContain('known and seen again: polled (a test)');
    expect(report.coverage.states.open).toEqual(['denied']);
  });

  it('fails the run when it is none any more', async () => {
    await expect(testApprovals(machine, { ...STEADY, known })).rejects.toThrow(
      'The known divergence "at the roles" is out of date',
    );
  });
});

describe('a machine with services of its own', () => {
  it('is walked with what they do by themselves', async () => {
    const { coverage } = await testApprovals(
      () =>
        machineSystem(permits('allowed'), {
          byItself: ({ state }) => (state === 'rbacCheck' ? 'the roles allow asking' : undefined),
        }),
      STEADY,
    );
    expect(coverage.states.walked).toHaveLength(10);
    expect(coverage.pairs.open).toEqual([]);
    expect(coverage.pairs.impossible).toContain('rbacCheck + the roles forbid asking');
  });

  it('is told where it speaks of steps that are none', async () => {
    await expect(testApprovals(astray, STEADY)).rejects.toThrow('"no" is no step of a walk');
  });

  it('is told what to do where nothing was said of it', async () => {
    await expect(testApprovals(silent, QUICK)).rejects.toThrow('its byItself has to say');
  });

  it('is found out where they do something else', async () => {
    const { walk, divergence } = await findingOf(() =>
      machineSystem(permits('denied'), {
        byItself: ({ state }) => (state === 'rbacCheck' ? 'the roles allow asking' : undefined),
      }),
    );
    expect(walk).toEqual(['the roles allow asking']);
    expect(divergence.seen).toMatchObject({ state: 'denied', cause: 'rbac' });
  });
});
