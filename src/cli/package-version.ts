import { readFileSync } from 'node:fs';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string() });

/** The version of this package. */
export function packageVersion(): string {
  const file = new URL(import.meta.resolve('countersign/package.json'));
  return packageSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
