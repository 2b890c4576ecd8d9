/** Seeds that failed once, with what was wrong: they run first, always. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const schema = z.array(z.strictObject({ seed: z.number().int(), was: z.string().min(1) }));

export const keptSeeds = schema.parse(
  JSON.parse(readFileSync(new URL('kept-seeds.json', import.meta.url), 'utf8')),
);
