/** The real approval machine over services that settle when the test says so. */
import { createActor, type InspectionEvent, type Snapshot } from 'xstate';
import {
  type ApprovalEmitted,
  type ApprovalRequest,
  approvalMachine,
} from '../../machines/index.ts';
import type { WalkEvent } from '../../src/testing/walk/catalogue.ts';
import { commandedServices } from '../../src/testing/walk/commanded.ts';

export interface CommandedOptions {
  /** Go on from here instead of starting anew. */
  readonly snapshot?: Snapshot<unknown>;
  readonly inspect?: (event: InspectionEvent) => void;
}

export function commandedApproval(request: ApprovalRequest, options: CommandedOptions = {}) {
  const { actors, tell } = commandedServices();
  const actor = createActor(approvalMachine.provide({ actors }), { input: request, ...options });
  const emitted: ApprovalEmitted[] = [];
  actor.on('*', (event) => emitted.push(event));
  return {
    actor,
    emitted,
    get audit() {
      return emitted.flatMap((event) => (event.type === 'audit' ? [event.event] : []));
    },
    /** Makes happen what a model event says: a service settles or reports, or the caller acts. */
    async apply(event: WalkEvent): Promise<void> {
      tell(actor, event);
      await new Promise(setImmediate);
    },
  };
}
