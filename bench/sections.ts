/** The sections in the order in which they run. Each is loaded when it is its turn. */
import type { Part } from './report/figure.ts';

export const SECTIONS: ReadonlyMap<string, () => Promise<Part>> = new Map([
  ['audit', async () => (await import('./audit/part.ts')).audit],
]);
