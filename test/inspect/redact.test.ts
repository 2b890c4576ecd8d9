/** What observers are shown: small, plain, and never a secret. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../machines/index.ts';
import { REDACT_LIMITS, redact } from '../../src/inspect/redact.ts';

const HIDDEN = 'hunter2-Zq81';
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const textOf = (value: unknown): string => JSON.stringify(redact(value));

/** Entries, texts and keys together cannot make more than this, each character escaped. */
const MOST_CHARACTERS =
  6 * (REDACT_LIMITS.characters + REDACT_LIMITS.text) + 40 * REDACT_LIMITS.nodes;

const throws = (): never => {
  throw new Error(HIDDEN);
};

describe('what an observer is shown', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'token',
    'APPROVAL_TOKEN',
    'approverToken',
    'secret',
    'client_secret',
    'password',
    'passwd',
    'userPwd',
    'api key',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'openai.apikey',
    'ａｐｉ＿ｋｅｙ',
    'cookie',
    'Set-Cookie',
    'credentials',
    'privateKey',
    'AUDIT_HMAC_KEY',
    'session',
    'sessionId',
    'sign_in_url',
    'authHeader',
    'authKey',
    'X-Auth',
    'oauth',
    'passcode',
    'SMTP_PASS',
    'pw',
    'psk',
    'license_key',
    'creds',
    'masterKey',
    'sshKey',
    'totp',
    'x'.repeat(2_000),
  ])('has nothing that stands under %j, at any depth', (name) => {
    const args = { deep: [{ [name]: { inner: HIDDEN } }], [name]: HIDDEN };
    expect(textOf({ request: { args } })).not.toContain('hunter2');
    expect(textOf(new Map([[name, HIDDEN]]))).not.toContain('hunter2');
    expect(textOf({ name, value: HIDDEN })).not.toContain('hunter2');
    expect(textOf({ v: HIDDEN, k: name })).not.toContain('hunter2');
    expect(textOf({ id: 1, field: name, value: [HIDDEN] })).not.toContain('hunter2');
  });

  it.each(['--password', 'Authorization', '-token'])(
    'has not what follows %j in a list',
    (name) => {
      expect(redact([name, HIDDEN, 'next'])).toEqual([name, '[secret]', 'next']);
    },
  );

  it.each([
    [['docker', 'login', '-p', HIDDEN]],
    [['/usr/bin/mysql', `-p${HIDDEN}`]],
    [['curl', '-su', `u:${HIDDEN}`]],
    [['curl', '-s', '-u', `u:${HIDDEN}`, 'https://x.example']],
  ])('has no password of the command %j', (command) => {
    for (const given of [command, command.join(' '), JSON.stringify(command)])
      expect(textOf(given)).not.toContain('hunter2');
    expect(redact(['mkdir', '-p', 'a/b'])).toEqual(['mkdir', '-p', 'a/b']);
    expect(redact('mkdir -p a/b')).toBe('mkdir -p a/b');
  });

  it.each([
    `Bearer ${HIDDEN}`,
    `authorization: Basic ${HIDDEN}`,
    `Cookie: a=1; b=${HIDDEN}`,
    `say sk-${HIDDEN} and go`,
    `ghp_${HIDDEN.replace('-', 'x')}0123456789`,
    `eyJhbGciOiJIUzI1NiJ9.eyJ${HIDDEN}.${HIDDEN}`,
    `postgres://app:p@${HIDDEN}@db.example/x`,
    `https://${HIDDEN}@example.org`,
    `https://x.example/?a=1&token=${HIDDEN}&b=2`,
    `https://x.example/?key=${HIDDEN}`,
    `https://x.example/#token=${HIDDEN}`,
    `https://x.example/?X-Amz-Signature=${HIDDEN}`,
    `curl -u --password ${HIDDEN} x`,
    `mysql --password='${HIDDEN} and ${HIDDEN}'`,
    `{"apiKey":"${HIDDEN}\\"${HIDDEN}"}`,
    JSON.stringify(JSON.stringify({ password: HIDDEN })),
    `api key: ${HIDDEN}`,
    `PGPASSWORD=${HIDDEN} psql`,
    ...[
      ['a b', HIDDEN],
      { value: HIDDEN },
      { a: ['x y', { b: '}] ', c: `\\" ${HIDDEN}` }] },
    ].flatMap((token) => [
      JSON.stringify({ token }),
      JSON.stringify({ token }, null, 2),
      JSON.stringify(JSON.stringify({ token })),
    ]),
    `{ token: 'a', passcode: ['b', '${HIDDEN}'] }`,
    JSON.stringify({ name: 'password', value: HIDDEN }),
    `["--password", "${HIDDEN}"]`,
    ...['=>', ':=', '==', '||=', '->', '<-', '=\n  '].map(
      (operator) => `password ${operator} ${HIDDEN}`,
    ),
    ...[
      '|\n  ',
      '>-\n  ',
      '|2-\n\n    a\n  ',
      '\n  - ',
      '\n- a\n- ',
      '\n  - "a b"\n  - ',
      'two ',
    ].map((lead) => `user: x\npassword: ${lead}${HIDDEN}\nnext: y`),
    `credentials:\n  user: x\n  word: ${HIDDEN}`,
    `{"token":\n["a",\n"${HIDDEN}"]}`,
    `PASSWORD=$(echo ${HIDDEN}) psql`,
    `PASSWORD=\`echo ${HIDDEN}\``,
    `PASSWORD="a"${HIDDEN}`,
    `PASSWORD="a",${HIDDEN}`,
    `PASSWORD=a\\ ${HIDDEN}`,
    `PASSWORD=a"b ${HIDDEN}"`,
    `PASSWORD=ab&cd${HIDDEN}`,
    `headers["X-Api-Key"] = "${HIDDEN}"`,
    `user[pin]=${HIDDEN}`,
    `token[]=${HIDDEN}`,
    `?auth[token]=${HIDDEN}`,
    `?data[token][]=${HIDDEN}`,
    `secret key=${HIDDEN}`,
    `setPassword("a", '${HIDDEN}')`,
    `<password>a ${HIDDEN}</password>`,
    `<input name="password" value="${HIDDEN}">`,
    `https%3A%2F%2Fx.example%2F%3Ftoken%3D${HIDDEN}`,
    `%7B%22token%22%3A%22${HIDDEN}%22%7D`,
    `auth%255Btoken%255D%253D${HIDDEN}`,
    ...['/', '?', '#', '/a@'].map((mark) => `postgres://a:x${mark}${HIDDEN}@h/db`),
    `scp user:${HIDDEN}@host`,
    `user:x/#${HIDDEN}@host`,
    `sshpass -p ${HIDDEN} ssh h`,
    `mysql -u root -p'a ${HIDDEN}'`,
    `SG.${HIDDEN}.abcdefgh`,
    `whsec_${HIDDEN.replace('-', '')}`,
    `https://hooks.slack.com/services/T0/B0/${HIDDEN}`,
    `-----BEGIN PRIVATE KEY-----\n${HIDDEN}\n-----END PRIVATE KEY-----`,
  ])('has no credential out of the text %j', (text) => {
    expect(textOf(text)).not.toContain('hunter2');
    expect(textOf(text)).toContain('[secret]');
    expect(textOf({ args: { command: ['sh', '-c', text] } })).not.toContain('hunter2');
    expect(textOf(new Error(text))).not.toContain('hunter2');
    expect(textOf({ [text]: 1 })).not.toContain('hunter2');
  });

  it('has no part of a credential that is longer than what is shown', () => {
    const long = HIDDEN.repeat(200);
    for (const text of [
      `Bearer ${long}`,
      `postgres://app:${long}@db`,
      `${'x '.repeat(140)}token=${long}`,
    ])
      expect(textOf(text)).not.toContain('hunter2');
  });

  it('shows what stands around a secret', () => {
    expect(redact('{"token":{"a":"x y"},"cents":5} for bob')).toBe(
      '{"token":[secret],"cents":5} for bob',
    );
    expect(redact('say postgres://app:x@db.example/y now')).toBe(
      'say postgres://[secret]@db.example/y now',
    );
    expect(redact('user: bob\npassword: |\n  x y\nnext: 1')).toBe(
      'user: bob\npassword: |\n  [secret]\nnext: 1',
    );
  });

  it('keeps what is no secret as it is', () => {
    const event = {
      type: 'xstate.done.actor.submission',
      output: {
        status: 'submitted',
        approvalId: '5f0c',
        channel: 'live',
        at: 1.5,
        tags: [null, true],
      },
      text: 'Refund order 4711 at https://shop.example:8080/orders?id=4711, key points first',
      key: 'refund-4711',
      digest: `sha256:${'0af3'.repeat(16)}`,
    };
    expect(redact(event)).toEqual(event);
  });

  it('shows what is no JSON in words', () => {
    const cyclic: Record<string, unknown> = { n: 1n, big: 2n ** 4096n };
    cyclic['self'] = cyclic;
    expect(redact(cyclic)).toEqual({ n: '1n', big: '[bigint]', self: '[circular]' });
    const values = [
      undefined,
      Number.NaN,
      -0,
      new Date(0),
      new Date(Number.NaN),
      new Set([1]),
      new Map<unknown, unknown>([[{ a: 1 }, 2]]),
      /x/,
      new Uint8Array(9),
      Promise.resolve(),
      textOf,
      Symbol('s'),
      new TypeError('no'),
      Object.create(null),
      '\ud800',
    ];
    expect(redact(values)).toEqual([
      null,
      'NaN',
      0,
      '1970-01-01T00:00:00.000Z',
      '[no date]',
      [1],
      [[{ a: 1 }, 2]],
      '[regular expression]',
      '[bytes]',
      '[promise]',
      '[function textOf]',
      '[symbol s]',
      { name: 'TypeError', message: 'no' },
      {},
      '\ufffd',
    ]);
  });

  it('runs no code of the value: no getter, no trap, no toJSON, no iterator', () => {
    const traps = new Proxy({}, { get: () => throws });
    const hostile = {
      proxy: new Proxy({}, traps),
      revoked: revoked(),
      callable: new Proxy(throws, traps),
      heir: Object.create(new Proxy({}, traps)),
      toJSON: throws,
      toString: throws,
      [Symbol.toPrimitive]: throws,
      list: Object.assign([1], { toJSON: throws, [Symbol.iterator]: throws }),
      map: Object.assign(new Map([[1, 2]]), { entries: throws, [Symbol.iterator]: throws }),
      date: Object.assign(new Date(0), { toISOString: throws, toJSON: throws }),
      error: Object.defineProperty(new Error(), 'message', { get: throws }),
      get getter() {
        return throws();
      },
    };
    Object.defineProperty(hostile.map, 'size', { get: throws });
    Object.defineProperty(hostile.list, '0', { get: throws });
    expect(redact(hostile)).toMatchObject({
      proxy: '[proxy]',
      revoked: '[proxy]',
      heir: {},
      map: [[1, 2]],
      list: ['[getter]'],
      date: '1970-01-01T00:00:00.000Z',
      error: { message: '[getter]' },
      getter: '[getter]',
    });
  });

  it('keeps own keys that are names of the language apart from what they name', () => {
    const shown = redact(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}'));
    expect(Object.keys(shown ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
  });

  it.each<readonly [string, () => unknown]>([
    ['a text of a million characters', () => 'x'.repeat(1e6)],
    ['a list of a million', () => 'y'.repeat(1e6).split('')],
    ['a list with nothing in it but its length', () => Object.assign([], { length: 2 ** 31 })],
    [
      'a hundred thousand keys',
      () => Object.fromEntries(Array.from({ length: 1e5 }, (_, n) => [`k${n}`, n])),
    ],
    ['a thousand objects in each other', () => nested(1_000)],
    ['objects that branch at each depth', () => branching(7)],
    ['a map of a hundred thousand', () => new Map(Array.from({ length: 1e5 }, (_, n) => [n, n]))],
    ['texts made to match slowly', () => SLOW.map((piece) => piece.repeat(1e4))],
  ])('is small and quick for %s', (_, make) => {
    const value = make();
    const from = performance.now();
    const shown = textOf(value);
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(shown.length).toBeLessThan(MOST_CHARACTERS);
    expect(shown).toMatch(/…|\[object\]|\[list\]|\[more\]/);
  });

  it('lists the keys of an object with very many of them but once', () => {
    const many = Object.fromEntries(Array.from({ length: 3e5 }, (_, n) => [`k${n}`, n]));
    const first = redact(many);
    const from = performance.now();
    for (let time = 0; time < 100; time += 1) redact({ many });
    expect(performance.now() - from).toBeLessThan(1_000);
    expect(redact(many)).toEqual(first);
  });

  it('says nothing of an actor but what XState itself writes of one', () => {
    const ref = { id: 'deadline', sessionId: 'x:1', _parent: undefined, system: { big: HIDDEN } };
    expect(redact({ ref })).toEqual({ ref: { xstate$$type: 1, id: 'deadline' } });
  });

  it(`is small plain JSON without the secret, whatever it is given (seed ${seed})`, () => {
    fc.assert(
      fc.property(anything, secretPlace, (value, hide) => {
        const shown = redact(hide(value));
        const text = JSON.stringify(shown);
        expect(JSON.parse(text)).toEqual(shown);
        expect(text.length).toBeLessThan(MOST_CHARACTERS);
        expect(text).not.toContain(HIDDEN);
        expect(countOf(shown)).toBeLessThanOrEqual(REDACT_LIMITS.nodes * 2);
      }),
      { seed, numRuns: 300 },
    );
  });
});

const SLOW = [
  'token',
  'a',
  ' ',
  '-',
  '--a',
  'a.',
  'eyJ',
  '://',
  '://a',
  ';key',
  '"',
  '\\',
  'bearer ',
  'a=',
  'password ',
  'token=',
  'token[',
  'token="',
  "token='\\",
  'token:\n ',
  'token,',
  '%25',
  'a:',
  '-p',
  '(',
];

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withTypedArray: true,
  withSparseArray: true,
  withUnicodeString: true,
});

const names = fc
  .tuple(
    fc.constantFrom('', 'x', 'my_', 'X-', 'db '),
    fc.constantFrom(
      'token',
      'secret',
      'password',
      'api_key',
      'API-KEY',
      'Cookie',
      'hmacKey',
      'session',
    ),
    fc.constantFrom('', 's', '_value', '-2', '.old'),
  )
  .map((parts) => parts.join(''));

type Hide = (value: unknown) => unknown;
const under: fc.Arbitrary<Hide> = names.map((name) => (value) => ({
  a: value,
  [name]: [HIDDEN, value],
}));
const inText: fc.Arbitrary<Hide> = fc
  .tuple(
    fc.string({ maxLength: 400 }),
    fc.constantFrom('Bearer ', '://u:', '?token=', 'sk-', '--secret '),
  )
  .map(([before, mark]) => (value) => [value, `${before} ${mark}${HIDDEN}@x`, { value }]);
const secretPlace = fc
  .tuple(
    fc.oneof(under, inText),
    fc.array(fc.constantFrom('args', 'context', 'list'), { maxLength: 8 }),
  )
  .map(
    ([hide, path]): Hide =>
      (value) =>
        path.reduce<unknown>(
          (inner, key) => (key === 'list' ? [inner] : { [key]: inner }),
          hide(value),
        ),
  );

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const nested = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => ({ inner }), 1);

const branching = (depth: number): unknown =>
  depth === 0 ? 1 : Array.from({ length: 4 }, () => ({ more: branching(depth - 1) }));

function countOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 1);
}
