import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/inspect/page/model/query.ts';
import type { ActorRow } from '../../src/inspect/wire.ts';
import { aProcess, aRow } from '../support/view-messages.ts';

const NOW = 1_000_000;
const moment = { now: NOW, processOf: () => aProcess({ pid: 77, title: 'Worker.js' }) };

const finds = (text: string, over: Partial<ActorRow> = {}): boolean =>
  parseQuery(text).matches(aRow({ startedAt: NOW - 300_000, ...over }), moment);

describe('the search for actors', () => {
  it('finds everything while nothing is typed', () => {
    expect(finds('')).toBe(true);
    expect(finds('   ')).toBe(true);
  });

  it.each([
    'awaitingWS',
    'awaiting',
    'REFUND',
    'billing',
    'apr-1017',
    '5b3c0c3e',
    'p1/a1',
    'refund awaitingWS billing',
    '"refund order"',
    'state:awaiting',
    'workspace:bill',
    'action:"order 1017"',
    'id:apr-10',
    'id:p1/a1',
    'process:77',
    'process:worker',
    'is:active',
    'older:5m',
    'older:299s',
    'newer:301s',
    '-granted',
    '-is:lost',
    '-older:6m',
  ])('finds it by %s', (text) => {
    expect(finds(text)).toBe(true);
  });

  it.each([
    'granted',
    'refund granted',
    '"order refund"',
    'state:refund',
    'workspace:ops',
    'action:billing',
    'id:billing',
    'process:78',
    'is:lost',
    'older:301s',
    'newer:5m',
    '-refund',
    '-older:5m',
  ])('does not find it by %s', (text) => {
    expect(finds(text)).toBe(false);
  });

  it('does not look where an actor says nothing', () => {
    const bare: Partial<ActorRow> = { workspaceId: undefined, action: undefined };
    expect(finds('workspace:undefined', bare)).toBe(false);
    expect(finds('undefined', bare)).toBe(false);
  });

  it.each(['older:', 'newer:soon', 'older:-5m', 'is:waiting'])(
    'says what is wrong with %s, and finds nothing by it',
    (text) => {
      expect(parseQuery(text).problems).toHaveLength(1);
      expect(finds(text)).toBe(false);
      expect(finds(`-${text}`)).toBe(false);
    },
  );

  it('takes words with a colon for words, and a lone dash', () => {
    expect(finds('http://x', { action: 'get http://x/y' })).toBe(true);
    expect(finds('-', { action: 'a - b' })).toBe(true);
  });

  it('changes with the time only where it asks for an age', () => {
    expect(parseQuery('refund older:5m').isTimed).toBe(true);
    expect(parseQuery('-newer:5m').isTimed).toBe(true);
    expect(parseQuery('refund').isTimed).toBe(false);
  });
});
