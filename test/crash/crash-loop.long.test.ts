import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { briefStoryOf } from './story.ts';

/** One for each kind of write, and for each step that others see. All of them: `npm run crash`. */
const POINTS = [
  'journal.in_write',
  'journal.after_rename',
  'key.in_write',
  'platform.before_create',
  'platform.after_create',
  'audit.in_write',
  'audit.after_sync',
  'platform.after_withdrawal',
  'answer.before_give',
  'answer.after_give',
  'use.after_sync',
  'claim.after_rename',
];

it('G7 G8 G3 an asker that is killed and started again ends each approval once, on the same row', async () => {
  const lines: string[] = [];
  const tally = await runCampaign({
    stories: POINTS.map((at, n) => briefStoryOf(100 + n, at)),
    atOnce: 4,
    print: (line) => lines.push(line),
  });
  expect(lines).toEqual([]);
  expect([...tally.reached.keys()].sort()).toEqual(expect.arrayContaining([...POINTS].sort()));
}, 60_000);
