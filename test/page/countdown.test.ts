import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../src/page/backoff.ts';
import {
  clockAhead,
  countdownOf,
  durationText,
  spokenDuration,
} from '../../src/platform/page/model/countdown.ts';

describe('the countdown', () => {
  const span = { createdAt: 1_000, expiresAt: 101_000 };

  it('runs from the whole to nothing', () => {
    expect(countdownOf(span, 1_000)?.fraction).toBe(1);
    expect(countdownOf(span, 51_000)).toMatchObject({ leftMs: 50_000, fraction: 0.5 });
    expect(countdownOf(span, 101_000)).toMatchObject({ leftMs: 0, fraction: 0, isOver: true });
  });

  it('never goes below zero, and never beyond the whole', () => {
    expect(countdownOf(span, 999_999)).toMatchObject({ leftMs: 0, fraction: 0, isOver: true });
    expect(countdownOf(span, -5_000)?.fraction).toBe(1);
  });

  it('is urgent in the last minute only', () => {
    expect(countdownOf(span, 40_999)?.isUrgent).toBe(false);
    expect(countdownOf(span, 41_001)?.isUrgent).toBe(true);
  });

  it('is not there where no deadline is', () => {
    expect(countdownOf({ createdAt: 0, expiresAt: null }, 5)).toBeNull();
  });

  it.each([
    [1, '1 s'],
    [59_000, '59 s'],
    [59_001, '1:00'],
    [60_000, '1:00'],
    [247_000, '4:07'],
    [3_600_000, '1 h 0 min'],
    [3_900_000, '1 h 5 min'],
    [86_400_000 * 2 + 3_600_000 * 4, '2 d 4 h'],
  ])('says %i ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('is spoken in steps', () => {
    expect(spokenDuration(0)).toBe('time is up');
    expect(spokenDuration(9_000)).toBe('less than 10 seconds left');
    expect(spokenDuration(60_000)).toBe('less than a minute left');
    expect(spokenDuration(240_000)).toBe('4 minutes left');
    expect(spokenDuration(7_200_000)).toBe('2 hours left');
  });

  it("takes the server's clock from the middle of an exchange", () => {
    expect(clockAhead(10_100, 1_000, 1_200)).toBe(9_000);
  });
});

describe('the back-off', () => {
  it('doubles its ceiling up to eight seconds and is never below a fifth of a second', () => {
    expect([1, 2, 3, 5, 50].map((failures) => backOffMs(failures, 1))).toEqual([
      500, 1_000, 2_000, 8_000, 8_000,
    ]);
    expect(backOffMs(4, 0)).toBe(200);
  });
});
