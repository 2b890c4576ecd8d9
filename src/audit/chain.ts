/** One writer's chain: each record holds the hash of the one before. Pure, but for its position. */
import { createHmac, hash as hashOnce } from 'node:crypto';
import type { JsonObject } from '../../machines/index.ts';
import { canonicalJson } from '../protocol/canonical-json.ts';
import type { AuditDraft, AuditRecord } from './record.ts';

/** `prev_hash` of the first record. */
export const GENESIS_HASH = '0'.repeat(64);

/** The last record of a chain. */
export interface ChainPosition {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** Hex SHA-256 over the RFC 8785 form of the record without `hash`; HMAC-SHA256 with a key. */
export function hashOf(record: JsonObject, hmacKey: string | undefined): string {
  const { hash: _, ...content } = record;
  const text = canonicalJson(content);
  return hmacKey === undefined
    ? hashOnce('sha256', text, 'hex')
    : createHmac('sha256', Buffer.from(hmacKey)).update(text, 'utf8').digest('hex');
}

/**
 * One line of JSON, without its line feed. Line separators that are no line feed, and control
 * characters that JSON allows in texts, are escaped: other readers split at them, terminals obey them.
 */
export function lineOf(record: AuditRecord): string {
  return JSON.stringify(record).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export class Chain {
  readonly #id: string;
  readonly #hmacKey: string | undefined;
  #last: ChainPosition | undefined;

  constructor(id: string, hmacKey: string | undefined) {
    this.#id = id;
    this.#hmacKey = hmacKey;
  }

  /** Where the chain stands; `undefined` before its first record. */
  get last(): ChainPosition | undefined {
    return this.#last;
  }

  /** The record that follows. It has to be written next, or nothing of this chain any more. */
  seal(draft: AuditDraft): AuditRecord {
    const seq = this.#last === undefined ? 0 : this.#last.seq + 1;
    const prev_hash = this.#last?.hash ?? GENESIS_HASH;
    const content = { ...draft, chain: this.#id, seq, prev_hash };
    const hash = hashOf(content, this.#hmacKey);
    this.#last = { chain: this.#id, seq, hash };
    return { ...content, hash };
  }
}
