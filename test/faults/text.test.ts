/** Texts that could do more than be read: at the asking side, on our platform, in a terminal. */
import { describe, expect, it } from 'vitest';
import { shown } from '../../src/cli/approver/card.ts';
import { mixedWords } from '../../src/platform/page/model/scripts.ts';
import { segmentsOf } from '../../src/platform/page/model/segments.ts';
import { boundText } from '../../src/platform/page/model/text-bounds.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import { visible, visibleInTerminal } from '../../src/protocol/text.ts';
import { testApp } from '../support/platform.ts';
import { fakePlatform, requestingSide } from '../support/world.ts';

const CONTROLS = [
  ['an escape sequence', '\u001b[31mred', 'U+001B'],
  ['a carriage return', 'safe\rrm -rf /', 'U+000D'],
  ['a bell', 'ding\u0007', 'U+0007'],
  ['NUL', 'a\u0000b', 'U+0000'],
  ['DEL', 'a\u007fb', 'U+007F'],
  ['a C1 control', 'a\u009b2Jb', 'U+009B'],
] as const;

describe('control characters', () => {
  it.each(CONTROLS)('F33 %s is refused before anything is sent, and named', async (...row) => {
    const [, text, named] = row;
    const platform = await fakePlatform();
    const { approvals, audit } = requestingSide(platform.url);
    for (const input of [{ action: text }, { action: 'Deploy', reason: text }]) {
      const outcome = await approvals.request(input);
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'input' } });
      if (outcome.status === 'failed') expect(outcome.error.message).toContain(named);
    }
    expect(platform.requests).toEqual([]);
    expect(audit().map(({ outcome }) => outcome)).toEqual(['failure', 'failure']);
  });

  it('F33 lines and tabs are allowed in a reason, and arrive as they were written', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const reason = 'one\n\ttwo\n';
    const asked = approvals.request({ action: 'Deploy', reason });
    const row = await platform.waitForRow();
    expect(row.reason).toBe(reason);
    platform.decide(row.id, 'approved');
    expect(await asked).toMatchObject({ status: 'granted' });
    for (const action of ['a\nb', 'a\tb'])
      expect(await approvals.request({ action })).toMatchObject({ error: { code: 'input' } });
  });

  it.each(CONTROLS)('F33 %s is refused by the platform too, whoever sends it', async (...row) => {
    const [, text, named] = row;
    const { call, storage } = await testApp();
    for (const body of [{ action: text }, { action: 'Deploy', reason: text }]) {
      const answer = await call('POST', '/workspaces/w1/approvals', { body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(answer.body['error']).toContain(named);
    }
    expect(await storage.events.head()).toBe(0);
  });
});

const isDrawn = /[^\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\p{Cc}]/u;

/** Every code point that no font draws, whatever Unicode calls it, but for those of pictures. */
function* invisibleCharacters(): Generator<string> {
  for (let point = 0; point <= 0x10_ffff; point += 1) {
    const character = String.fromCodePoint(point);
    if (character.isWellFormed() && !isDrawn.test(character)) yield character;
  }
}

describe('invisible and direction-changing characters', () => {
  it('F34 each of them is shown by its code point, on the page and in a terminal', () => {
    let count = 0;
    for (const character of invisibleCharacters()) {
      if (character === '\n' || character === '\t') continue;
      const text = `pay${character}pal`;
      expect(visibleInTerminal(text)).toMatch(/^pay⟦U\+[0-9A-F]{4,6}⟧pal$/);
      expect(segmentsOf(text).map(({ kind }) => kind)).toEqual(['plain', 'code', 'plain']);
      count += 1;
    }
    expect(count).toBeGreaterThan(4_000);
  });

  it.each([
    ['of the tags that are reserved', 'x\u{e0080}', 'x⟦U+E0080⟧'],
    ['that makes a picture, behind a letter', 'pay\ufe0fpal', 'pay⟦U+FE0F⟧pal'],
    ['that makes a picture, behind a digit', '1\ufe0f0', '1⟦U+FE0F⟧0'],
    ['at the start', '\u2066x', '⟦U+2066⟧x'],
    ['beyond the bound of a terminal’s text', `${'x'.repeat(1_999)}\u202e`, /⟦U\+202E⟧$/],
  ])('F34 one %s is shown', (_, text, expected) => {
    if (typeof expected === 'string') expect(visible(text)).toBe(expected);
    else expect(shown(text)).toMatch(expected);
  });

  it.each(['❤️ ok', '1️⃣ #️⃣', '☎️'])('F34 signs that are pictures stay as they are: %s', (text) => {
    expect(visible(text)).toBe(text);
  });

  it('F34 they travel and are hashed as they were written', async () => {
    const { call, ask, token } = await testApp();
    const action = 'invoice\u202Efdp.exe';
    const id = await ask({ action });
    expect((await call('GET', `/approvals/${id}`, { token })).body['action']).toBe(action);
  });
});

describe('words that look like others', () => {
  it.each([
    ['a domain', 'https://pаypal.com/login', 'pаypal'],
    ['after a sign', 'user@раypal.com', 'раypal'],
    ['in capitals', 'РAYPAL', 'РAYPAL'],
    ['with a mark', 'pа\u0301ypal', 'pа\u0301ypal'],
    ['in a long text, at its cut', `${'x '.repeat(599)}xpаypal ${'y '.repeat(2_000)}`, 'xpаypal'],
  ])('F35 are marked where they mix alphabets: %s', (_, text, word) => {
    expect(mixedWords(text).map((found) => found.word)).toEqual([word]);
  });

  it('F35 are marked in what is shown, letter by letter', () => {
    const [before, mixed, after] = segmentsOf('go to pаypal.com');
    expect(before).toEqual({ kind: 'plain', text: 'go to ' });
    expect(mixed).toMatchObject({ kind: 'mixed', word: { word: 'pаypal' } });
    expect(after).toEqual({ kind: 'plain', text: '.com' });
  });
});

const digestOfText = (text: string): string =>
  digestOf({ action: 'Run', args: { text }, workspaceId: 'w1' });

describe('texts without an end', () => {
  it.each([
    ['5000 marks on one letter', `Z${'\u0301'.repeat(5_000)}`],
    ['10 000 lines', 'line\n'.repeat(10_000)],
    ['one line of 100 kB', 'x'.repeat(100_000)],
    ['a megabyte', '€'.repeat(350_000)],
  ])('F36 are shown by head and tail, with every hidden byte counted: %s', (_, text) => {
    const { head, tail, hidden } = boundText(text);
    const drawn = [head, tail].map((part) => segmentsOf(part).map((s) => 'text' in s && s.text));
    expect(drawn.flat().join('').length).toBeLessThan(2_000);
    expect(Buffer.byteLength(head) + hidden + Buffer.byteLength(tail)).toBe(
      Buffer.byteLength(text),
    );
  });

  it('F36 of a megabyte are refused before anything is sent, and by the platform', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const text = 'x'.repeat(1_000_000);
    for (const input of [
      { action: text },
      { action: 'Run', reason: text },
      { action: 'Run', args: { text } },
    ])
      expect(await approvals.request(input)).toMatchObject({
        status: 'failed',
        error: { code: 'input' },
      });
    expect(platform.requests).toEqual([]);
    const { call } = await testApp();
    const answer = await call('POST', '/workspaces/w1/approvals', { body: { action: text } });
    expect(answer.status).toBe(413);
  });

  it('F36 are hashed whole: one hidden character makes another digest', () => {
    const before = 'x'.repeat(50_000);
    expect(digestOfText(`${before}a${before}`)).not.toBe(digestOfText(`${before}b${before}`));
  });
});

describe('two spellings of one text', () => {
  const [composed, decomposed] = ['Caf\u00e9', 'Cafe\u0301'] as const;

  it('F38 are two requests: the digest is over what was sent, and that is what arrives', async () => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    const digests = new Set<string | undefined>();
    for (const action of [composed, decomposed]) {
      const args = { name: action, [action]: 1 };
      const asked = approvals.request({ action, args });
      const row = await platform.waitForRow(({ status }) => status === 'pending');
      expect(row.action).toBe(action);
      platform.decide(row.id, 'approved');
      const outcome = await asked;
      expect(outcome).toMatchObject({ status: 'granted', args });
      digests.add(outcome.digest);
    }
    expect(digests.size).toBe(2);
    const sent = platform.requests.flatMap(({ method, body }) => (method === 'POST' ? [body] : []));
    expect(JSON.stringify(sent)).toContain(composed);
    expect(JSON.stringify(sent)).toContain(decomposed);
  });

  it('F38 are not one for our platform either', async () => {
    const { call } = await testApp();
    const args = { name: composed };
    const digest = digestOf({ action: composed, args, workspaceId: 'w1' });
    const body = { action: decomposed, context: { args, digest } };
    const answer = await call('POST', '/workspaces/w1/approvals', { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'digest_mismatch' } });
  });

  it.each([
    ['the action', { action: 'a\ud800' }],
    ['the reason', { action: 'a', reason: '\udc00b' }],
    ['an argument', { action: 'a', args: { b: '\ud83d' } }],
    ['the name of an argument', { action: 'a', args: { '\ud83d': 1 } }],
    ['the key', { action: 'a', key: '\ud83d' }],
  ])('F38 half of a surrogate pair in %s is refused, not replaced', async (_, input) => {
    const platform = await fakePlatform();
    const { approvals } = requestingSide(platform.url);
    expect(await approvals.request(input)).toMatchObject({
      status: 'failed',
      error: { code: 'input' },
    });
    expect(platform.requests).toEqual([]);
  });

  it.each([
    ['the action', '{"action":"a\\ud800"}'],
    ['the reason', '{"action":"a","reason":"\\udc00b"}'],
    [
      'an argument',
      `{"action":"a","context":{"args":{"b":"\\ud83d"},"digest":"sha256:${'0'.repeat(64)}"}}`,
    ],
  ])('F38 half of a surrogate pair in %s is refused by the platform', async (_, body) => {
    const { call, storage } = await testApp();
    const answer = await call('POST', '/workspaces/w1/approvals', { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body['error']).toContain('surrogate');
    expect(await storage.events.head()).toBe(0);
  });
});
