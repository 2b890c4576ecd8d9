/** Inspectors for tests, and what may go wrong with them. */
import { onTestFinished } from 'vitest';
import { type StatelyInspectorOptions, statelyInspector } from '../../src/inspect/index.ts';
import { unreachableUrl } from './cli.ts';

export function inspector(url: string, options: Partial<StatelyInspectorOptions> = {}) {
  const made = statelyInspector({ url, firstRetryMs: 20, mostRetryMs: 100, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** Nobody listens there. */
export const deadUrl = async (): Promise<string> => (await unreachableUrl()).replace('http', 'ws');

export const throwing = (): never => {
  throw new Error('no');
};

/** Nothing else happens meanwhile. */
export function hold(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
