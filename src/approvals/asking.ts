/** One who asks, from the call to the wait: refused, found by its key, or begun. */
import type { ApprovalRequest, Outcome } from '../../machines/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { Environment } from '../environment.ts';
import type { ConfigRead } from '../rbac/index.ts';
import type { Settings } from '../settings.ts';
import type { ApprovalRuns } from './approval-runs.ts';
import type { Recorder } from './recorder.ts';
import { leftEvent, refusalEvent } from './records.ts';
import { refusedOutcome } from './refusal.ts';
import {
  beginningNow,
  createRequest,
  type RequestInput,
  type RequestOptions,
  readInput,
  refuseStrangeOptions,
} from './request.ts';
import type { Resumption } from './resumption.ts';
import { SharedRun } from './shared-run.ts';

export interface AskingOptions {
  readonly settings: Pick<Settings, 'workspaceId' | 'timeoutIsDefault' | 'timeoutMs'>;
  readonly environment: Environment;
  readonly recorder: Recorder;
  readonly runs: ApprovalRuns;
  readonly resumption: Resumption | undefined;
  readonly readConfig: () => Promise<ConfigRead>;
}

/** What a caller asks, as it came. */
export interface Call {
  readonly input: RequestInput;
  readonly options: RequestOptions | undefined;
  /** `hold`: a grant stays in the journal until it is used. */
  readonly grant: 'hold' | undefined;
  readonly traceId: string;
  /** When it was made, by the monotonic clock. */
  readonly askedAt: number;
  /** @throws CountersignError `closed` */
  readonly refuseWhenClosed: () => void;
}

/** The end of one who asks, as it is or when it comes. Called once; never rejects. */
export type Wait = () => Promise<Outcome>;

export class Asking {
  readonly #options: AskingOptions;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /**
   * What is refused before a machine exists is recorded all the same.
   * @throws CountersignError `audit` where there is no log to record it in
   */
  async begin(call: Call): Promise<Wait> {
    const { recorder, settings } = this.#options;
    const { traceId } = call;
    const log = await recorder.open();
    let action = '';
    try {
      // Read once: what is recorded is what was refused.
      const input = readInput(call.input);
      action = typeof input.action === 'string' ? input.action : '';
      return await this.#begin(call, input, log);
    } catch (error) {
      const outcome = refusedOutcome(error, { traceId });
      recorder.append(log, refusalEvent(outcome, action, settings.workspaceId));
      return () => recorder.afterEnd(log, outcome, action);
    }
  }

  async #begin(call: Call, input: RequestInput, log: AuditLog): Promise<Wait> {
    const { runs, environment } = this.#options;
    const { grant, askedAt } = call;
    const { signal, onState } = call.options ?? {};
    refuseStrangeOptions({ signal, onState });
    const ask = await this.#requestOf(input, call.traceId);
    const found = runs.sameKey(ask) ?? (await this.#leftBehind(input, ask));
    if (found !== undefined && !(found instanceof SharedRun)) {
      // Also when it was closed meanwhile: it is off the journal, and nobody else will be told.
      if (grant === 'hold' && found.approved) runs.hold(found.traceId);
      return () => Promise.resolve(found);
    }
    call.refuseWhenClosed();
    const request = beginningNow(ask, askedAt, environment.clock);
    const shared = found ?? runs.sameKey(request) ?? runs.start(request, log);
    if (grant === 'hold') runs.hold(shared.request.traceId);
    return () => this.#wait(shared, request, log, { signal, onState, grant });
  }

  async #requestOf(input: RequestInput, traceId: string): Promise<ApprovalRequest> {
    const { environment, settings } = this.#options;
    const { workspaceId } = settings;
    const timeoutMs = await this.#defaultTimeoutMs();
    return createRequest(input, { workspaceId, timeoutMs, environment }, traceId);
  }

  async #defaultTimeoutMs(): Promise<number> {
    const { timeoutIsDefault, timeoutMs } = this.#options.settings;
    if (!timeoutIsDefault) return timeoutMs;
    const read = await this.#options.readConfig();
    // A file that cannot be read ends the approval in rbacCheck, where it belongs.
    return read.status === 'ok' ? (read.config.defaultTimeoutMs ?? timeoutMs) : timeoutMs;
  }

  /** What a process before this one left under the same key. A new key was left by nobody. */
  async #leftBehind(
    { key }: RequestInput,
    request: ApprovalRequest,
  ): Promise<SharedRun | Outcome | undefined> {
    return key === undefined ? undefined : this.#options.resumption?.one(request);
  }

  #wait(
    shared: SharedRun,
    request: ApprovalRequest,
    log: AuditLog,
    { signal, onState, grant }: RequestOptions & Pick<Call, 'grant'>,
  ): Promise<Outcome> {
    const { recorder, runs } = this.#options;
    const stop = onState === undefined ? undefined : shared.watch(onState);
    return shared.wait(request, signal).then(({ outcome, left }) => {
      stop?.();
      if (!left) return outcome;
      if (grant === 'hold') runs.letGo(shared.request.traceId);
      recorder.append(log, leftEvent(outcome, request));
      return recorder.afterEnd(log, outcome, request.action);
    });
  }
}
