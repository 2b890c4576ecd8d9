import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../src/page/summary.ts';
import { mixedWords } from '../../src/platform/page/model/scripts.ts';
import { type Segment, segmentsOf } from '../../src/platform/page/model/segments.ts';
import { boundText } from '../../src/platform/page/model/text-bounds.ts';

const bytesOf = (text: string): number => Buffer.byteLength(text);

const lines = (n: number): string => Array.from({ length: n }, () => 'line').join('\n');

describe('F36 a long text', () => {
  it('is left alone while it is short', () => {
    const text = 'x'.repeat(2_000);
    expect(boundText(text)).toEqual({ head: text, tail: '', hidden: 0 });
  });

  it.each([
    ['one huge line', 'y'.repeat(100_000)],
    ['many short lines', Array.from({ length: 10_000 }, (_, n) => `l${n}`).join('\n')],
    ['empty lines', '\n'.repeat(500)],
    ['pairs of surrogates', '😀'.repeat(3_000)],
  ])('is shown as head and tail, and every byte is counted: %s', (_, text) => {
    const { head, tail, hidden } = boundText(text);
    expect(bytesOf(head) + hidden + bytesOf(tail)).toBe(bytesOf(text));
    expect(hidden).toBeGreaterThan(0);
    expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
    expect(head.length + tail.length).toBeLessThanOrEqual(1_700);
    expect(`${head}\n${tail}`.split('\n').length).toBeLessThanOrEqual(34);
    expect(head.isWellFormed() && tail.isWellFormed()).toBe(true);
  });

  it('hides nothing of 40 lines and something of 41', () => {
    expect(boundText(lines(40)).hidden).toBe(0);
    expect(boundText(lines(41)).hidden).toBeGreaterThan(0);
  });

  it('is one line in a summary', () => {
    expect(summaryOf('  a\n\n b  ', 10)).toBe('a b');
    expect(summaryOf('abcdef', 3)).toBe('abc…');
    expect(summaryOf('ab😀d', 3)).toBe('ab…');
  });
});

describe('F35 words that mix alphabets', () => {
  it.each([
    ['pаypal', ['Latin', 'Cyrillic'], ['а']],
    ['αdmin', ['Latin', 'Greek'], ['α']],
    ['ｐaypal', ['Latin', 'look-alike'], ['ｐ']],
    ['привeт', ['Cyrillic', 'Latin'], ['e']],
    ['paypaℓ', ['Latin', 'look-alike'], ['ℓ']],
    ['ⅽlick', ['Latin', 'look-alike'], ['ⅽ']],
  ])('are found, with the letters that do not belong: %s', (word, alphabets, strangers) => {
    const [found] = mixedWords(`go to ${word}.com`);
    expect(found).toMatchObject({ word, index: 6, alphabets });
    expect([...(found?.strangers ?? [])]).toEqual(strangers);
  });

  it.each([
    'plain words',
    'привет мир',
    '使用API调用',
    'Ünïcödé',
    'Москва-Berlin',
    'x2 y_3',
    'nº 1ª',
    '日本語です',
  ])('are not seen where there are none: %s', (text) => {
    expect(mixedWords(text)).toEqual([]);
  });
});

const shown = (segments: readonly Segment[]): string =>
  segments.map((s) => (s.kind === 'mixed' ? s.word.word : s.text)).join('');
const codes = (text: string): string[] =>
  segmentsOf(text).flatMap((segment) => (segment.kind === 'code' ? segment.text : []));

describe('F34 what cannot be seen', () => {
  it.each([
    ['a direction override', 'a\u202Eb', ['⟦U+202E⟧']],
    ['an isolate', '\u2066x\u2069', ['⟦U+2066⟧', '⟦U+2069⟧']],
    ['a zero-width space', 'pay\u200Bpal', ['⟦U+200B⟧']],
    ['a tag character', 'x\u{E0041}', ['⟦U+E0041⟧']],
    ['an escape', 'a\u001b[31mb', ['⟦U+001B⟧']],
    ['a carriage return', 'safe\rrm -rf', ['⟦U+000D⟧']],
  ])('is shown by its code point: %s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('is not seen in what an agent only writes like it', () => {
    expect(segmentsOf('⟦U+202E⟧ "x"\n\ty')).toEqual([{ kind: 'plain', text: '⟦U+202E⟧ "x"\n\ty' }]);
  });

  it('is counted where marks are stacked on one letter', () => {
    expect(codes(`Z${'\u0301'.repeat(5_000)}algo`)).toEqual(['⟦U+0301 ×4996⟧']);
    expect(codes(`Z${'\u0301\u0302'.repeat(4)}`)).toEqual(['⟦U+0301⟧⟦U+0302⟧⟦U+0301⟧⟦U+0302⟧']);
  });

  it('does not hide a stack of marks that it interrupts', () => {
    const text = `Z${'\u0301'.repeat(100)}\u200B${'\u0301'.repeat(100)}`;
    expect(codes(text)).toEqual(['⟦U+0301 ×96⟧', '⟦U+200B⟧', '⟦U+0301 ×96⟧']);
  });

  it('leaves real writing as it is', () => {
    for (const text of ['naïve café', 'สวัสดีครับ', 'שָׁלוֹם', '👍 ok', 'e\u0301'])
      expect(shown(segmentsOf(text))).toBe(text);
  });
});
