/** What the chart makes of an event: asked of the chart alone, and nothing of it is done. */
import { createActor, type SnapshotFrom } from 'xstate';
import type {
  ApprovalEmitted,
  ApprovalEvent,
  approvalMachine,
  Outcome,
} from '../../machines/index.ts';
import { type Waiting, waitingContext } from './waiting-snapshot.ts';

type Machine = typeof approvalMachine;
type Scope = Parameters<Machine['transition']>[2];

/** An approval that ends. */
export interface End {
  readonly state: SnapshotFrom<Machine>['value'];
  readonly emitted: readonly ApprovalEmitted[];
  readonly outcome: Outcome;
}

/**
 * For one machine. XState's own `transition()` makes an actor at each call, which takes four times as
 * long; where a child would be started it is made and left.
 */
export class Trial {
  readonly #machine: Machine;
  #scope: Scope | undefined;
  #emitted: ApprovalEmitted[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The end to which an event brings one that waits; `undefined` where it does not, or breaks. */
  endBy(waiting: Waiting, event: ApprovalEvent): End | undefined {
    try {
      const { status, value, output } = this.#after(waiting, event);
      if (status !== 'done' || output === undefined) return undefined;
      return { state: value, emitted: this.#emitted, outcome: output };
    } catch {
      // An actor breaks in the same way, and says why.
      return undefined;
    }
  }

  #after(waiting: Waiting, event: ApprovalEvent): SnapshotFrom<Machine> {
    this.#scope ??= this.#inertScope(waiting);
    this.#emitted = [];
    const context = waitingContext(waiting);
    const before = this.#machine.resolveState({ value: waiting.state, context });
    return this.#machine.transition(before, event, this.#scope);
  }

  #inertScope({ request }: Waiting): Scope {
    const self = createActor(this.#machine, { input: request });
    return {
      self,
      id: self.id,
      sessionId: self.sessionId,
      system: self.system,
      logger: () => undefined,
      stopChild: () => undefined,
      defer: (work) => work(),
      emit: (event) => this.#emitted.push(event),
      actionExecutor: ({ type, info, params, exec }) => {
        if (type === 'xstate.emit') exec?.(info, params);
      },
    };
  }
}
