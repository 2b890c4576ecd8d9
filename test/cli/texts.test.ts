import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Outcome, ProblemCode } from '../../machines/index.ts';
import { exitStatusOf } from '../../src/cli/exit-status.ts';
import { createLogger, redactedPaths } from '../../src/cli/logger.ts';
import { outcomeSentence } from '../../src/cli/outcome-sentence.ts';
import { clockTime, timeLeft } from '../../src/cli/time-left.ts';

it.each([
  [-5, '0:00'],
  [0, '0:00'],
  [1, '0:01'],
  [272_000, '4:32'],
  [3_872_000, '1:04:32'],
  [86_400_000, '1 day 0:00:00'],
  [3 * 86_400_000 + 61_000, '3 days 0:01:01'],
])('writes %i ms as %s', (ms, text) => {
  expect(timeLeft(ms)).toBe(text);
});

it('names the day where it is another one', () => {
  const at = new Date(2030, 0, 1, 14, 5, 0).getTime();
  expect(clockTime(at, at - 60_000)).toBe('14:05:00');
  expect(clockTime(at, at - 86_400_000)).toBe('2030-01-01 14:05:00');
});

const ids = { traceId: 't', approvalId: 'a' };
const failed = (code: ProblemCode): Outcome => ({
  ...ids,
  status: 'failed',
  approved: false,
  error: { code, message: 'it went wrong' },
});

it.each<[Outcome, number, string]>([
  [{ ...ids, status: 'granted', approved: true, decidedBy: 'ann' }, 0, 'Approved by ann.'],
  [
    { ...ids, status: 'granted', approved: true, edited: true, args: {}, note: 'less' },
    0,
    'Approved, with other arguments: see --json: less',
  ],
  [
    {
      ...ids,
      status: 'denied',
      approved: false,
      cause: 'human',
      decidedBy: 'a\u202Enn',
      note: 'no\u001b',
    },
    1,
    'Denied by a⟦U+202E⟧nn: no⟦U+001B⟧',
  ],
  [failed('config'), 2, 'Failed (config): it went wrong'],
  [failed('input'), 2, 'Failed (input): it went wrong'],
  [failed('conflict'), 4, 'Failed (conflict): it went wrong'],
  [failed('transport'), 4, 'Failed (transport): it went wrong'],
  [failed('auth'), 4, 'Failed (auth): it went wrong'],
])('ends %j with %i and says so', (outcome, status, sentence) => {
  expect(exitStatusOf(outcome, false)).toBe(status);
  expect(outcomeSentence(outcome)).toBe(sentence);
});

it('blots out secrets at each depth, and takes the level that was said', () => {
  const lines: string[] = [];
  const log = pino(
    { redact: { paths: [...redactedPaths] } },
    { write: (line: string) => void lines.push(line) },
  );
  let fields: object = { token: 'hush', authorization: 'hush', cookie: 'hush', signInUrl: 'hush' };
  for (let depth = 0; depth < 5; depth += 1) {
    log.error(fields, 'm');
    fields = { inner: fields };
  }
  expect(lines).toHaveLength(5);
  expect(lines.join('')).not.toContain('hush');

  vi.stubEnv('COUNTERSIGN_LOG_LEVEL', 'debug');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(createLogger('silent').level).toBe('debug');
  vi.stubEnv('COUNTERSIGN_LOG_LEVEL', 'loud');
  expect(() => createLogger('silent')).toThrow('COUNTERSIGN_LOG_LEVEL must be one of trace,');
  vi.stubEnv('COUNTERSIGN_LOG_LEVEL', '');
  expect(createLogger('silent').level).toBe('silent');
});
