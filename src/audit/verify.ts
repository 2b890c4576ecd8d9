/**
 * The verifier: one pass over a log of any size.
 *
 * What a chain cannot show, with or without a key: that its last records were cut off, or that a
 * whole chain was removed, or how lines of different chains stood to each other. Whoever needs that
 * keeps the newest hashes elsewhere. Without a key, whoever can write the file can also write a new
 * chain from the start.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { type AuditProblem, ChainOrder } from './chain-order.ts';
import { type Line, linesOfFile, linesOfTexts, MAX_LINE_BYTES } from './lines.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { type CheckedRecord, checkLine } from './record-check.ts';

export interface AuditReport {
  /** `unreadable`: nothing can be said about the file; see `error`. */
  readonly status: 'intact' | 'tampered' | 'unreadable';
  /** Lines that are records, genuine or not. */
  readonly records: number;
  readonly chains: number;
  /** Unfinished lines that a later record names with their exact bytes. */
  readonly recovered: number;
  /** The last line has no line feed: a crash in the middle of a write, or a write under way. */
  readonly torn?: { readonly line: number; readonly offset: number };
  /** The first bad line. Only where the status is `tampered`. */
  readonly first_problem?: AuditProblem;
  /** Why it could not be read, or, where the status is `tampered`, not to the end. */
  readonly error?: string;
}

/**
 * Checks a log. Never throws.
 * @param source the path of a file, or its lines without line feeds
 * @param options.hmacKey the key that the log was written with; none by default
 */
export async function verifyAuditLog(
  source: string | Iterable<string> | AsyncIterable<string>,
  options: { readonly hmacKey?: string | undefined } = {},
): Promise<AuditReport> {
  const check = new LogCheck(options.hmacKey);
  try {
    if (typeof source === 'string') await refuseOtherKinds(source);
    const lines = typeof source === 'string' ? linesOfFile(source) : linesOfTexts(source);
    for await (const line of lines) check.take(line);
    return check.report();
  } catch (error) {
    const name = typeof source === 'string' ? `${source}: ` : '';
    return check.brokenOff(`${name}${messageOf(error)}`);
  }
}

/** Reading a pipe would wait for ever. */
async function refuseOtherKinds(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Error('is no regular file');
}

/** More unfinished lines than crashes can have made are no crashes. */
const MAX_UNFINISHED = 1_000;

interface Unfinished {
  readonly problem: AuditProblem;
  readonly bytes: number;
  readonly sha256: string;
}

class LogCheck {
  readonly #hmacKey: string | undefined;
  readonly #order = new ChainOrder((problem) => this.#note(problem));
  /** Malformed lines that may be explained further down, by offset. */
  readonly #unfinished = new Map<number, Unfinished>();
  #records = 0;
  #genuine = 0;
  #recovered = 0;
  #torn: { readonly line: number; readonly offset: number } | undefined;
  #first: AuditProblem | undefined;

  constructor(hmacKey: string | undefined) {
    this.#hmacKey = hmacKey;
  }

  /** Empty lines mean nothing: two writers that repair one end at the same time leave one. */
  take(line: Line): void {
    if (line.length === 0) return;
    if (!line.ended) this.#torn = { line: line.number, offset: line.offset };
    if (line.length > MAX_LINE_BYTES) {
      this.#noteTooLong(line);
      return;
    }
    const checked = checkLine(line.bytes, this.#hmacKey);
    if (checked.status === 'malformed') this.#takeMalformed(line, checked.message);
    else if (checked.status === 'edited') this.#takeEdited(line);
    else this.#takeGenuine(line.number, checked.record);
  }

  report(): AuditReport {
    for (const { problem } of this.#unfinished.values()) this.#note(problem);
    return this.#reported('intact');
  }

  /** What was seen stays; what is malformed so far might have been explained further down. */
  brokenOff(error: string): AuditReport {
    return { ...this.#reported('unreadable'), error };
  }

  #reported(unlessTampered: 'intact' | 'unreadable'): AuditReport {
    const first = this.#first;
    return {
      status: first === undefined ? unlessTampered : 'tampered',
      records: this.#records,
      chains: this.#order.chains,
      recovered: this.#recovered,
      ...(this.#torn === undefined ? {} : { torn: this.#torn }),
      ...(first === undefined ? {} : { first_problem: first }),
    };
  }

  #note(problem: AuditProblem): void {
    if (this.#first === undefined || problem.line <= this.#first.line) this.#first = problem;
  }

  /** No writer leaves such a line, whole or torn. */
  #noteTooLong({ number }: Line): void {
    const message = `is longer than ${MAX_LINE_BYTES} bytes`;
    this.#note({ line: number, kind: 'malformed', message });
  }

  /** A record may stand behind what a crash left unfinished. */
  #takeMalformed({ number, offset, bytes, ended }: Line, message: string): void {
    for (const piece of piecesOf(bytes)) {
      const checked = checkLine(piece.bytes, this.#hmacKey);
      if (checked.status === 'genuine') this.#takeGenuine(number, checked.record);
      else if (ended)
        this.#takeUnfinished({ line: number, kind: 'malformed', message }, offset, piece);
    }
  }

  #takeUnfinished(problem: AuditProblem, lineOffset: number, { offset, bytes }: Piece): void {
    if (this.#unfinished.size >= MAX_UNFINISHED) {
      this.#note(problem);
      return;
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#unfinished.set(lineOffset + offset, { problem, bytes: bytes.length, sha256 });
  }

  #takeGenuine(number: number, record: CheckedRecord): void {
    this.#records += 1;
    this.#genuine += 1;
    this.#order.take(record, number);
    this.#takeRecovery(record);
  }

  #takeEdited({ number, bytes }: Line): void {
    this.#records += 1;
    this.#note({ line: number, kind: 'edited', message: `its hash is wrong${this.#hint(bytes)}` });
  }

  #takeRecovery(record: CheckedRecord): void {
    if (record.event_type !== 'audit' || record.action !== 'recover') return;
    const offset = record['offset'];
    const named = typeof offset === 'number' ? this.#unfinished.get(offset) : undefined;
    if (named?.bytes !== record['bytes'] || named?.sha256 !== record['sha256']) return;
    this.#unfinished.delete(Number(offset));
    this.#recovered += 1;
  }

  /** A wrong key makes every line look edited. */
  #hint(bytes: Buffer): string {
    if (this.#genuine > 0) return '';
    if (this.#hmacKey === undefined)
      return '; if the log was written with a key, give AUDIT_HMAC_KEY';
    return checkLine(bytes, undefined).status === 'genuine'
      ? '; it was written without a key'
      : '; or AUDIT_HMAC_KEY is not the key that it was written with';
  }
}
