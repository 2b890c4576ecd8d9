/** Follows the actors of a process by what XState tells of them, and says it in the words of the wire. */
import type { ActorRefLike, InspectionEvent } from 'xstate';
import { transitionId } from '../graph.ts';
import { redact } from '../redact.ts';
import { LIMITS, type ProcessEvent } from '../wire.ts';
import { RecentActors } from './recent-actors.ts';
import {
  aboutOf,
  changesNothing,
  contextOf,
  machineOf,
  nameOf,
  parentOf,
  stateOf,
  traceIdOf,
} from './traits.ts';

/** An actor that lives. */
interface Living {
  readonly id: string;
  readonly machine: string;
  readonly name: string;
  readonly parent: Living | undefined;
  readonly children: Set<Living>;
  readonly startedAt: number;
  /** False until it has its first snapshot. */
  isReady: boolean;
  state: string | undefined;
  context: unknown;
  /** In which round it was announced; see {@link Witness.beginRound}. */
  announcedIn: number;
}

export interface WitnessOptions {
  /** Called with what makes the event, which costs something. */
  readonly tell: (event: () => ProcessEvent) => void;
  /** What was seen is not told: the view does not know the actor yet, and learns where it is. */
  readonly onUntold: () => void;
}

type Seen<Type extends InspectionEvent['type']> = Extract<InspectionEvent, { type: Type }>;

export class Witness {
  readonly #options: WitnessOptions;
  readonly #living = new Map<string, Living>();
  readonly #byTrace = new RecentActors();
  #round = 1;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** @param at milliseconds since the epoch */
  see(event: InspectionEvent, at: number): void {
    switch (event.type) {
      case '@xstate.event':
        if (event.event.type === 'xstate.init') this.#began(event.actorRef, at);
        break;
      case '@xstate.microstep':
        this.#stepped(event, at);
        break;
      case '@xstate.snapshot':
        this.#settled(event, at);
        break;
      default:
    }
  }

  /** A record that was appended to the audit log. */
  record(traceId: string, record: unknown, at: number): void {
    const actor = this.#byTrace.get(traceId);
    if (actor === undefined) return;
    const event = (): ProcessEvent => ({ kind: 'audit', actor, at, record: redact(record) });
    const living = this.#living.get(actor);
    if (living === undefined) this.#options.tell(event);
    else this.#tell(living, event);
  }

  /**
   * From here on the view knows nothing.
   * @returns where each actor is at the moment when it is asked for, parents before their children;
   *   of an actor nothing else is told before that
   */
  beginRound(now: () => number): Iterator<ProcessEvent> {
    this.#round += 1;
    return this.#presents(this.#round, now);
  }

  *#presents(round: number, now: () => number): Generator<ProcessEvent> {
    // Actors that begin meanwhile are visited too, and have been announced by then.
    for (const living of this.#living.values()) {
      if (round !== this.#round) return;
      if (this.#isAnnounced(living) || !living.isReady) continue;
      living.announcedIn = round;
      yield presentOf(living, now());
    }
  }

  #began(actor: ActorRefLike, at: number): void {
    const parent = this.#living.get(parentOf(actor) ?? '');
    const living: Living = {
      id: actor.sessionId,
      machine: machineOf(actor),
      name: nameOf(actor),
      parent,
      children: new Set(),
      startedAt: at,
      isReady: false,
      state: undefined,
      context: undefined,
      announcedIn: 0,
    };
    this.#living.set(living.id, living);
    parent?.children.add(living);
  }

  #stepped(
    { actorRef, event, snapshot, _transitions }: Seen<'@xstate.microstep'>,
    at: number,
  ): void {
    const living = this.#living.get(actorRef.sessionId);
    if (living === undefined || event.type === 'xstate.stop') return;
    const from = living.state;
    const to = stateOf(snapshot);
    this.#keep(living, snapshot);
    if (changesNothing(_transitions))
      this.#tell(living, () => ({ kind: 'ignored', actor: living.id, at, event: redact(event) }));
    else if (from !== undefined && to !== undefined)
      this.#tell(living, () => ({
        kind: 'transition',
        actor: living.id,
        at,
        from,
        to,
        ...transitionOf(_transitions),
        event: redact(event),
        ...whatItKnows(living),
      }));
  }

  #settled({ actorRef, snapshot }: Seen<'@xstate.snapshot'>, at: number): void {
    const living = this.#living.get(actorRef.sessionId);
    if (living === undefined) return;
    this.#keep(living, snapshot);
    if (!living.isReady) {
      living.isReady = true;
      this.#announce(living);
    }
    if (snapshot.status !== 'active') this.#ended(living, snapshot, at);
  }

  /** Children are ready before their parent is, and wait for it. */
  #announce(living: Living): void {
    if (!living.isReady || this.#isAnnounced(living)) return;
    if (living.parent !== undefined && !this.#isAnnounced(living.parent)) return;
    living.announcedIn = this.#round;
    this.#options.tell(() => presentOf(living, living.startedAt));
    for (const child of living.children) this.#announce(child);
  }

  #ended(living: Living, snapshot: Seen<'@xstate.snapshot'>['snapshot'], at: number): void {
    const { status } = snapshot;
    if (status === 'active') return;
    const output = 'error' in snapshot && status === 'error' ? snapshot.error : snapshot.output;
    this.#tell(living, () => ({
      kind: 'ended',
      actor: living.id,
      at,
      status,
      ...(output === undefined ? {} : { output: redact(output) }),
    }));
    this.#forget(living);
  }

  #forget(living: Living): void {
    this.#living.delete(living.id);
    living.parent?.children.delete(living);
    // One that was never started has no end.
    for (const child of living.children) this.#living.delete(child.id);
  }

  #keep(living: Living, snapshot: unknown): void {
    living.state = stateOf(snapshot);
    living.context = living.state === undefined ? undefined : contextOf(snapshot);
    const traceId = living.isReady ? undefined : traceIdOf(living.context);
    if (traceId !== undefined) this.#byTrace.set(traceId, living.id);
  }

  #tell(living: Living, event: () => ProcessEvent): void {
    if (this.#isAnnounced(living)) this.#options.tell(event);
    else this.#options.onUntold();
  }

  #isAnnounced({ announcedIn }: Living): boolean {
    return announcedIn === this.#round;
  }
}

function presentOf(living: Living, at: number): ProcessEvent {
  const { id, machine, name, parent, startedAt, state } = living;
  return {
    kind: 'actor',
    actor: id,
    machine,
    ...(parent === undefined ? {} : { parent: parent.id, name }),
    startedAt,
    at,
    ...(state === undefined ? {} : { state }),
    ...whatItKnows(living),
  };
}

const whatItKnows = ({ context }: Living) => ({
  about: aboutOf(context),
  ...(context === undefined ? {} : { context: redact(context) }),
});

function transitionOf([taken]: Seen<'@xstate.microstep'>['_transitions']) {
  const transition = taken === undefined ? '' : transitionId(taken);
  return transition === '' || transition.length > LIMITS.id ? {} : { transition };
}
