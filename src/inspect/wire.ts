/**
 * What processes tell the view, and what the view tells its pages: JSON text frames over WebSocket.
 * Instants are milliseconds since the epoch, by the clock of the process that tells.
 *
 * `/processes`, from a process: one `hello`, then `batch` after `batch`; the view answers nothing.
 * `/watch`, to a page: `actors` (in pieces, the last without `more`), then `changes`; `history` when
 * the page has sent `watch`.
 */
import { z } from 'zod';
import type { JsonValue } from '../../machines/index.ts';
import { isBoundedJson } from './bounded-json.ts';

/** What is sent is cut to these, and what is longer is refused. */
export const LIMITS = {
  /** One frame, bytes. */
  frame: 1024 * 1024,
  /** Events in one batch. */
  batch: 500,
  /** Any one text, characters. */
  text: 2_000,
  /** Any one text of a row, characters; the cut of `redact`. */
  rowText: 300,
  /** Any one id, characters. */
  id: 200,
  /** The last instant of a `Date`. */
  instant: 8_640_000_000_000_000,
} as const;

/**
 * Any one event, context, record or output: the most that `redact` makes of anything. Beyond its own
 * limits are pairs of maps, which are lists that it does not count, and the digits of big integers.
 */
const DATA_LIMITS = { nodes: 1_000, depth: 12, characters: 64_000 } as const;

const id = z.string().min(1).max(LIMITS.id);
const text = z.string().max(LIMITS.text);
const rowText = z.string().max(LIMITS.rowText);
const instant = z.number().int().nonnegative().max(LIMITS.instant);
/** Redacted before it is sent. */
const data = z.custom<JsonValue>((value) => isBoundedJson(value, DATA_LIMITS));
/** Without a `/`: it ends at the first one in the id of an actor of the view. */
const processId = id.regex(/^[\w-]+$/);

/** Who an actor works for, as far as it is known. */
const about = z.object({
  workspaceId: rowText.optional(),
  action: rowText.optional(),
  traceId: rowText.optional(),
  approvalId: rowText.optional(),
  deadlineAt: instant.optional(),
});

/** An actor is there: it has begun, or the view has just been connected. */
const actorEvent = z.object({
  kind: z.literal('actor'),
  actor: id,
  /** The machine's id, or what the service is called in `setup()`. */
  machine: id,
  /** The actor that invoked it. */
  parent: id.optional(),
  /** What its parent calls it: `submission`. */
  name: id.optional(),
  startedAt: instant,
  at: instant,
  /** Where it is; actors that are no machine have none. */
  state: id.optional(),
  about,
  context: data.optional(),
});

/** It went from a state to a state (perhaps the same). */
const transitionEvent = z.object({
  kind: z.literal('transition'),
  actor: id,
  at: instant,
  from: id,
  to: id,
  /** See `transitionId`; none for the first state. */
  transition: id.optional(),
  event: data,
  about,
  context: data.optional(),
});

/** It was told something that changed nothing. */
const ignoredEvent = z.object({ kind: z.literal('ignored'), actor: id, at: instant, event: data });

/** A record of it was appended to the audit log. */
const auditEvent = z.object({ kind: z.literal('audit'), actor: id, at: instant, record: data });

const endedEvent = z.object({
  kind: z.literal('ended'),
  actor: id,
  at: instant,
  status: z.enum(['done', 'error', 'stopped']),
  output: data.optional(),
});

export const processEventSchema = z.discriminatedUnion('kind', [
  actorEvent,
  transitionEvent,
  ignoredEvent,
  auditEvent,
  endedEvent,
]);
export type ProcessEvent = z.infer<typeof processEventSchema>;

export const processMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.literal(1),
    /** Of this process, for as long as it lives: a second `hello` with it is the same process. */
    process: z.object({ id: processId, pid: z.number().int(), title: text }),
  }),
  z.object({
    type: z.literal('batch'),
    events: z.array(processEventSchema).max(LIMITS.batch),
    /** How many events of this process were never sent, so far. */
    dropped: z.number().int().nonnegative(),
  }),
]);
export type ProcessMessage = z.infer<typeof processMessageSchema>;

export const actorRowSchema = z.object({
  /** Of the view: `<process>/<actor>`. */
  id: z.string(),
  process: z.string(),
  machine: z.string(),
  parent: z.string().optional(),
  name: z.string().optional(),
  /** `lost`: its process is not connected any more. */
  status: z.enum(['active', 'done', 'error', 'stopped', 'lost']),
  state: z.string().optional(),
  startedAt: z.number(),
  changedAt: z.number(),
  /** The one taken last, and the state in which it was taken. */
  transition: z.string().optional(),
  from: z.string().optional(),
  ...about.shape,
});
export type ActorRow = z.infer<typeof actorRowSchema>;

/** One line of the timeline of an actor. */
export const entrySchema = z.object({
  /** Grows by one; of this actor. */
  n: z.number(),
  at: z.number(),
  kind: z.enum(['began', 'transition', 'ignored', 'service', 'audit', 'ended']),
  /** Where the actor was after it. */
  state: z.string().optional(),
  from: z.string().optional(),
  transition: z.string().optional(),
  /** `decision.received`; for a service `submission began`, `submission done`; for a record its outcome. */
  label: z.string(),
  /** The event, the record or the output; redacted. */
  detail: data.optional(),
  context: data.optional(),
});
export type Entry = z.infer<typeof entrySchema>;

export const processRowSchema = z.object({
  id: z.string(),
  pid: z.number(),
  title: z.string(),
  isConnected: z.boolean(),
  dropped: z.number(),
});
export type ProcessRow = z.infer<typeof processRowSchema>;

export const viewMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('actors'),
    /** More pieces follow. */
    more: z.boolean(),
    actors: z.array(actorRowSchema),
    processes: z.array(processRowSchema),
    /** The view's clock. */
    now: z.number(),
  }),
  z.object({
    type: z.literal('changes'),
    /** New ones, and new versions of known ones. */
    actors: z.array(actorRowSchema),
    /** Forgotten to make room. */
    gone: z.array(z.string()),
    processes: z.array(processRowSchema),
    /** Of the actor that the page watches. */
    entries: z.array(entrySchema),
    now: z.number(),
  }),
  z.object({
    type: z.literal('history'),
    actor: z.string(),
    entries: z.array(entrySchema),
    /** How many older entries were forgotten. */
    forgotten: z.number(),
  }),
]);
export type ViewMessage = z.infer<typeof viewMessageSchema>;

/** From a page: whose timeline it shows. */
export const watchMessageSchema = z.object({
  type: z.literal('watch'),
  actor: z
    .string()
    .min(1)
    .max(2 * LIMITS.id + 1)
    .nullable(),
});
export type WatchMessage = z.infer<typeof watchMessageSchema>;
