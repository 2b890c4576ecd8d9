import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../src/protocol/duration.ts';
import { controlCharacters, visible, visibleInTerminal } from '../../src/protocol/text.ts';

describe('text', () => {
  it.each([
    ['\u001B[2J', ['U+001B']],
    ['a\rb', ['U+000D']],
    ['\u0007\u0000\u009B', ['U+0007', 'U+0000', 'U+009B']],
    ['a\u007Fb\u007F', ['U+007F']],
    ['plain, with ü and 漢字 and 😀', []],
  ])('F33: in %j the control characters are %j', (text, found) => {
    expect(controlCharacters(text, 'one line')).toEqual(found);
  });

  it('F33: lines and tabs are allowed where there may be many lines', () => {
    expect(controlCharacters('a\n\tb', 'many lines')).toEqual([]);
    expect(controlCharacters('a\n\tb', 'one line')).toEqual(['U+000A', 'U+0009']);
  });

  it.each([
    ['a right-to-left override', 'a\u202Egpj.exe', 'a⟦U+202E⟧gpj.exe'],
    ['an isolate', '\u2066x\u2069', '⟦U+2066⟧x⟦U+2069⟧'],
    ['a zero-width space', 'rm\u200B -rf', 'rm⟦U+200B⟧ -rf'],
    ['a byte order mark', '\uFEFFx', '⟦U+FEFF⟧x'],
    ['a tag', 'a\u{E0041}', 'a⟦U+E0041⟧'],
    ['a soft hyphen', 'a\u00ADb', 'a⟦U+00AD⟧b'],
    ['a Hangul filler', '\u3164', '⟦U+3164⟧'],
    ['a line separator', 'a\u2028b', 'a⟦U+2028⟧b'],
    ['a variation selector', 'a\uFE00', 'a⟦U+FE00⟧'],
    ['nothing to hide', 'naïve Größe 漢字 😀', 'naïve Größe 漢字 😀'],
  ])('F34: %s is shown', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('F34: nothing reaches a terminal that could move its cursor', () => {
    expect(visibleInTerminal('a\u001B[1A\r\nb\u202E')).toBe('a⟦U+001B⟧[1A⟦U+000D⟧⏎b⟦U+202E⟧');
  });
});

describe('a duration', () => {
  it.each([
    ['300', 300_000],
    ['1.5', 1_500],
    ['90s', 90_000],
    ['250ms', 250],
    ['30d', 2_592_000_000],
    [300, 300_000],
  ])('F32: %j is %d ms', (written, ms) => {
    expect(parseDurationMs(written)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '0',
    '-1',
    'NaN',
    'Infinity',
    '1e3',
    '5 m',
    '5M',
    '5mm',
    'm',
    '4000d',
    2 ** 53,
    Number.NaN,
  ])('F32: %j is none', (written) => {
    expect(parseDurationMs(written)).toBeUndefined();
  });
});
