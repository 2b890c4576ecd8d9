import { createHash } from 'node:crypto';
import type { JsonValue } from '../../machines/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** What a digest binds: the words, the arguments, and whose agent asks. */
export interface DigestSubject {
  readonly action: string;
  readonly args: JsonValue;
  readonly workspaceId: string;
}

/** `sha256:` and 64 hex digits over the RFC 8785 form of `{action, args, workspace_id}`. */
export function digestOf({ action, args, workspaceId }: DigestSubject): string {
  const text = canonicalJson({ action, args, workspace_id: workspaceId });
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}
