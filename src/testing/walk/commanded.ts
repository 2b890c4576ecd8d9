/** Services of the approval machine that settle when they are told to. */
import { type ActorRefFrom, type EventObject, fromCallback, fromPromise } from 'xstate';
import type {
  ApprovalRequest,
  approvalMachine,
  DeadlineInput,
  Permission,
  Submission,
  WaitInput,
  Withdrawal,
  WithdrawInput,
} from '../../../machines/index.ts';
import type { WalkEvent } from './catalogue.ts';
import { machineEvent } from './model.ts';

interface Settle {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const silent = <Input>() => fromCallback<EventObject, Input>(() => undefined);

export function commandedServices() {
  const running = new Map<string, Settle>();

  const promised = <Output, Input>(id: string) =>
    fromPromise<Output, Input>(
      ({ signal }) =>
        new Promise((resolve, reject) => {
          // What the catalogue says of a service is what that service returns.
          running.set(id, { resolve: (output) => resolve(output as Output), reject });
          signal.addEventListener('abort', () => running.delete(id));
        }),
    );
  const actors = {
    deadline: silent<DeadlineInput>(),
    checkPermission: promised<Permission, ApprovalRequest>('permission'),
    submitRequest: promised<Submission, ApprovalRequest>('submission'),
    awaitDecision: silent<WaitInput>(),
    pollDecision: silent<WaitInput>(),
    withdrawRequest: promised<Withdrawal, WithdrawInput>('withdrawal'),
  };

  /** Makes an event of the catalogue happen: a service settles or reports, or the caller acts. */
  function tell(actor: ActorRefFrom<typeof approvalMachine>, event: WalkEvent): void {
    const [, kind, id = ''] = /^xstate\.(done|error)\.actor\.(\w+)$/.exec(event.type) ?? [];
    const service = kind === undefined ? undefined : running.get(id);
    // What a callback service reports, and how it breaks, the machine sees as an event all the same.
    if (service === undefined) actor.send(machineEvent(event));
    else if ('output' in event) service.resolve(event.output);
    else if ('error' in event) service.reject(event.error);
  }

  return { actors, tell };
}
