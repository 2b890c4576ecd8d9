/** The approvals of this client from their beginning to their end: who needs the channel. */
import type { ApprovalRequest } from '../../machines/index.ts';

interface User {
  readonly key: string;
  /** Why the last read of its wait failed, where it did. */
  readError?: string | undefined;
}

export class Users {
  /** By trace id. */
  readonly #users = new Map<string, User>();

  begins({ traceId, key }: ApprovalRequest): void {
    this.#users.set(traceId, { key });
  }

  ends(traceId: string): void {
    this.#users.delete(traceId);
  }

  get size(): number {
    return this.#users.size;
  }

  /** Whether another one asks with the same key. */
  askAgain({ traceId, key }: ApprovalRequest): boolean {
    if (key === traceId) return false;
    return Array.from(this.#users).some(([id, user]) => user.key === key && id !== traceId);
  }

  /** It stops waiting, perhaps for good: what was wrong with the reads then is told of it alone. */
  noteReadError(traceId: string, readError: string | undefined): void {
    const user = this.#users.get(traceId);
    if (user !== undefined) user.readError = readError;
  }

  readErrorOf(traceId: string): string | undefined {
    return this.#users.get(traceId)?.readError;
  }
}
