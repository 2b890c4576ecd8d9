import { describe, expect, it } from 'vitest';
import { blocksOf, unseenBlocks, viewArguments } from '../../src/platform/page/model/arguments.ts';
import {
  compareWithOthers,
  differenceText,
  isSameJson,
} from '../../src/platform/page/model/comparison.ts';
import { anApproval } from '../support/page-approval.ts';

describe('the arguments', () => {
  it('are a table where they are an object of a handful of members', () => {
    const view = viewArguments({
      path: '/tmp',
      five: '5',
      n: 5,
      no: null,
      list: [1, 2],
      empty: '',
    });
    expect(view).toMatchObject({
      kind: 'rows',
      rows: [
        { key: 'path', text: '/tmp', type: '' },
        { key: 'five', text: '5', type: '' },
        { key: 'n', text: '5', type: 'number' },
        { key: 'no', text: 'null', type: '' },
        { key: 'list', text: '[ 1, 2 ]', type: 'list of 2' },
        { key: 'empty', text: '', type: 'empty text' },
      ],
    });
  });

  it.each([
    ['a list', [1, 2]],
    ['a text', 'x'],
    ['an object without members', {}],
    ['many members', Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`k${n}`, n]))],
    ['a name without end', { ['k'.repeat(81)]: 1 }],
  ])('are JSON otherwise: %s', (_, args) => {
    const view = viewArguments(args);
    expect(view.kind).toBe('json');
    if (view.kind === 'json') expect(JSON.parse(view.block.text)).toEqual(args);
  });

  it('are said to be missing where only words were given', () => {
    expect(viewArguments(null)).toEqual({ kind: 'none' });
  });
});

describe('hidden text', () => {
  const long = 'x'.repeat(3_000);
  const approval = anApproval({ action: long, args: { short: 'a', script: long } });

  it('is known for every text that the digest covers', () => {
    expect(blocksOf(approval).map(({ id }) => id)).toEqual([
      'action',
      'reason',
      'args.short',
      'args.script',
    ]);
    expect(unseenBlocks(approval, new Set())).toEqual(['action', 'args.script']);
  });

  it('is seen only when each of them was opened', () => {
    expect(unseenBlocks(approval, new Set(['action']))).toEqual(['args.script']);
    expect(unseenBlocks(approval, new Set(['action', 'args.script']))).toEqual([]);
  });
});

describe('two requests with the same words', () => {
  const one = anApproval({ action: 'deploy', args: { app: 'api', to: 'eu' } });
  const other = anApproval({ action: 'deploy', args: { app: 'api', to: 'us', force: true } });

  it('F39 are compared member by member', () => {
    const comparison = compareWithOthers(one, [one, other, anApproval()]);
    expect(comparison).toEqual({ others: 1, differs: true, differing: new Set(['to', 'force']) });
    expect(differenceText(one, [one, other])).toBe('to: eu, force: not given');
  });

  it('are said to be the same when they are', () => {
    const twin = anApproval({ action: 'deploy', args: { to: 'eu', app: 'api' } });
    expect(compareWithOthers(one, [twin])).toMatchObject({ differs: false });
    expect(differenceText(one, [one, twin])).toBe('');
  });

  it('differ also where no member can be named', () => {
    const list = anApproval({ action: 'deploy', args: ['api'] });
    expect(compareWithOthers(one, [list])).toMatchObject({ differs: true, differing: new Set() });
  });

  it('are not looked for among other words', () => {
    expect(compareWithOthers(one, [one, anApproval()])).toBeNull();
  });

  it('F64 are compared by own members only', () => {
    expect(isSameJson({}, JSON.parse('{"__proto__":{}}'))).toBe(false);
    expect(isSameJson({ a: 1 }, { constructor: 1 })).toBe(false);
    expect(isSameJson([1, [2]], [1, [2]])).toBe(true);
    expect(isSameJson([1], [1, 2])).toBe(false);
  });
});
