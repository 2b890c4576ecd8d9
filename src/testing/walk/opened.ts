/** Systems that can be walked: made in time, and with what a walk needs. */
import { within } from './patience.ts';
import { checkSystem } from './refusals.ts';
import type { ApprovalSystem, MakeSystem } from './system.ts';

/** @param patienceMs how long it may take to make one, and to close one that is refused, milliseconds */
export const openedBy =
  (makeSystem: MakeSystem, patienceMs: number) => async (): Promise<ApprovalSystem> => {
    const system = await within(patienceMs, 'makeSystem()', makeSystem);
    try {
      checkSystem(system);
      return system;
    } catch (refusal) {
      // Why it is refused says more than what goes wrong afterwards.
      await within(patienceMs, 'close()', () => system.close()).catch(() => undefined);
      throw refusal;
    }
  };
