/**
 * An approver without a person: reads what is pending over the platform's HTTP interface and
 * decides it there, as anybody with an approver's token could. For tests and demonstrations;
 * `approve` approves whatever is asked.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { routes } from '../protocol/routes.ts';

/** `none` leaves the approval to somebody else. */
export type ScriptedDecision = 'approve' | 'deny' | 'none';

const pendingSchema = z.looseObject({
  id: z.string().min(1),
  workspace_id: z.string().min(1),
  action: z.string().nullish(),
  reason: z.string().nullish(),
  /** Sent back with the decision, so that what was shown is what is decided. */
  digest: z.string().nullish(),
  args: z.unknown().optional(),
});
/** One row of the platform's pending list; further fields are as they came. */
export type PendingApproval = z.infer<typeof pendingSchema>;

export interface ScriptedApproverOptions {
  /** The platform's base address. */
  readonly url: string;
  /** The approver's token. Default: none is sent. */
  readonly token?: string;
  /** What to say to everything, or to each; a function is asked once for each approval. */
  readonly decide:
    | ScriptedDecision
    | ((approval: PendingApproval) => ScriptedDecision | Promise<ScriptedDecision>);
  /** Sent with each decision. Default: none. */
  readonly note?: string;
  /** Between two reads, milliseconds. Default 100; a platform's `Retry-After` is waited for. */
  readonly pollIntervalMs?: number;
  /** Stops the approver, as `stop()`. */
  readonly signal?: AbortSignal;
}

export interface ScriptedApprover extends AsyncDisposable {
  /** What this approver decided and the platform took, oldest first. Grows while it runs. */
  readonly decided: readonly { readonly id: string; readonly decision: 'approve' | 'deny' }[];
  /** Why the last read or decision did not work; `undefined` while all is well. */
  readonly lastError: Error | undefined;
  /** Resolves when nothing is under way any more. A second call changes nothing. */
  stop(): Promise<void>;
}

/** Starts an approver; it goes on, also through errors, until it is stopped. */
export function scriptedApprover(options: ScriptedApproverOptions): ScriptedApprover {
  const approver = new PollingApprover(options);
  void approver.start();
  return approver;
}

/** An answer that is no success. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(what: string, answer: Response, body: string) {
    super(`${what} answered ${answer.status}: ${body.slice(0, 200)}`);
    this.status = answer.status;
    this.retryAfterMs = Math.max(0, Number(answer.headers.get('retry-after')) || 0) * 1_000;
  }
}

const EXCHANGE_LIMIT_MS = 10_000;
const WORDS = { approve: 'approved', deny: 'denied' } as const;
/** A decision that came too late: somebody else was quicker, or it ended. */
const ALREADY_DECIDED = [404, 409];

class PollingApprover implements ScriptedApprover {
  readonly decided: { id: string; decision: 'approve' | 'deny' }[] = [];
  lastError: Error | undefined;
  readonly #options: ScriptedApproverOptions;
  readonly #stopping = new AbortController();
  readonly #signal: AbortSignal;
  readonly #settled = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(options: ScriptedApproverOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([
      this.#stopping.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
  }

  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      const waitMs = await this.#round().catch((error: unknown) => this.#remember(error));
      await delay(waitMs, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  /** @returns how long to wait before the next one */
  async #round(): Promise<number> {
    const pending = z.array(pendingSchema).parse(await this.#exchange('GET', routes.pending));
    const failures: unknown[] = [];
    // One that cannot be decided must not keep the others waiting.
    for (const approval of pending.filter(({ id }) => !this.#settled.has(id)))
      await this.#settle(approval).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
    this.lastError = undefined;
    return this.#intervalMs;
  }

  get #intervalMs(): number {
    return this.#options.pollIntervalMs ?? 100;
  }

  #remember(error: unknown): number {
    if (this.#signal.aborted) return 0;
    this.lastError = error instanceof Error ? error : new Error(messageOf(error));
    return Math.max(this.#intervalMs, error instanceof RefusedError ? error.retryAfterMs : 0);
  }

  async #settle(approval: PendingApproval): Promise<void> {
    const { decide, note } = this.#options;
    const decision = typeof decide === 'function' ? await decide(approval) : decide;
    if (decision !== 'none') await this.#decide(approval, decision, note);
    this.#settled.add(approval.id);
  }

  async #decide(
    { id, workspace_id, digest }: PendingApproval,
    decision: 'approve' | 'deny',
    note: string | undefined,
  ): Promise<void> {
    try {
      await this.#exchange('POST', routes.decide(workspace_id, id), {
        decision: WORDS[decision],
        ...(note === undefined ? {} : { note }),
        ...(typeof digest === 'string' ? { digest } : {}),
      });
      this.decided.push({ id, decision });
    } catch (error) {
      if (!(error instanceof RefusedError && ALREADY_DECIDED.includes(error.status))) throw error;
    }
  }

  async #exchange(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const { url, token } = this.#options;
    const answer = await fetch(`${url.replace(/\/+$/, '')}/${path}`, {
      method,
      // The token must not follow a redirect to another place.
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(EXCHANGE_LIMIT_MS)]),
    });
    const text = await answer.text();
    if (!answer.ok) throw new RefusedError(`${method} /${path}`, answer, text);
    return JSON.parse(text);
  }
}
