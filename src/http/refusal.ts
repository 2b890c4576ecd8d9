import type { JsonObject } from '../../machines/index.ts';

/** The stable words of error answers. */
export type RefusalCode =
  | 'already_decided'
  | 'digest_mismatch'
  | 'duplicate_key'
  | 'forbidden'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'idempotency_conflict'
  | 'internal'
  | 'invalid_json'
  | 'invalid_request'
  | 'method_not_allowed'
  | 'not_found'
  | 'page_not_built'
  | 'too_large'
  | 'too_many'
  | 'unauthorized'
  | 'unknown_key'
  | 'unknown_mark'
  | 'unsupported_media_type'
  | 'upgrade_required';

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 426 | 500 | 503;

/** An error answer: `{"error": message, "code": code, …details}`. The message is for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: RefusalStatus;
  readonly code: RefusalCode;
  readonly details: JsonObject;

  constructor(status: RefusalStatus, code: RefusalCode, message: string, details: JsonObject = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The answer that a refusal is. */
export function answerOf({ status, code, message, details }: Refusal): Response {
  return Response.json(
    { ...details, error: message, code },
    { status, headers: headersOf(status) },
  );
}

function headersOf(status: RefusalStatus): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  // The rest of the body is not read, so that nothing else can come on this connection.
  if (status === 413) return { connection: 'close' };
  return {};
}
