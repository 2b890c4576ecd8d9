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
