import { describe, expect, it } from 'vitest';
import { chosenFrom, runSections } from '../../bench/report/run-sections.ts';

const parts = new Map([
  ['first', async () => async () => ({ title: 'First', about: '', figures: [] })],
  ['broken', async () => () => Promise.reject(new Error('the disk is full'))],
  ['missing', () => Promise.reject(new Error('no such file'))],
  ['last', async () => async () => ({ title: 'Last', about: '', figures: [] })],
]);

const quietly = { isQuick: true, say: () => undefined };

describe('a run', () => {
  it('goes on after a section that fails, and names it', async () => {
    const seen: string[] = [];
    const onSection = ({ title }: { title: string }): void => void seen.push(title);
    const { sections, failed } = await runSections({ parts, effort: quietly, onSection });
    expect(sections.map(({ key }) => key)).toEqual(['first', 'last']);
    expect(failed).toEqual([
      { key: 'broken', why: 'the disk is full' },
      { key: 'missing', why: 'no such file' },
    ]);
    expect(seen).toEqual(['First', 'Last']);
  });

  it('has the sections that were asked for, in its own order', () => {
    expect([...chosenFrom(parts, 'last, first').keys()]).toEqual(['first', 'last']);
  });

  it('refuses a section that there is not', () => {
    expect(() => chosenFrom(parts, 'first,frist')).toThrow(
      'there is no section "frist"; there are first, broken, missing, last',
    );
  });
});
