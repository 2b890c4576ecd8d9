import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/index.ts';
import { canonicalJson, MAX_DEPTH, plainJson } from '../../src/protocol/canonical-json.ts';
import { digestOf } from '../../src/protocol/digest.ts';

const refusalOf = (value: unknown): unknown => {
  try {
    plainJson(value);
  } catch (error) {
    return error;
  }
  return undefined;
};

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('canonical JSON', () => {
  it('is what a second implementation says, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        // What the strict door refuses is the next test's business.
        fc.pre(refusalOf(value) === undefined);
        expect(canonicalJson(plainJson(value))).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it('sorts keys by UTF-16 code units and prints numbers as ECMAScript does', () => {
    const value = { '\u{1F600}': 1, '\uFB33': 2, a: 1e-7, A: [0.1, 1.5e-10] };
    expect(canonicalJson(plainJson(value))).toBe(
      '{"A":[0.1,1.5e-10],"a":1e-7,"\u{1F600}":1,"\uFB33":2}',
    );
  });
});

describe('F40 the strict door refuses what JSON would change in silence:', () => {
  it.each([
    ['undefined', { a: undefined }, '$.a'],
    ['a function', { a: () => 1 }, '$.a'],
    ['a symbol', { a: Symbol('x') }, '$.a'],
    ['a BigInt', { a: 1n }, '$.a'],
    ['NaN', { a: Number.NaN }, '$.a'],
    ['Infinity', [Number.POSITIVE_INFINITY], '$[0]'],
    ['-0', [-0], '$[0]'],
    ['2^53 + 1', { n: 2 ** 53 + 2 }, '$.n'],
    ['1e21', { n: 1e21 }, '$.n'],
    ['a date', { d: new Date(0) }, '$.d'],
    ['a map', new Map(), '$'],
    ['a list with a name', Object.assign([1], { a: 1 }), '$'],
    ['an instance of a class', new URL('http://a.example'), '$'],
    ['a cycle', cyclic, '$.self'],
    ['half of a surrogate pair', { s: '\uD800' }, '$.s'],
    ['half of a surrogate pair in a key', { '\uDC00': 1 }, '$'],
    ['a symbol as a key', { [Symbol('k')]: 1 }, '$'],
    ['a hidden property', Object.defineProperty({}, 'h', { value: 1 }), '$.h'],
    ['a hole in an array, read as undefined', Array.from({ length: 2 }), '$[0]'],
    ['too deep nesting', nested(MAX_DEPTH + 1), '$[0]'],
  ])('%s, naming the place', (_, value, place) => {
    const error = refusalOf(value);
    expect(error).toBeInstanceOf(CountersignError);
    expect(error).toMatchObject({ code: 'input', message: expect.stringContaining(place) });
  });

  it('reads a getter once', () => {
    let reads = 0;
    const tricky = {
      get path() {
        reads += 1;
        return reads === 1 ? '/tmp/a' : '/';
      },
    };
    expect(plainJson(tricky)).toEqual({ path: '/tmp/a' });
    expect(reads).toBe(1);
  });

  it('F64 keeps __proto__ a key, and pollutes nothing', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    const copy = plainJson(value);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect('admin' in {}).toBe(false);
  });

  it('gives a copy that nobody can change', () => {
    const value = { a: [{ b: 1 }] };
    const copy = plainJson(value);
    value.a.push({ b: 2 });
    expect(copy).toEqual({ a: [{ b: 1 }] });
    expect(Object.isFrozen(copy)).toBe(true);
  });
});

describe('a digest', () => {
  it('does not depend on the order of keys, and on everything else', () => {
    const args = { b: 1, a: [true, null] };
    const subject = { action: 'Pay', args, workspaceId: 'w' };
    const digest = digestOf(subject);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf({ ...subject, args: { a: [true, null], b: 1 } })).toBe(digest);
    for (const other of [
      { ...subject, action: 'pay' },
      { ...subject, workspaceId: 'W' },
      { ...subject, args: { ...args, b: 2 } },
      { ...subject, args: null },
    ])
      expect(digestOf(other)).not.toBe(digest);
  });

  it('is the one that another program computes', () => {
    expect(
      digestOf({ action: 'Drop table users', args: { table: 'users' }, workspaceId: 'ws-1' }),
    ).toBe('sha256:062d4d0a16cdd99bff8a94951be56b2f6870566cce3f9a59178afb07db208cd8');
  });
});
