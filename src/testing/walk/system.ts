/** What somebody must give to have their embedding walked. */
import type { StepName } from './catalogue.ts';
import type { ObservedApproval } from './observed.ts';

/** Returned by a step that cannot be made to happen at this moment; nothing may have happened then. */
export const IMPOSSIBLE = 'impossible';

/**
 * Makes something happen; {@link IMPOSSIBLE} where it cannot. May be done before its effect can be
 * seen: the walk waits for that.
 */
export type MakeHappen = () => unknown;

/**
 * One asker (or several that ask the same at once), its machine, and the world around it, freshly
 * made for one walk. It stands before `the roles allow asking`: nobody was asked yet.
 */
export interface ApprovalSystem {
  /** What this system can make happen. What is missing is not walked, and listed in the report. */
  readonly steps: Partial<Record<StepName, MakeHappen>>;
  /**
   * What happens next without being told, where the approval stands as given; `undefined`: nothing
   * does. A system that cannot stop between two states says so here.
   *
   * @example
   * ```ts
   * byItself: ({ state }) => (state === 'submitting' ? 'submitted, channel live' : undefined),
   * ```
   */
  readonly byItself?: ((at: ObservedApproval) => StepName | undefined) | undefined;
  /** What can be seen now; one for each approval, where several were asked at once. */
  readonly observe: () => Observation | Promise<Observation>;
  /** Who approves and denies here. Default `alice@example.com`. */
  readonly approver?: string | undefined;
  /** Ends everything. A walk that is over closes its system, also after a failure. */
  readonly close: () => unknown;
}

export type Observation = ObservedApproval | readonly ObservedApproval[];

export type MakeSystem = () => ApprovalSystem | Promise<ApprovalSystem>;
