/** The real approval machine over services that settle when the test says so. */
import {
  type AnyEventObject,
  createActor,
  fromCallback,
  fromPromise,
  type InspectionEvent,
  type Snapshot,
} from 'xstate';
import {
  type ApprovalEmitted,
  type ApprovalRequest,
  approvalMachine,
  type Permission,
  type Submission,
  type WaitInput,
  type Withdrawal,
  type WithdrawInput,
} from '../../machines/index.ts';

type Settle = { resolve: (output: unknown) => void; reject: (error: unknown) => void };

export interface CommandedOptions {
  /** Go on from here instead of starting anew. */
  readonly snapshot?: Snapshot<unknown>;
  readonly inspect?: (event: InspectionEvent) => void;
}

export function commandedApproval(request: ApprovalRequest, options: CommandedOptions = {}) {
  const promises = new Map<string, Settle>();
  const callbacks = new Map<string, (event: AnyEventObject) => void>();
  const emitted: ApprovalEmitted[] = [];

  const promised = <Output, Input>(id: string) =>
    fromPromise<Output, Input>(
      ({ signal }) =>
        new Promise((resolve, reject) => {
          promises.set(id, { resolve: resolve as (output: unknown) => void, reject });
          signal.addEventListener('abort', () => promises.delete(id));
        }),
    );
  const calledBack = <Input>(id: string) =>
    fromCallback<AnyEventObject, Input>(({ sendBack }) => {
      callbacks.set(id, sendBack);
      return () => {
        callbacks.delete(id);
      };
    });

  const actor = createActor(
    approvalMachine.provide({
      actors: {
        deadline: calledBack('deadline'),
        checkPermission: promised<Permission, ApprovalRequest>('permission'),
        submitRequest: promised<Submission, ApprovalRequest>('submission'),
        awaitDecision: calledBack<WaitInput>('wait'),
        pollDecision: calledBack<WaitInput>('wait'),
        withdrawRequest: promised<Withdrawal, WithdrawInput>('withdrawal'),
      },
    }),
    { input: request, ...options },
  );
  actor.on('*', (event) => emitted.push(event));

  return {
    actor,
    emitted,
    get audit() {
      return emitted.flatMap((event) => (event.type === 'audit' ? [event.event] : []));
    },
    /** Makes happen what a model event says: a service settles or reports, or the caller acts. */
    async apply(event: AnyEventObject): Promise<void> {
      const [, kind, id = ''] = /^xstate\.(done|error)\.actor\.(\w+)$/.exec(event.type) ?? [];
      if (kind === 'done') promises.get(id)?.resolve(event['output']);
      else if (kind === 'error' && promises.has(id)) promises.get(id)?.reject(event['error']);
      // A callback service can only break while it starts; the machine sees the same event.
      else if (kind === 'error') actor.send(event as never);
      else if (event.type === 'deadline.passed') callbacks.get('deadline')?.(event);
      else if (event.type === 'approval.withdraw')
        actor.send({ type: event.type, why: String(event['why']) });
      else callbacks.get('wait')?.(event);
      await new Promise(setImmediate);
    },
  };
}
