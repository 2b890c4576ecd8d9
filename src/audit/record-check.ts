/** One line on its own: is it a record, and is it what its hash was made over? */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { JsonValue } from '../../machines/index.ts';
import { messageOf } from '../errors.ts';
import { plainJson } from '../protocol/canonical-json.ts';
import { hashOf } from './chain.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const json: z.ZodType<JsonValue> = z.json();

const recordSchema = z
  .object({
    timestamp: z.string(),
    event_type: z.string(),
    workspace_id: z.string(),
    actor: z.string(),
    action: z.string(),
    resource: z.string(),
    outcome: z.string(),
    trace_id: z.string(),
    chain: z.string().min(1),
    seq: z.int().min(0),
    prev_hash: hash,
    hash,
  })
  .catchall(json);
export type CheckedRecord = z.infer<typeof recordSchema>;

export type LineCheck =
  | { readonly status: 'genuine' | 'edited'; readonly record: CheckedRecord }
  | { readonly status: 'malformed'; readonly message: string };

/** Never throws, whatever the bytes are. */
export function checkLine(bytes: Buffer, hmacKey: string | undefined): LineCheck {
  try {
    const value = parse(bytes);
    const parsed = recordSchema.safeParse(value);
    if (!parsed.success) return malformed(`no audit record: ${firstIssue(parsed.error)}`);
    const genuine = hashOf(value, hmacKey) === parsed.data.hash;
    return { status: genuine ? 'genuine' : 'edited', record: parsed.data };
  } catch (error) {
    return malformed(messageOf(error));
  }
}

/**
 * As plain JSON. Numbers that two readers could read differently and keys that are there twice are
 * refused: the hash holds for what this reader sees, and another one would see something else.
 */
function parse(bytes: Buffer): Readonly<Record<string, JsonValue>> {
  if (!isUtf8(bytes)) throw new Error('is not UTF-8');
  const text = bytes.toString('utf8');
  const value = plainJson(parseJson(text));
  if (!isObject(value)) throw new Error('is not a JSON object');
  if (keysIn(value) !== keysWritten(text)) throw new Error('has a key twice');
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message quotes the line, which may hold anything.
    throw new Error('is not JSON');
  }
}

const isObject = (value: JsonValue): value is Readonly<Record<string, JsonValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function keysIn(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: readonly JsonValue[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((sum, member) => sum + keysIn(member), own);
}

/** Strings that a colon follows; the text is JSON, so that strings are all that has quotes. */
function keysWritten(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon) count += 1;
  return count;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'wrong'}`.trim();
}

const malformed = (message: string): LineCheck => ({ status: 'malformed', message });
