import { describe, expect, it } from 'vitest';
import { Waiters } from '../../src/client/waiters.ts';

const ignored = (): void => undefined;

describe('grants that only their rows may confirm', () => {
  it('are kept for those who are being asked', () => {
    const waiters = new Waiters(ignored, ignored);
    waiters.expect();
    waiters.keepUnconfirmed('approval-1');
    expect(waiters.takeUnconfirmed('approval-1')).toBe(true);
    expect(waiters.takeUnconfirmed('approval-1')).toBe(false);
  });

  it('are forgotten when nobody is being asked any more', () => {
    const waiters = new Waiters(ignored, ignored);
    waiters.keepUnconfirmed('of another process');
    const [first, second] = [waiters.expect(), waiters.expect()];
    waiters.keepUnconfirmed('approval-1');
    first();
    second();
    expect(waiters.takeUnconfirmed('of another process')).toBe(false);
    expect(waiters.takeUnconfirmed('approval-1')).toBe(false);
  });

  it('are a thousand at the most, however many other processes get', () => {
    const waiters = new Waiters(ignored, ignored);
    waiters.expect();
    const ids = Array.from({ length: 1_500 }, (_, index) => `approval-${index}`);
    for (const id of ids) waiters.keepUnconfirmed(id);
    expect(ids.filter((id) => waiters.takeUnconfirmed(id))).toEqual(ids.slice(500));
  });
});
