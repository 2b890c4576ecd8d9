/** One writer's chain: each record holds the hash of the one before. Pure, but for its position. */
import { createHmac, hash as hashOnce } from 'node:crypto';
import type { JsonObject } from '../../machines/index.ts';
import { canonicalJson } from '../protocol/canonical-json.ts';
import { textsOf } from './line-shape.ts';
import type { AuditDraft, AuditRecord, PlacedRecord } from './record.ts';

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
  return hashOfText(canonicalJson(content), hmacKey);
}

const hashOfText = (canonical: string, hmacKey: string | undefined): string =>
  hmacKey === undefined
    ? hashOnce('sha256', canonical, 'hex')
    : createHmac('sha256', Buffer.from(hmacKey)).update(canonical, 'utf8').digest('hex');

/** One line of JSON, without its line feed. */
export const lineOf = (record: AuditRecord): string => inOneLine(JSON.stringify(record));

const SPLITTING = /[\u007f-\u009f\u2028\u2029]/;
const ALL_SPLITTING = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * Line separators that are no line feed, and control characters that JSON allows in texts, are
 * escaped: other readers split at them, terminals obey them.
 */
function inOneLine(json: string): string {
  if (!SPLITTING.test(json)) return json;
  return json.replace(
    ALL_SPLITTING,
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
    const content = this.#next(draft);
    return { ...content, hash: this.#moveTo(content.seq, canonicalJson(content)) };
  }

  /** As {@link seal}, as its line: every value is made text of once, for the hash and the line. */
  sealLine(draft: AuditDraft): string {
    const content = this.#next(draft);
    const { members, canonical } = textsOf(content);
    return inOneLine(`{${members},"hash":"${this.#moveTo(content.seq, canonical)}"}`);
  }

  #next(draft: AuditDraft): PlacedRecord {
    const seq = this.#last === undefined ? 0 : this.#last.seq + 1;
    const prev_hash = this.#last?.hash ?? GENESIS_HASH;
    return { ...draft, chain: this.#id, seq, prev_hash };
  }

  #moveTo(seq: number, canonical: string): string {
    const hash = hashOfText(canonical, this.#hmacKey);
    this.#last = { chain: this.#id, seq, hash };
    return hash;
  }
}
