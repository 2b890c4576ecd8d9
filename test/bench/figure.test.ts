import { describe, expect, it } from 'vitest';
import { ratioTo, spreadOf } from '../../bench/report/figure.ts';

describe('the spread of repeats', () => {
  it('is their median, least and most, in whatever order they came', () => {
    expect(spreadOf([3, 10, 1])).toEqual({ median: 3, low: 1, high: 10 });
  });

  it('has the middle between the two in the middle for its median', () => {
    expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, low: 1, high: 100 });
  });

  it('does not sort as texts do', () => {
    expect(spreadOf([100, 20, 3])).toMatchObject({ median: 20 });
  });

  it('is refused where nothing was measured', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('a ratio', () => {
  it('is made pair by pair, not of the medians', () => {
    // The medians are 20 and 10; the machine was slow for the second pair.
    const ratio = ratioTo('raw', [10, 200, 20], [10, 100, 5]);
    expect(ratio).toEqual({ to: 'raw', median: 2, low: 1, high: 4 });
  });
});
