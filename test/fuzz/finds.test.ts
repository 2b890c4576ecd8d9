/** The fuzzing itself: what is planted must be found, or its silence means nothing. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decisionOfFrame } from '../../src/protocol/frames.ts';
import { codeOf, returned, target } from '../support/fuzz/target.ts';
import { frames } from '../support/fuzz/targets/frames.ts';

const runs = 3_000;
const seed = 7;

const parsers: Readonly<Record<string, typeof decisionOfFrame>> = {
  'takes APPROVED for approved': (text, ws) => decisionOfFrame(approved(text), ws),
  'takes a frame of any workspace': (text) =>
    decisionOfFrame(text, /"workspace_id":\s*"([^"]*)"/.exec(text)?.[1] ?? ''),
  'believes the last of two equal keys': (text, ws) => decisionOfFrame(last(text), ws),
  'reads past a byte order mark': (text, ws) => decisionOfFrame(text.replace(/^\ufeff/, ''), ws),
  'loses denials': (text, ws) => (text.includes('denied') ? undefined : decisionOfFrame(text, ws)),
  'throws what JSON.parse throws': (text, ws) => {
    JSON.parse(text);
    return decisionOfFrame(text, ws);
  },
};

it.each(Object.entries(parsers))('finds a parser of frames that %s', async (_, parser) => {
  const report = await frames(parser).fuzz({ runs, seed });
  expect(report.failure).toContain(`npm run fuzz -- --only "frames" --runs ${runs} --seed ${seed}`);
});

const approved = (text: string): string => text.replace(/"approved"/gi, '"approved"');

/** The text as a reader hands it on that keeps the last of two equal keys. */
function last(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

const failureOf = async (parse: (input: number) => number | Promise<number>) =>
  (
    await target<number, number>({
      name: 'planted',
      inputs: fc.nat(100),
      parse,
      judge: (_, attempt) => {
        if (attempt.threw) codeOf(attempt.error);
        return returned(attempt) > 50 ? 'accepted' : 'rejected';
      },
    }).fuzz({ runs: 200, seed })
  ).failure;

/** Of this thread's own time: on a busy machine it takes longer. */
function spin(ms: number): void {
  const before = process.threadCpuUsage();
  const spent = (): number => process.threadCpuUsage(before).user / 1_000;
  while (spent() < ms);
}

it('finds a parser that is slow for some inputs, and shows the smallest', async () => {
  const failure = await failureOf((n) => {
    if (n > 90) spin(55);
    return n;
  });
  expect(failure).toMatch(/^took \d+ ms\n {2}input: \[91\]/);
});

it('forgives a parser that the machine held up once', async () => {
  let hiccups = 0;
  const failure = await failureOf((n) => {
    if (n > 50 && hiccups++ === 0) spin(80);
    return n;
  });
  expect(failure).toBeUndefined();
  expect(hiccups).toBeGreaterThan(1);
});

it('finds an error without a code, also in what is awaited', async () => {
  const failure = await failureOf(async (n) => {
    if (n > 10) throw new TypeError('an own goal');
    return n;
  });
  expect(failure).toContain('threw an error without a code: object TypeError: an own goal');
  expect(failure).toContain('input: [11]');
});
