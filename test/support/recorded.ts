/** The recorded exchanges of a Molecule platform; `test/fixtures/README.md` says what they are. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const httpSchema = z.strictObject({
  name: z.string(),
  kind: z.literal('http'),
  request: z.strictObject({ method: z.enum(['GET', 'POST']), path: z.string(), body: z.json() }),
  response: z.strictObject({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.json(),
  }),
});

const frameSchema = z.strictObject({
  name: z.string(),
  kind: z.literal('frame'),
  raw: z.string(),
});

const upgradeSchema = z.strictObject({
  name: z.string(),
  kind: z.literal('upgrade'),
  status: z.int(),
});

const lineSchema = z.discriminatedUnion('kind', [httpSchema, frameSchema, upgradeSchema]);

export type RecordedHttp = z.infer<typeof httpSchema>;
export type RecordedFrame = z.infer<typeof frameSchema>;
export type RecordedUpgrade = z.infer<typeof upgradeSchema>;
export type Recorded = z.infer<typeof lineSchema>;

/** The workspace of every recorded frame. */
export const RECORDED_WORKSPACE = '11111111-1111-1111-1111-111111111111';

const FILE = new URL('../fixtures/molecule-platform.jsonl', import.meta.url);

/** Every line, in the order in which it happened. */
export const recordings: readonly Recorded[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => lineSchema.parse(JSON.parse(line)));

/**
 * The text of the recorded frame with that name.
 * @throws Error where there is none
 */
export function recordedFrame(name: string): string {
  const found = recordings.find((line) => line.kind === 'frame' && line.name === name);
  if (found?.kind !== 'frame') throw new Error(`No recorded frame is named "${name}".`);
  return found.raw;
}
