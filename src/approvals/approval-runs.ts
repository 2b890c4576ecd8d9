/** All approvals of a client that are under way: one for each key, each with its own actor. */
import type { ApprovalRequest, DeadlineQueue, Outcome } from '../../machines/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { PlatformClient } from '../client/platform-client.ts';
import type { Environment } from '../environment.ts';
import { CountersignError } from '../errors.ts';
import type { Journal } from '../journal/index.ts';
import { ApprovalRun, type RunHost, type RunOwner } from './approval-run.ts';
import type { Awake } from './crowd.ts';
import type { Listeners } from './events.ts';
import type { Recorder } from './recorder.ts';
import { SharedRun } from './shared-run.ts';
import { Trial } from './trial.ts';

export interface ApprovalRunsOptions {
  readonly environment: Environment;
  readonly deadlines: DeadlineQueue;
  readonly recorder: Recorder;
  readonly client: PlatformClient;
  readonly journal: Journal | undefined;
  readonly awakeAtMost: number;
  readonly listeners: Listeners;
  readonly inspection: RunHost['inspection'];
  /** The machine whose services record in this log. */
  readonly machineOf: (log: AuditLog) => RunHost['machine'];
}

interface UnderWay {
  readonly shared: SharedRun;
  readonly answer: (outcome: Promise<Outcome>) => void;
}

export class ApprovalRuns {
  readonly #options: ApprovalRunsOptions;
  readonly #runs = new Map<ApprovalRun, UnderWay>();
  readonly #hosts = new WeakMap<AuditLog, RunHost>();
  readonly #byKey = new Map<string, SharedRun>();
  /**
   * How many will use the grant of an approval, by its trace id, in one execution: it stays in the
   * journal until then.
   */
  readonly #held = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  readonly #awake: Awake;

  constructor(options: ApprovalRunsOptions) {
    this.#options = options;
    this.#awake = { count: 0, most: options.awakeAtMost };
  }

  /**
   * The approval of the same key, where there is one: two requests with one key are one approval.
   * @throws CountersignError `conflict` where it asks for something else
   */
  sameKey(request: ApprovalRequest): SharedRun | undefined {
    const shared = this.#byKey.get(request.key);
    if (shared !== undefined) refuseOther(shared.request, request);
    return shared;
  }

  /** @param approvalId the platform's, where a process before this one asked */
  start(request: ApprovalRequest, log: AuditLog, approvalId: string | null = null): SharedRun {
    const { promise: outcome, resolve: answer } = Promise.withResolvers<Outcome>();
    const run = new ApprovalRun(this.#hostOf(log), request);
    const shared = new SharedRun(this.#options, run, outcome);
    this.#runs.set(run, { shared, answer });
    this.#byKey.set(request.key, shared);
    run.start(approvalId);
    return shared;
  }

  #hostOf(log: AuditLog): RunHost {
    const known = this.#hosts.get(log);
    if (known !== undefined) return known;
    const { client, deadlines, environment, inspection, machineOf } = this.#options;
    const machine = machineOf(log);
    const host: RunHost = {
      machine,
      trial: new Trial(machine),
      inspection,
      client,
      deadlines,
      environment,
      awake: this.#awake,
      owner: this.#ownerWith(log),
    };
    this.#hosts.set(log, host);
    return host;
  }

  #ownerWith(log: AuditLog): RunOwner {
    const { journal, recorder, listeners } = this.#options;
    return {
      recorded: (_, event) => recorder.append(log, event),
      moved: (run, event) => {
        listeners.emit('state', event);
        this.#runs.get(run)?.shared.tell(event);
      },
      givenUp: ({ request }, why) => journal?.note(request, { givenUp: why }),
      ended: (run, outcome) => this.#ended(run, log, outcome),
    };
  }

  /** From now on a grant of this approval stays in the journal until {@link used}. */
  hold(traceId: string): void {
    this.#held.set(traceId, (this.#held.get(traceId) ?? 0) + 1);
  }

  /** One who {@link hold}s it left: where nobody else does, whoever is told of the grant has it. */
  letGo(traceId: string): void {
    const others = (this.#held.get(traceId) ?? 1) - 1;
    if (others > 0) this.#held.set(traceId, others);
    else this.#held.delete(traceId);
  }

  /** Its grant was used; off the journal when it resolves. */
  async used(of: Pick<ApprovalRequest, 'key' | 'traceId'>): Promise<void> {
    this.#held.delete(of.traceId);
    await this.#options.journal?.end(of);
  }

  /** Off the journal, once nothing waits for a person any more and whoever asked knows the end. */
  forget(request: ApprovalRequest): void {
    const { traceId } = request;
    const { client, journal, environment } = this.#options;
    if (journal === undefined) return;
    let isOwing = true;
    const paid = client.owed(traceId).finally(() => {
      isOwing = false;
    });
    const forgotten = (async (): Promise<void> => {
      // The asker's turn comes first: an answer that was not handed over can be given again.
      await new Promise<void>((resolve) => environment.clock.setTimeout(resolve, 0));
      // From here on it must not be: who was told has acted.
      if (isOwing && !this.#held.has(traceId)) journal.note(request, { isAnswered: true });
      if ((await paid) && !this.#held.has(traceId)) await journal.end(request);
    })();
    this.#ending.add(forgotten);
    void forgotten.finally(() => this.#ending.delete(forgotten));
  }

  /** Of what is under way. */
  outcomes(): Promise<Outcome>[] {
    return Array.from(this.#byKey.values(), ({ wholeOutcome }) => wholeOutcome);
  }

  withdrawAll(why: string): void {
    for (const run of this.#runs.keys()) run.withdraw(why);
  }

  /** Resolves when nothing has to be taken off the journal any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#ending);
  }

  #ended(run: ApprovalRun, log: AuditLog, outcome: Outcome): void {
    this.#runs.get(run)?.answer(this.#recorded(run, log, outcome));
  }

  async #recorded(run: ApprovalRun, log: AuditLog, ended: Outcome): Promise<Outcome> {
    const { recorder, client } = this.#options;
    const { request } = run;
    const outcome = await recorder.afterEnd(log, ended, request.action);
    this.#runs.delete(run);
    this.#byKey.delete(request.key);
    client.release(request);
    if (outcome.status !== 'granted') this.#held.delete(request.traceId);
    this.forget(request);
    return outcome;
  }
}

/** @throws CountersignError `conflict` */
export function refuseOther(
  known: Pick<ApprovalRequest, 'action' | 'digest' | 'key'>,
  { action, digest }: ApprovalRequest,
): void {
  if (known.action === action && known.digest === digest) return;
  throw new CountersignError(
    'conflict',
    `the key "${known.key}" is in use for another action or other arguments; use a new key`,
  );
}
