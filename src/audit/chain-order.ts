/** Lines among each other: does every chain go on where it stood? One pass, one entry a chain. */
import { GENESIS_HASH } from './chain.ts';
import type { CheckedRecord } from './record-check.ts';

/**
 * - `edited` the line is not what was written
 * - `deleted` records before this line are missing
 * - `reordered` the line stands before others that were written earlier
 * - `inserted` the line is a copy, or was put between others
 * - `malformed` the line is no audit record
 */
export type AuditProblemKind = 'edited' | 'deleted' | 'reordered' | 'inserted' | 'malformed';

export interface AuditProblem {
  /** From 1. */
  readonly line: number;
  readonly kind: AuditProblemKind;
  readonly message: string;
}

/** The last line of a chain so far. */
interface Head {
  readonly next: number;
  readonly hash: string;
  readonly line: number;
}

/** The first place where a chain jumped: what turns up later tells why. */
interface Jump {
  readonly line: number;
  readonly chain: string;
  readonly from: number;
  readonly to: number;
}

export class ChainOrder {
  readonly #heads = new Map<string, Head>();
  readonly #note: (problem: AuditProblem) => void;
  #jump: Jump | undefined;

  /** @param note may be called again for a line that was noted before, with a better explanation */
  constructor(note: (problem: AuditProblem) => void) {
    this.#note = note;
  }

  get chains(): number {
    return this.#heads.size;
  }

  /** A record whose own hash is right. */
  take(record: CheckedRecord, line: number): void {
    const head = this.#headOf(record.chain);
    if (record.seq < head.next) this.#takeLate(record, line);
    else {
      if (record.seq > head.next) this.#takeJump(record, head, line);
      else if (record.prev_hash !== head.hash) this.#noteBroken(head, line);
      this.#advance(record, line);
    }
    if (record.event_type === 'audit' && record.action === 'rotate') this.#takeLink(record, line);
  }

  #headOf(chain: string): Head {
    return this.#heads.get(chain) ?? { next: 0, hash: GENESIS_HASH, line: 0 };
  }

  #advance({ chain, seq, hash }: CheckedRecord, line: number): void {
    this.#heads.set(chain, { next: seq + 1, hash, line });
  }

  #takeJump({ chain, seq }: CheckedRecord, head: Head, line: number): void {
    this.#jump ??= { line, chain, from: head.next, to: seq };
    const missing =
      seq - head.next === 1 ? `record ${head.next}` : `records ${head.next} to ${seq - 1}`;
    this.#note({
      line,
      kind: 'deleted',
      message: `${missing} of chain ${chain} before it: missing`,
    });
  }

  #takeLate({ chain, seq }: CheckedRecord, line: number): void {
    const place = `record ${seq} of chain ${chain}`;
    const jump = this.#jump;
    if (jump?.chain === chain && seq >= jump.from && seq < jump.to)
      this.#note({
        line: jump.line,
        kind: 'reordered',
        message: `${place} is later, on line ${line}`,
      });
    else if (jump?.chain === chain && seq === jump.to)
      this.#note({
        line: jump.line,
        kind: 'inserted',
        message: `${place} is again on line ${line}`,
      });
    else this.#note({ line, kind: 'inserted', message: `${place} was there before` });
  }

  /** The later line says what the earlier one was; the later one's own hash is right. */
  #noteBroken(head: Head, line: number): void {
    if (head.line === 0)
      this.#note({ line, kind: 'edited', message: 'it starts a chain and has a record before it' });
    else
      this.#note({
        line: head.line,
        kind: 'edited',
        message: `line ${line} was chained to another record in this place`,
      });
  }

  /** A chain that was cut short while it was being written is named by the chain that follows it. */
  #takeLink(record: CheckedRecord, line: number): void {
    const chain = record['previous_chain'];
    const last = record['previous_seq'];
    if (typeof chain !== 'string' || typeof last !== 'number') return;
    const head = this.#heads.get(chain);
    if (head === undefined || head.next > last) return;
    this.#note({
      line,
      kind: 'deleted',
      message: `chain ${chain} went on to record ${last}; here it ends with record ${head.next - 1}`,
    });
  }
}
