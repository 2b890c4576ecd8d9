/** The sections in the order in which they run. Each is loaded when it is its turn. */
import type { Part } from './report/figure.ts';

export const SECTIONS: ReadonlyMap<string, () => Promise<Part>> = new Map([
  ['waiting', async () => (await import('./waiting/part.ts')).waiting],
  ['polling', async () => (await import('./polling/part.ts')).polling],
  ['audit', async () => (await import('./audit/part.ts')).audit],
  ['platform', async () => (await import('./platform/part.ts')).platform],
  ['start-up', async () => (await import('./start-up/part.ts')).startUp],
  ['frameworks', async () => (await import('./frameworks/part.ts')).frameworks],
]);

/** A quarter of an hour and more: measured where they are asked for, `--all` or by name. */
export const LONG_SECTIONS: typeof SECTIONS = new Map([
  ['hundred-thousand', async () => (await import('./waiting/part.ts')).hundredThousand],
]);
