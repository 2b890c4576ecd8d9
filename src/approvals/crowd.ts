/** What the actors of approvals that nobody watches have in common. */
import { type ActorRefFrom, createActor, fromTransition } from 'xstate';
import type { approvalMachine } from '../../machines/index.ts';

export type ApprovalActor = ActorRefFrom<typeof approvalMachine>;

/** Approvals of one client whose actors live; shared by all of them. */
export interface Awake {
  count: number;
  /** Who waits beyond it sleeps. */
  readonly most: number;
}

type CrowdEvent =
  | { readonly type: 'sleep'; readonly actor: ApprovalActor }
  /** As parents are told, whoever they are. */
  | { readonly type: `xstate.${'done' | 'error'}.actor.${string}` };

/** A parent in name alone: an actor system of its own costs as much memory as an actor. */
const crowd = createActor(
  fromTransition((state: undefined, event: CrowdEvent, scope) => {
    if (event.type === 'sleep') scope.stopChild(event.actor);
    return state;
  }, undefined),
).start();

/** For `createActor`, which takes a parent and does not document it: see `waiting-snapshot.ts`. */
export const IN_CROWD = { parent: crowd } as const;

/** Only its parent may stop an actor that has one. What it was about to do is dropped. */
export const stopInCrowd = (actor: ApprovalActor): void => crowd.send({ type: 'sleep', actor });
