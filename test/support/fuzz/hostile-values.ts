/**
 * Values that an agent's framework may hand over: plain JSON, and everything that is not. Made from
 * a recipe, so that what failed can be printed and made again.
 */
import * as fc from 'fast-check';

export type Recipe =
  | { readonly make: 'plain'; readonly value: unknown }
  | { readonly make: 'strange'; readonly name: string }
  | { readonly make: 'list'; readonly of: readonly Recipe[] }
  | { readonly make: 'object'; readonly of: readonly (readonly [string, Recipe])[] };

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

function twoEach(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value, value];
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = [value];
  return value;
}

const thrower = (thrown: unknown): (() => never) => {
  return () => {
    throw thrown;
  };
};

const getter = (get: () => unknown): unknown =>
  Object.defineProperty({}, 'a', { get, enumerable: true });

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

class Instance {
  readonly a = 1;
}

/** Says something else each time. */
function fickle(): unknown {
  let reads = 0;
  return getter(() => {
    reads += 1;
    if (reads > 1) throw new Error('a getter was read twice');
    return 1;
  });
}

/** What JSON cannot say, or would say in other words. */
const NOT_PLAIN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  'a symbol': () => Symbol('s'),
  'a function': () => () => 1,
  'a BigInt': () => 1n,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'minus zero': () => -0,
  '1e21': () => 1e21,
  '2^53 + 2': () => 2 ** 53 + 2,
  'half a pair': () => 'a\ud800',
  'half a pair in a key': () => ({ '\udc00': 1 }),
  'a date': () => new Date(0),
  'a wrong date': () => new Date(Number.NaN),
  'a map': () => new Map([['a', 1]]),
  'a typed array': () => new Uint8Array(4),
  'an instance': () => new Instance(),
  'a String object': () => Object('text'),
  'a symbol as a key': () => ({ [Symbol('k')]: 1 }),
  'a hidden property': () => Object.defineProperty({}, 'h', { value: 1 }),
  'a list with holes': () => Array(10),
  'a list with very many holes': () => Array(2 ** 32 - 1),
  'a list with a property': () => Object.assign([1], { extra: 1 }),
  'a cycle': cyclic,
  '65 levels': () => nested(65),
  'very many levels': () => nested(100_000),
  'billions of values in a few lists': () => twoEach(40),
  'a getter that throws': () => getter(thrower(new Error('no'))),
  'a getter that throws nothing': () => getter(thrower(undefined)),
  'a getter that throws an object without text': () => getter(thrower(Object.create(null))),
  'a getter that throws an error that throws': () =>
    getter(thrower(Object.defineProperty(new Error('x'), 'message', { get: thrower(1) }))),
  'a getter that throws a proxy that was revoked': () => getter(thrower(revoked({}))),
  'a proxy that was revoked': () => revoked({}),
  'a list that is a proxy that was revoked': () => revoked([]),
  'a proxy whose traps throw': () =>
    new Proxy({ a: 1 }, { ownKeys: thrower('no'), getPrototypeOf: thrower('no') }),
  'a list without an end': () =>
    new Proxy([], { get: (_, key) => (key === 'length' ? Number.MAX_VALUE : 1) }),
  'a list whose length is no number': () =>
    new Proxy([], { get: (_, key) => (key === 'length' ? Symbol('length') : 1) }),
  'a text of its own that throws': () => ({ toString: thrower(1), valueOf: thrower(2) }),
  'an own toJSON': () => ({ toJSON: () => 1 }),
};

/** What looks strange, and is plain all the same. */
const PLAIN: Readonly<Record<string, () => unknown>> = {
  'a getter': () => getter(() => 1),
  'a getter that can be read once': fickle,
  'a key __proto__': () => JSON.parse('{"__proto__":{"admin":true}}'),
  'a key constructor': () => ({ constructor: { prototype: 1 }, toString: 1, hasOwnProperty: 1 }),
  'no prototype': () => Object.assign(Object.create(null), { a: 1 }),
  frozen: () => Object.freeze({ a: Object.freeze([1]) }),
  'a proxy': () => new Proxy({ a: 1 }, {}),
  'a list that is a proxy': () => new Proxy([1, 2], {}),
  '50 levels': () => nested(50),
  'the same value twice': () => twoEach(3),
  'a long text': () => 'é'.repeat(1_000),
  'a control character': () => '\u001b[31m\u0000',
};

const leaf: fc.Arbitrary<Recipe> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .jsonValue({ maxDepth: 2, noUnicodeString: false })
      .map((value) => ({ make: 'plain' as const, value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...Object.keys(NOT_PLAIN), ...Object.keys(PLAIN))
      .map((name) => ({ make: 'strange' as const, name })),
  },
);

const keys = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('a', '__proto__', 'toJSON', ''));

export const recipes: fc.Arbitrary<Recipe> = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 3 }).map((of) => ({ make: 'list' as const, of })),
  fc.array(fc.tuple(keys, leaf), { maxLength: 3 }).map((of) => ({ make: 'object' as const, of })),
);

export function built(recipe: Recipe): unknown {
  switch (recipe.make) {
    case 'plain':
      return recipe.value;
    case 'strange':
      return (NOT_PLAIN[recipe.name] ?? PLAIN[recipe.name])?.();
    case 'list':
      return recipe.of.map(built);
    case 'object':
      return Object.fromEntries(recipe.of.map(([key, of]) => [key, built(of)]));
  }
}

/** Whether JSON says the whole of it, and reads the same back. */
export function isPlain(recipe: Recipe): boolean {
  switch (recipe.make) {
    case 'plain':
      return isExact(recipe.value);
    case 'strange':
      return Object.hasOwn(PLAIN, recipe.name);
    case 'list':
      return recipe.of.every(isPlain);
    case 'object':
      // Of two members with one key the later one is there.
      return [...new Map(recipe.of)].every(([key, of]) => key.isWellFormed() && isPlain(of));
  }
}

/** Whether a value that JSON knows is read back as the same. */
export function isExact(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? Math.abs(value) < 2 ** 53 && !Object.is(value, -0)
      : Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isExact(member));
}
