/** Takes up what an earlier life of the process left, where the client can. */
import type { Outcome } from '../../machines/index.ts';
import type { Approvals } from '../../src/index.ts';

export interface Resumed {
  readonly traceId: string;
  readonly key?: string;
  readonly action: string;
  readonly outcome: Promise<Outcome>;
}

export async function resume(approvals: Approvals): Promise<readonly Resumed[]> {
  const resumes: { resume?: unknown } = approvals;
  if (typeof resumes.resume !== 'function') return [];
  const resumed: readonly Resumed[] = await Reflect.apply(resumes.resume, approvals, []);
  return resumed;
}

export const canResume = (approvals: Approvals): boolean => 'resume' in approvals;
