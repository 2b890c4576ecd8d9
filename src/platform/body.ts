import type { Context } from 'hono';
import { z } from 'zod';
import { Refusal } from '../http/refusal.ts';
import { MAX_REQUEST_BYTES } from '../protocol/routes.ts';
import { parseStrictJson, StrictJsonError } from '../protocol/strict-json.ts';
import { controlCharacters } from '../protocol/text.ts';

/**
 * The body of a request, checked.
 * @throws Refusal 415 where it is not `application/json`, 413 where it is too large, 400 naming the
 *   key that is wrong
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    throw new Refusal(
      415,
      'unsupported_media_type',
      'send JSON with Content-Type application/json',
    );
  const parsed = schema.safeParse(parse(await readBytes(c.req.raw)));
  if (!parsed.success) throw refusalOf(parsed.error);
  return parsed.data;
}

/** The whole body, bounded. */
async function readBytes(request: Request): Promise<Uint8Array> {
  const stated = request.headers.get('content-length');
  if (Number(stated ?? 0) > MAX_REQUEST_BYTES) throw tooLarge();
  // Node's server reads no further than the length that was stated, and is quicker without a stream.
  const bytes =
    stated === null ? await readChunks(request.body) : new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_REQUEST_BYTES) throw tooLarge();
  return bytes;
}

/**
 * Bounded while it comes. (Hono's `bodyLimit` makes a second `Request`, which the Node server's
 * requests do not survive.)
 */
async function readChunks(body: Request['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_REQUEST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (): Refusal =>
  new Refusal(413, 'too_large', `the body is larger than ${MAX_REQUEST_BYTES} bytes`);

function parse(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    const code = error.problem === 'duplicate_key' ? 'duplicate_key' : 'invalid_json';
    throw new Refusal(400, code, `the body ${error.message}`);
  }
}

/** One problem a refusal; a key that we do not know first, because it explains the others. */
function refusalOf({ issues }: z.ZodError): Refusal {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys') {
    const path = [...unknown.path, unknown.keys[0] ?? ''].join('.');
    return new Refusal(400, 'unknown_key', `unknown key ${JSON.stringify(path)}`);
  }
  const [first] = issues;
  const path = first?.path.join('.') || 'the body';
  return new Refusal(400, 'invalid_request', `${path}: ${first?.message ?? 'is not valid'}`);
}

/**
 * Text that a person will read: well-formed, bounded, without control characters.
 * @param max the most UTF-16 code units
 * @param lines whether tab and line feed may be in it
 */
export const text = (max: number, lines: 'one line' | 'many lines') =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    .check((context) => {
      const why = whyUnreadable(context.value, lines);
      if (why !== undefined)
        context.issues.push({ code: 'custom', message: why, input: context.value });
    });

function whyUnreadable(value: string, lines: 'one line' | 'many lines'): string | undefined {
  if (!value.isWellFormed()) return 'holds half of a surrogate pair';
  const found = controlCharacters(value, lines);
  return found.length === 0 ? undefined : `holds control characters (${found.join(', ')})`;
}
