/**
 * What XState tells its observers, in the shapes that Stately's inspector reads. Made at once, of
 * the values as they are at that moment, and redacted.
 */
import type { ActorRefLike, InspectedActorEvent, InspectionEvent, Snapshot } from 'xstate';
import type { JsonObject, JsonValue } from '../../../machines/index.ts';
import { dataAt, redact } from '../redact.ts';
import { definitionOf, idOf } from './definition.ts';

interface StatelyBase {
  readonly sessionId: string;
  readonly rootId: string;
  /** Milliseconds since the epoch, as a text. */
  readonly createdAt: string;
  readonly id: null;
  readonly _version: string;
}

export interface StatelyActor extends StatelyBase {
  readonly type: '@xstate.actor';
  readonly name: string;
  /** The machine's config, as JSON text; `{"id":…}` for what is no machine. */
  readonly definition: string;
  readonly parentId: string | undefined;
  readonly snapshot: JsonObject;
}

export interface StatelyEvent extends StatelyBase {
  readonly type: '@xstate.event';
  readonly event: JsonObject;
  readonly sourceId: string | undefined;
}

export interface StatelySnapshot extends StatelyBase {
  readonly type: '@xstate.snapshot';
  readonly event: JsonObject;
  readonly snapshot: JsonObject;
}

export type StatelyMessage = StatelyActor | StatelyEvent | StatelySnapshot;

/** The version of `@statelyai/inspect` whose messages these are. */
const VERSION = '0.7.2';

/**
 * `undefined` for events that the inspector has no shape for (actions, microsteps).
 * @param prefix makes the ids of actors different from those of other processes
 */
export function toStatelyMessage(event: InspectionEvent, prefix = ''): StatelyMessage | undefined {
  const base = {
    sessionId: prefix + event.actorRef.sessionId,
    rootId: prefix + event.rootId,
    createdAt: String(Date.now()),
    id: null,
    _version: VERSION,
  };
  switch (event.type) {
    case '@xstate.actor':
      return { type: event.type, ...base, ...actorOf(event, prefix) };
    case '@xstate.event': {
      const sourceId = prefixed(event.sourceRef?.sessionId, prefix);
      return { type: event.type, ...base, sourceId, event: eventOf(event.event) };
    }
    case '@xstate.snapshot':
      return {
        type: event.type,
        ...base,
        event: eventOf(event.event),
        snapshot: snapshotOf(event.snapshot),
      };
    default:
      return undefined;
  }
}

function actorOf({ actorRef }: InspectedActorEvent, prefix: string) {
  const logic = dataAt(actorRef, 'logic');
  const name = nameOf(actorRef, logic);
  const parent = dataAt(actorRef, '_parent');
  const parentId =
    typeof parent === 'object' && parent !== null ? dataAt(parent, 'sessionId') : undefined;
  return {
    name,
    definition: definitionOf(logic) ?? JSON.stringify({ id: name }),
    parentId: typeof parentId === 'string' ? prefix + parentId : undefined,
    // It is being made, and has no state yet: the first snapshot comes when it has begun.
    snapshot: { status: 'active' },
  };
}

/** What its parent calls it; a root is called as its machine. */
function nameOf(actorRef: ActorRefLike, logic: unknown): string {
  const id = dataAt(actorRef, 'id');
  if (typeof id === 'string' && id !== actorRef.sessionId) return id;
  return idOf(logic) ?? actorRef.sessionId;
}

const prefixed = (id: string | undefined, prefix: string): string | undefined =>
  id === undefined ? undefined : prefix + id;

function eventOf(event: unknown): JsonObject {
  const shown = redact(event);
  return isObject(shown) && typeof shown['type'] === 'string' ? shown : { type: '', event: shown };
}

/** What may be data of the caller's. The children of an actor are actors, and tell of themselves. */
const FIELDS = ['context', 'output', 'error', 'input'] as const;

function snapshotOf(snapshot: Snapshot<unknown>): JsonObject {
  const value = stateValue(dataAt(snapshot, 'value'), 0);
  const fields = FIELDS.map((name) => [name, dataAt(snapshot, name)] as const)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]): [string, JsonValue] => [name, redact(inner)]);
  return {
    status: snapshot.status,
    ...(value === undefined ? {} : { value }),
    ...Object.fromEntries(fields),
  };
}

const MOST_STATES_DEEP = 10;

/** Names of states, which may be any word. */
function stateValue(value: unknown, depth: number): JsonValue | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > MOST_STATES_DEEP) return undefined;
  return Object.fromEntries(
    Object.keys(value).map((name): [string, JsonValue] => [
      name,
      stateValue(dataAt(value, name), depth + 1) ?? null,
    ]),
  );
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
