/** Walks that would pass without testing anything are refused, and nothing is waited for for ever. */
import { describe, expect, it } from 'vitest';
import { approvalMachine } from '../../machines/index.ts';
import {
  type ApprovalSystem,
  IMPOSSIBLE,
  machineSystem,
  type TestApprovalsOptions,
  testApprovals,
  type WalkError,
} from '../../src/testing/index.ts';

const QUICK = { paths: 'shortest', quietMs: 0, patienceMs: 50, seed: 7, walks: 2 } as const;

/** As plain JavaScript would give it: unchecked. */
const unchecked = (fields: object): ApprovalSystem =>
  Object.assign(machineSystem(approvalMachine), fields);

const machine = (): ApprovalSystem => unchecked({});
const never = () => new Promise<never>(() => undefined);

const walked = (fields: object, options: TestApprovalsOptions = {}) =>
  testApprovals(() => unchecked(fields), { ...QUICK, ...options });

describe('what is seen', () => {
  it.each([
    ['an empty list', [], 'observe() gave an empty list'],
    ['a misspelt status', { Status: 'granted' }, 'observe() gave the status undefined'],
    ['an unknown status', { status: 'approved' }, 'observe() gave the status "approved"'],
    ['nothing', undefined, 'observe() gave the status undefined'],
    ['one of two without a status', [{ status: 'waiting' }, {}], 'the status undefined'],
  ])('must say something: %s is refused', async (_, seen, said) => {
    await expect(walked({ observe: () => seen })).rejects.toThrow(said);
  });

  it('is looked at once more, a while after the last step', async () => {
    const asked = { at: Number.POSITIVE_INFINITY };
    const system = (): ApprovalSystem => {
      const inner = machine();
      const observe = async () => {
        const [seen = { status: 'failed' as const }] = [await inner.observe()].flat();
        if (seen.status === 'denied') asked.at = Math.min(asked.at, performance.now());
        const isLate = performance.now() > asked.at + 30;
        return isLate ? { ...seen, status: 'granted' as const } : seen;
      };
      return { ...inner, observe };
    };
    const only = ['the roles forbid asking'] as const;
    await expect(testApprovals(system, { ...QUICK, quietMs: 5, only })).rejects.toThrow(
      'expected denied, seen granted',
    );
  });
});

describe('a system', () => {
  it.each([
    ['a misspelt step', { steps: { 'a person aproves': () => undefined } }, '"a person aproves"'],
    ['a step that is no function', { steps: { 'a person denies': true } }, 'no function for'],
    ['no steps', { steps: undefined }, 'gave no steps'],
    ['no observe', { observe: undefined }, 'gave no observe'],
    ['no close', { close: undefined }, 'gave no close'],
  ])('with %s is refused', async (_, fields, said) => {
    await expect(walked(fields)).rejects.toThrow(said);
  });

  it('that is refused is closed', async () => {
    let closed = 0;
    const close = () => {
      closed += 1;
    };
    await expect(walked({ steps: { no: close }, close })).rejects.toThrow('"no"');
    await expect(walked({ observe: () => [], close }, { paths: 'none', walks: 1 })).rejects.toThrow(
      'empty list',
    );
    // One that is refused as it is; one that was asked for its steps, and one that was walked.
    expect(closed).toBe(3);
  });

  it.each([
    ['no step', {}],
    ['only steps that are impossible', { 'the roles allow asking': () => IMPOSSIBLE }],
    ['only a step that cannot come first', { 'taken back': () => undefined }],
  ])('with %s was not walked', async (_, steps) => {
    await expect(walked({ steps })).rejects.toThrow(/^nothing was walked: each step/);
  });

  it('that never comes into being is named', async () => {
    await expect(testApprovals(never, QUICK)).rejects.toThrow(
      'makeSystem() did not come to an end within 50 ms',
    );
  });

  it.each(['observe', 'close'])('whose %s never comes to an end is named', async (name) => {
    const said = `${name}() did not come to an end within 50 ms`;
    await expect(walked({ [name]: never })).rejects.toThrow(said);
    const one = walked({ [name]: never }, { only: ['the roles forbid asking'] });
    await expect(one).rejects.toMatchObject({
      name: 'WalkError',
      divergence: { problem: said },
    } satisfies { name: string; divergence: Partial<WalkError['divergence']> });
  });
});

describe('an option', () => {
  it.each([
    ['atOnce', 0],
    ['atOnce', -1],
    ['atOnce', Number.NaN],
    ['walks', -1],
    ['walks', 1.5],
    ['longest', 0],
    ['seed', Number.NaN],
    ['patienceMs', 0],
    ['patienceMs', 2 ** 31],
    ['quietMs', -1],
    ['quietMs', Number.POSITIVE_INFINITY],
  ])('%s cannot be %d', async (name, value) => {
    const said = `${name} is ${value}; give a whole number from `;
    await expect(walked({}, { [name]: value })).rejects.toThrow(said);
  });

  it('names only paths and steps that there are', async () => {
    const wrong: TestApprovalsOptions = JSON.parse('{"paths":"longest"}');
    await expect(walked({}, wrong)).rejects.toThrow('paths is "longest"');
    const only: TestApprovalsOptions = JSON.parse('{"only":["no"]}');
    await expect(walked({}, only)).rejects.toThrow('only has "no", which is no step of a walk');
    const known: TestApprovalsOptions = JSON.parse('{"known":[{"name":"x","at":["no"]}]}');
    await expect(walked({}, known)).rejects.toThrow('the known divergence "x" has "no"');
  });

  it('that leaves nothing to be walked fails the run', async () => {
    await expect(walked({}, { only: [] })).rejects.toThrow('nothing was walked: only is');
    await expect(walked({}, { paths: 'none', walks: 0 })).rejects.toThrow('nothing was walked: p');
  });
});
