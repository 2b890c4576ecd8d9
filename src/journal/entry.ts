/**
 * One approval under way, as it is written down: our own envelope and not a snapshot of the machine,
 * which would be believed whatever it says.
 *
 * Two lines: `countersign-journal <version> sha256:<hex of the second line>`, then the entry as JSON.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ApprovalRequest, JsonValue } from '../../machines/index.ts';
import { plainJson } from '../protocol/canonical-json.ts';
import { digestOf } from '../protocol/digest.ts';

export interface JournalEntry {
  readonly request: ApprovalRequest;
  /** The platform's id, as soon as it is known. */
  readonly approvalId: string | null;
  /** Its POST was sent twice: another row of its key may arrive. Unknown while there is no id. */
  readonly mayHaveTwin?: boolean | undefined;
  /** Why the caller gave up, where it did. */
  readonly givenUp: string | null;
  /** Its outcome was handed over; only what it owes the platform's people is left. */
  readonly isAnswered?: boolean | undefined;
}

export const JOURNAL_VERSION = 1;
/** A request has at most 256 KiB; what is larger was not written here. Bytes. */
export const MAX_ENTRY_BYTES = 1024 * 1024;

const text = z.string();
const schema = z.strictObject({
  request: z.strictObject({
    traceId: text.min(1),
    workspaceId: text.min(1),
    action: text.min(1),
    reason: text,
    key: text.min(1),
    args: z.unknown(),
    digest: text.nullable(),
    timeoutMs: z.number().positive(),
    deadlineAt: z.number(),
  }),
  approvalId: text.min(1).nullable(),
  mayHaveTwin: z.boolean().optional(),
  givenUp: text.nullable(),
  isAnswered: z.boolean().optional(),
});

export function encodeEntry(entry: JournalEntry): Buffer {
  const body = JSON.stringify(entry);
  return Buffer.from(`countersign-journal ${JOURNAL_VERSION} ${sumOf(body)}\n${body}\n`, 'utf8');
}

/** @throws Error that says what is wrong, and quotes nothing */
export function decodeEntry(bytes: Uint8Array): JournalEntry {
  const [header = '', body = '', ...rest] = textOf(bytes).split('\n');
  const [name, version, sum] = header.split(' ');
  if (name !== 'countersign-journal') throw new Error('is no entry of a journal');
  if (version !== String(JOURNAL_VERSION))
    throw new Error(`was written by another version (${version?.slice(0, 20)})`);
  if (rest.length !== 1 || rest[0] !== '' || sum !== sumOf(body))
    throw new Error('is not what was written: its checksum is wrong');
  const parsed = schema.safeParse(parse(body));
  // Its own message names keys, which may be anything.
  if (!parsed.success) throw new Error('has another shape than an entry');
  const { request, ...state } = parsed.data;
  return { request: Object.freeze(checked(request)), ...state };
}

type Stored = z.infer<typeof schema>['request'];

/** What may run is bound to its digest here as everywhere. */
function checked({ args, ...request }: Stored): ApprovalRequest {
  const { action, workspaceId, digest } = request;
  const plain = digest === null && args === null ? null : plainArgs(args);
  const expected = digest === null ? null : digestOf({ action, args: plain, workspaceId });
  if (expected !== digest || (digest === null && plain !== null))
    throw new Error('holds other arguments than its digest says');
  return { ...request, args: plain };
}

function plainArgs(args: unknown): JsonValue {
  try {
    return plainJson(args, 'args');
  } catch {
    throw new Error('holds arguments that nobody could have asked with');
  }
}

const sumOf = (body: string): string =>
  `sha256:${createHash('sha256').update(body, 'utf8').digest('hex')}`;

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_ENTRY_BYTES) throw new Error(`is larger than ${MAX_ENTRY_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('is not UTF-8');
  }
}

/** The engine's own message quotes the text. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error('is not JSON');
  }
}

/** Another entry of the same key, beside the one that goes on. */
export const joinedName = (name: string, id: string): string => name.replace(/json$/, `${id}.json`);

/** What an entry of this key is called that goes on, whatever this one is called. */
export const mainName = (name: string): string => name.replace(/\..*$/, '.json');

/** The name of an entry's file: keys may hold what names of files may not. */
export const entryName = (key: string): string =>
  `${createHash('sha256').update(key, 'utf8').digest('hex')}.json`;
