/** Records before they get their place in the chain. Pure. */
import type { AuditEvent, JsonObject } from '../../machines/index.ts';
import { boundedObject, boundedText } from './bounded.ts';
import type { ChainPosition } from './chain.ts';
import type { TornLine } from './torn-tail.ts';

/** What the machines emit, and what the log says about itself (`event_type` is `audit`). */
export type LogEvent = Omit<AuditEvent, 'event_type'> & {
  readonly event_type: AuditEvent['event_type'] | 'audit';
};

/** The fixed fields, then the extras. */
export interface AuditDraft extends JsonObject {
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly event_type: string;
  readonly workspace_id: string;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly trace_id: string;
}

/** A record at its place in a chain. */
export interface PlacedRecord extends AuditDraft {
  /** UUID of the writer's chain. */
  readonly chain: string;
  /** Place in the chain, from 0. */
  readonly seq: number;
  /** `hash` of the record before; 64 zeros where `seq` is 0. */
  readonly prev_hash: string;
}

/** A whole line. */
export interface AuditRecord extends PlacedRecord {
  /** 64 hex digits over the RFC 8785 form of everything else in the record. */
  readonly hash: string;
}

const RESERVED: ReadonlySet<string> = new Set([
  'timestamp',
  'event_type',
  'workspace_id',
  'actor',
  'action',
  'resource',
  'outcome',
  'trace_id',
  'chain',
  'seq',
  'prev_hash',
  'hash',
]);

/**
 * @param at milliseconds since the epoch
 */
export function draftOf(event: LogEvent, at: number): AuditDraft {
  return {
    timestamp: timestampOf(at),
    event_type: event.event_type,
    workspace_id: boundedText(event.workspace_id),
    actor: boundedText(event.actor),
    action: boundedText(event.action),
    resource: boundedText(event.resource),
    outcome: boundedText(event.outcome),
    trace_id: boundedText(event.trace_id),
    ...withoutReserved(boundedObject(event.extras)),
  };
}

let latest = { at: Number.NaN, text: '' };

/** Records come in groups of the same millisecond. */
function timestampOf(at: number): string {
  if (latest.at !== at) latest = { at, text: new Date(at).toISOString() };
  return latest.text;
}

/** An extra that is named like a fixed field is kept as `extra_…`: nothing is overridden or lost. */
function withoutReserved(extras: JsonObject): JsonObject {
  if (!Object.keys(extras).some((key) => RESERVED.has(key))) return extras;
  const free = (key: string): string =>
    RESERVED.has(key) || Object.hasOwn(extras, key) ? free(`extra_${key}`) : key;
  return Object.fromEntries(
    Object.entries(extras).map(([key, value]) => [RESERVED.has(key) ? free(key) : key, value]),
  );
}

const OF_THE_LOG = { event_type: 'audit', workspace_id: '', actor: 'countersign' } as const;

/** Says that the file ended in the middle of a line, and which bytes those were. */
export function recoverEvent(path: string, torn: TornLine, traceId: string): LogEvent {
  const { offset, bytes, sha256 } = torn;
  return {
    ...OF_THE_LOG,
    action: 'recover',
    resource: path,
    outcome: 'recovered',
    trace_id: traceId,
    extras: { offset, bytes, sha256 },
  };
}

/**
 * Links a new chain to the old one, after the file was replaced or truncated while open, or could
 * not be written any more.
 * @param previousPath where that is another file
 */
export function rotateEvent(
  path: string,
  previous: ChainPosition,
  traceId: string,
  previousPath?: string,
): LogEvent {
  return {
    ...OF_THE_LOG,
    action: 'rotate',
    resource: path,
    outcome: 'rotated',
    trace_id: traceId,
    extras: {
      previous_chain: previous.chain,
      previous_hash: previous.hash,
      previous_seq: previous.seq,
      ...(previousPath === undefined ? {} : { previous_path: previousPath }),
    },
  };
}
