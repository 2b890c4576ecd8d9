/**
 * Rows that nobody waits for any more and that may still wait for a person: taken back in the
 * background, until the platform has answered, so that nobody approves into the void.
 */
import type { ApprovalRequest, WithdrawInput } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import type { Row } from '../protocol/rows.ts';
import type { Exchange } from './exchange.ts';
import { asksForOther, PAGES_TO_TAKE_BACK } from './find.ts';
import type { Lists } from './lists.ts';
import { equalJitterMs, pause } from './pause.ts';
import { withdraw } from './withdraw.ts';

export interface DebtsOptions {
  readonly exchange: Exchange;
  readonly lists: Lists;
  readonly environment: Environment;
  readonly onTrouble: (trouble: string) => void;
  /** Whether somebody here asks with the same key again: then its rows are no debt for now. */
  readonly isAskedAgain: (request: ApprovalRequest) => boolean;
}

/** What is owed to the platform's people: the row, or every row of the key. */
export interface Debt extends WithdrawInput {
  /** Ends with the id when a create that is still under way has been answered. */
  readonly submitted?: Promise<string | undefined> | undefined;
  /** A create whose answer was lost may still arrive: look a little later. */
  readonly isUnsure?: boolean;
}

const WITHIN_MS = 10_000;
/** A request that is still on its way arrives within this time, or hardly ever. */
const ARRIVES_WITHIN_MS = 10_000;
const PAUSES = { firstMs: 2_000, mostMs: 60_000 };
/** Platforms expire what nobody decides: Molecule after ten minutes, ours at the deadline. */
const GIVE_UP_AFTER_MS = 15 * 60_000;

export class Debts {
  readonly #options: DebtsOptions;
  readonly #closing = new AbortController();
  readonly #open = new Map<string, Promise<boolean>>();
  /** How many debts there are of a key. */
  readonly #keys = new Map<string, number>();
  #closesAt = Number.POSITIVE_INFINITY;

  constructor(options: DebtsOptions) {
    this.#options = options;
  }

  /** Takes it back as soon as the platform lets us. */
  owe(debt: Debt): void {
    const { traceId, key } = debt.request;
    const before = this.#open.get(traceId);
    const paid =
      before === undefined
        ? this.#pay(debt)
        : before.then(async (wasPaid) => (await this.#pay(debt)) && wasPaid);
    this.#open.set(traceId, paid);
    this.#count(key, 1);
    const leave = (): void => {
      this.#count(key, -1);
      if (this.#open.get(traceId) === paid) this.#open.delete(traceId);
    };
    paid.finally(leave).catch(() => undefined);
  }

  /** Whether a row of this key may still wait for a person. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  #count(key: string, more: 1 | -1): void {
    const count = (this.#keys.get(key) ?? 0) + more;
    if (count === 0) this.#keys.delete(key);
    else this.#keys.set(key, count);
  }

  /**
   * Resolves when nothing is owed for this approval any more: false where it was left unpaid,
   * because the client closes.
   */
  async settled(traceId: string): Promise<boolean> {
    return (await this.#open.get(traceId)) ?? true;
  }

  /** One more try for each, at once and for 10 s in all; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closesAt = this.#options.environment.clock.monotonic() + WITHIN_MS;
    this.#closing.abort();
    // A last try may find what is owed as well.
    while (this.#open.size > 0) await Promise.allSettled(this.#open.values());
  }

  async #pay(debt: Debt): Promise<boolean> {
    const { environment } = this.#options;
    const { clock, random } = environment;
    const endsAt = clock.monotonic() + GIVE_UP_AFTER_MS;
    if (debt.isUnsure === true) await pause(environment, ARRIVES_WITHIN_MS, this.#closing.signal);
    for (let attempt = 1; ; attempt += 1) {
      const isLast = this.#closing.signal.aborted || clock.monotonic() >= endsAt;
      const problem = await this.#tryOnce(debt);
      if (problem === undefined) return true;
      if (isLast) {
        this.#options.onTrouble(problem === MAY_ARRIVE ? mayArrive(debt) : notTakenBack(problem));
        return false;
      }
      await pause(environment, equalJitterMs(random, attempt, PAUSES), this.#closing.signal);
    }
  }

  /** What went wrong; `undefined` where nothing is owed any more. */
  async #tryOnce(debt: Debt): Promise<string | undefined> {
    if (this.#leftMs() <= 0) return 'there was no time left';
    if (this.#options.isAskedAgain(debt.request)) return 'its key was asked again';
    try {
      const approvalId = debt.approvalId ?? (await debt.submitted) ?? null;
      if (approvalId !== null) return await this.#takeBack({ ...debt, approvalId });
      const rows = await this.#rowsOf(debt);
      for (const row of rows) {
        const problem = await this.#takeBack({ ...debt, approvalId: row.id });
        if (problem !== undefined) return problem;
      }
      // What is still on its way is left to the next process, also beside a row that was found.
      return debt.isUnsure === true && this.#closing.signal.aborted ? MAY_ARRIVE : undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** For one try, milliseconds. */
  #leftMs(): number {
    return Math.min(WITHIN_MS, this.#closesAt - this.#options.environment.clock.monotonic());
  }

  async #takeBack(input: WithdrawInput): Promise<string | undefined> {
    const { exchange, lists, environment } = this.#options;
    const { withdrawal, isOwed } = await withdraw(
      {
        exchange,
        lists,
        environment,
        withinMs: this.#leftMs(),
        submitted: undefined,
        mayExist: false,
      },
      input,
    );
    return isOwed && withdrawal.status === 'unknown' ? withdrawal.error : undefined;
  }

  /** Rows of this key that somebody could still decide. */
  async #rowsOf({ request }: Debt): Promise<Row[]> {
    const found: Row[] = [];
    const enough = (rows: readonly Row[]): boolean => {
      found.push(...rows.filter((row) => isOursToTakeBack(row, request)));
      return found.length > 0;
    };
    await this.#options.lists.read({
      enough,
      maxPages: PAGES_TO_TAKE_BACK,
      needsAll: true,
      withinMs: this.#leftMs(),
    });
    return found;
  }
}

const MAY_ARRIVE = 'it may still arrive';

const mayArrive = ({ request: { key } }: Debt): string =>
  `another request with the key "${key}" may still arrive; the next process looks for it`;

const notTakenBack = (why: string): string => `a request could not be taken back: ${why}`;

/** The same key may have been used for something else, by somebody else. */
const isOursToTakeBack = (row: Row, request: ApprovalRequest): boolean =>
  isPendingTwin(row, request.key, '') && !asksForOther(row, request);

/** Another row of the same key that waits for a person. */
export const isPendingTwin = (row: Row, key: string, approvalId: string): boolean =>
  row.task_id === key && row.id !== approvalId && row.status === 'pending';
