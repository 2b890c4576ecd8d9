/** Somebody's machine as a system to walk: their services as they are, all others on command. */
import { setImmediate as turn } from 'node:timers/promises';
import { createActor } from 'xstate';
import { type ApprovalRequest, approvalMachine } from '../../../machines/index.ts';
import {
  APPROVAL_EVENTS,
  eventsOf,
  STEP_NAMES,
  type StepName,
  serviceOf,
  type WalkEvent,
} from './catalogue.ts';
import { commandedServices } from './commanded.ts';
import { type ApprovalState, canHappen } from './model.ts';
import { endOf, type ObservedApproval } from './observed.ts';
import { sampleRequest } from './sample.ts';
import { type ApprovalSystem, IMPOSSIBLE, type MakeHappen } from './system.ts';

export interface MachineSystemOptions {
  /** What is asked; the rest is a sample. */
  readonly request?: Partial<ApprovalRequest> | undefined;
  /** How to make your own services do what a step says. */
  readonly steps?: ApprovalSystem['steps'] | undefined;
  /** What your own services do without being told. */
  readonly byItself?: ApprovalSystem['byItself'];
  /** Who approves and denies, where your services name them. Default `alice@example.com`. */
  readonly approver?: string | undefined;
  /** What can be seen beside the machine: `pending`, where your services store something. */
  readonly observe?: (() => Partial<ObservedApproval>) | undefined;
  /** Called when the walk is over. */
  readonly close?: (() => unknown) | undefined;
}

/**
 * Makes a system of an `approvalMachine.provide({ actors })`. Services that were replaced run as
 * they are; the others settle when the walk says so.
 *
 * @example
 * ```ts
 * const machine = approvalMachine.provide({ actors: { checkPermission: askThePolicy } });
 * await testApprovals(() =>
 *   machineSystem(machine, {
 *     byItself: ({ state }) => (state === 'rbacCheck' ? 'the roles allow asking' : undefined),
 *   }),
 * );
 * ```
 */
export function machineSystem(
  machine: typeof approvalMachine,
  options: MachineSystemOptions = {},
): ApprovalSystem {
  const { actors, tell } = commandedServices();
  const replaced = replacedIn(machine);
  const commanded: Partial<typeof actors> = { ...actors };
  for (const name of SERVICES) if (replaced.has(name)) delete commanded[name];
  const actor = createActor(machine.provide({ actors: commanded }), {
    input: sampleRequest(options.request),
  });
  const audit: string[] = [];
  actor.on('audit', ({ event }) => audit.push(event.outcome));
  // An actor that broke is seen as one that stopped where it was.
  actor.subscribe({ error: () => undefined });
  actor.start();

  const isTold = (event: WalkEvent): boolean => {
    const snapshot = actor.getSnapshot();
    const service = reporterOf(snapshot, event);
    return canHappen(snapshot, event) && (service === undefined || !replaced.has(service));
  };
  const makeHappen = (step: StepName): MakeHappen => {
    const [first, ...more] = eventsOf(step).map((name) => APPROVAL_EVENTS[name]);
    return async () => {
      if (first === undefined || !isTold(first)) return IMPOSSIBLE;
      tell(actor, first);
      for (const event of more) {
        await turn();
        tell(actor, event);
      }
      return undefined;
    };
  };
  const told = Object.fromEntries(STEP_NAMES.map((step) => [step, makeHappen(step)]));
  return {
    steps: { ...told, ...options.steps },
    byItself: options.byItself,
    approver: options.approver,
    observe: () => ({ ...observed(actor.getSnapshot(), audit), ...options.observe?.() }),
    close: async () => {
      actor.stop();
      await options.close?.();
    },
  };
}

const observed = (
  { value, context, output }: ApprovalState,
  audit: readonly string[],
): ObservedApproval => ({
  status: output?.status ?? 'waiting',
  state: value,
  knowsId: context.approvalId !== null,
  ...endOf(output),
  audit: [...audit],
});

const SERVICES = [
  'deadline',
  'checkPermission',
  'submitRequest',
  'awaitDecision',
  'pollDecision',
  'withdrawRequest',
] as const;
type Service = (typeof SERVICES)[number];

/** The services that are not the ones that the machine came with. */
function replacedIn({ implementations }: typeof approvalMachine): ReadonlySet<Service> {
  const given: unknown = implementations.actors;
  const original: unknown = approvalMachine.implementations.actors;
  return new Set(SERVICES.filter((name) => actorOf(given, name) !== actorOf(original, name)));
}

const actorOf = (actors: unknown, name: Service): unknown =>
  typeof actors === 'object' && actors !== null ? Reflect.get(actors, name) : undefined;

/** Which service says so, where the approval stands; `undefined`: anybody may. */
function reporterOf({ value }: ApprovalState, event: WalkEvent): Service | undefined {
  const service = serviceOf(event);
  if (service !== undefined) return BY_ID[service];
  if (event.type === 'deadline.passed') return 'deadline';
  if (event.type === 'approval.withdraw') return undefined;
  return value === 'awaitingWS' || value === 'fallbackPolling' ? WAITS[value] : undefined;
}

const BY_ID: Readonly<Record<string, Service>> = {
  permission: 'checkPermission',
  submission: 'submitRequest',
  liveDecision: 'awaitDecision',
  polledDecision: 'pollDecision',
  withdrawal: 'withdrawRequest',
};
const WAITS = { awaitingWS: 'awaitDecision', fallbackPolling: 'pollDecision' } as const;
