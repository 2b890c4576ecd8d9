/** The approvals of this client from their beginning to their end: who needs the channel. */
import type { ApprovalRequest } from '../../machines/index.ts';

export class Users {
  /** Their keys, by trace id. */
  readonly #keys = new Map<string, string>();
  /** By trace id, apart: few have one, and thousands wait. */
  readonly #readErrors = new Map<string, string>();

  begins({ traceId, key }: ApprovalRequest): void {
    this.#keys.set(traceId, key);
  }

  ends(traceId: string): void {
    this.#keys.delete(traceId);
    this.#readErrors.delete(traceId);
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Whether another one asks with the same key. */
  askAgain({ traceId, key }: ApprovalRequest): boolean {
    if (key === traceId) return false;
    return Array.from(this.#keys).some(([id, other]) => other === key && id !== traceId);
  }

  /** It stops waiting, perhaps for good: what was wrong with the reads then is told of it alone. */
  noteReadError(traceId: string, readError: string | undefined): void {
    if (readError === undefined || !this.#keys.has(traceId)) this.#readErrors.delete(traceId);
    else this.#readErrors.set(traceId, readError);
  }

  /** Why the last read of its wait failed, where it did. */
  readErrorOf(traceId: string): string | undefined {
    return this.#readErrors.get(traceId);
  }
}
