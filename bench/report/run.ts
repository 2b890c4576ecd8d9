/** One run of the benchmark, as it is kept in a file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sectionSchema } from './figure.ts';
import { machineSchema } from './machine.ts';

const BENCH = join(import.meta.dirname, '..');

/** Not committed. */
export const RESULTS = join(BENCH, 'results');
export const LATEST = join(RESULTS, 'latest.json');
/** Committed: what other runs are compared with, and the docs are drawn from. */
export const COMMITTED = join(BENCH, 'figures.json');

const keyedSectionSchema = sectionSchema.extend({
  /** As in `--only`. */
  key: z.string(),
});
export type KeyedSection = z.infer<typeof keyedSectionSchema>;

export const runSchema = z.object({
  machine: machineSchema,
  isQuick: z.boolean(),
  /** How long it took, without the build. */
  seconds: z.number(),
  sections: z.array(keyedSectionSchema),
  /** Sections that could not be measured, and why. */
  failed: z.array(z.object({ key: z.string(), why: z.string() })),
});
export type Run = z.infer<typeof runSchema>;

/** @throws Error where there is no such file, or it is no run */
export const readRun = (path: string): Run =>
  runSchema.parse(JSON.parse(readFileSync(path, 'utf8')));

export const jsonOf = (run: Run): string => `${JSON.stringify(run, null, 2)}\n`;
