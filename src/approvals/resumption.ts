/** What a process before this one left under way: it goes on, on the same rows. */
import type { ApprovalRequest, AuditEvent, Failed, Outcome } from '../../machines/index.ts';
import type { AuditLog, EndRecord } from '../audit/index.ts';
import type { PlatformClient } from '../client/platform-client.ts';
import { CountersignError, messageOf } from '../errors.ts';
import type { BrokenEntry, HeldEntries, Journal, JournalEntry, Once } from '../journal/index.ts';
import { type ApprovalRuns, refuseOther } from './approval-runs.ts';
import { recordedOutcome } from './recorded-outcome.ts';
import type { Recorder } from './recorder.ts';
import {
  brokenEvent,
  endedBeforeEvent,
  joinedEvent,
  refusalEvent,
  resumedEvent,
  staleEvent,
} from './records.ts';
import { refusedOutcome } from './refusal.ts';
import type { SharedRun } from './shared-run.ts';

/** An approval that was asked by a process before this one. */
export interface ResumedApproval {
  readonly traceId: string;
  /** Its key; absent where the entry was broken. */
  readonly key?: string;
  /** What was asked; empty where the entry was broken. */
  readonly action: string;
  /** Never rejects. A grant is handed over once: check it, and run `args`. */
  readonly outcome: Promise<Outcome>;
}

export interface ResumptionOptions {
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly runs: ApprovalRuns;
  readonly client: PlatformClient;
  readonly once: Once;
  readonly workspaceId: string;
  /** How long a grant that nobody used may be handed over after a crash, milliseconds. */
  readonly grantTtlMs: number;
  readonly now: () => number;
  readonly uuid: () => string;
  readonly onTrouble: (trouble: string) => void;
}

export class Resumption {
  readonly #options: ResumptionOptions;
  /** Everything is taken over alone, keys beside each other: nobody may find an entry half taken. */
  #all: Promise<unknown> = Promise.resolve();
  /** By key: who asks for something else under a key must not give back what another one goes on with. */
  readonly #ones = new Map<string, Promise<unknown>>();

  constructor(options: ResumptionOptions) {
    this.#options = options;
  }

  /**
   * Takes over everything that processes before this one left.
   * @throws CountersignError `journal`, `audit`
   */
  all(): Promise<ResumedApproval[]> {
    const before = Promise.allSettled([this.#all, ...this.#ones.values()]);
    const all = before.then(() => this.#takeAll());
    this.#all = all.catch(() => undefined);
    return all;
  }

  async #takeAll(): Promise<ResumedApproval[]> {
    const { journal, recorder } = this.#options;
    await recorder.open();
    const { entries, broken, held } = await journal.claimAll();
    for (const each of held) this.#options.onTrouble(heldBy(each));
    const ends = await this.#endsOf(entries);
    const endOf = ({ request }: JournalEntry): EndRecord | undefined => ends.get(request.traceId);
    const answered = entries.filter(({ isAnswered }) => isAnswered === true);
    for (const entry of answered) this.#pay(entry, endOf(entry));
    const open = entries.filter(({ isAnswered }) => isAnswered !== true);
    return [
      ...(await Promise.all(broken.map((entry) => this.#failBroken(entry)))),
      ...(await Promise.all(open.map((entry) => this.#resumed(entry, endOf(entry))))),
    ];
  }

  /**
   * Takes over the approval of one key, where a process before this one left it.
   * @returns its run, or its outcome where it had ended
   * @throws CountersignError `conflict` where it asked for something else; `journal`, `audit`
   */
  async one(request: ApprovalRequest): Promise<SharedRun | Outcome | undefined> {
    const { key } = request;
    const before = Promise.allSettled([this.#all, this.#ones.get(key)]);
    const one = before.then(() => this.#takeOne(request));
    this.#ones.set(key, one);
    return one.finally(() => {
      if (this.#ones.get(key) === one) this.#ones.delete(key);
    });
  }

  async #takeOne(request: ApprovalRequest): Promise<SharedRun | Outcome | undefined> {
    const { journal, runs } = this.#options;
    const same = runs.sameKey(request);
    if (same !== undefined) return same;
    const entry = await journal.claim(request.key);
    if (entry === undefined) return undefined;
    try {
      refuseOther(entry.request, request);
    } catch (error) {
      await journal.giveBack(entry.request);
      throw error;
    }
    return this.#takenUp(entry, (await this.#endsOf([entry])).get(entry.request.traceId));
  }

  /** What cannot be told now is given back, for the next try. */
  async #endsOf(entries: readonly JournalEntry[]): Promise<ReadonlyMap<string, EndRecord>> {
    const { recorder, journal } = this.#options;
    try {
      return await recorder.ends(new Set(entries.map(({ request }) => request.traceId)));
    } catch (error) {
      for (const { request } of entries) await journal.giveBack(request);
      throw error;
    }
  }

  async #resumed(entry: JournalEntry, end: EndRecord | undefined): Promise<ResumedApproval> {
    const { traceId, key, action } = entry.request;
    const found = await this.#takenUp(entry, end).catch((error: unknown) =>
      this.#refuse(entry, error),
    );
    const outcome = 'status' in found ? Promise.resolve(found) : awaited(found);
    return { traceId, key, action, outcome };
  }

  /** One that cannot go on (its key is in use for something else here) keeps no other from it. */
  async #refuse(entry: JournalEntry, error: unknown): Promise<Outcome> {
    const { workspaceId, runs } = this.#options;
    const { request } = entry;
    const refused = refusedOutcome(error, { traceId: request.traceId });
    this.#owe(entry, undefined, 'its key is in use for something else');
    const told = await this.#recorded(refused, refusalEvent(refused, request.action, workspaceId));
    runs.forget(request);
    return told;
  }

  async #takenUp(entry: JournalEntry, end: EndRecord | undefined): Promise<SharedRun | Outcome> {
    if (end !== undefined) return this.#ended(entry, end);
    return (await this.#usedUp(entry)) ?? this.#goOn(entry);
  }

  /** The end where its grant was used, and the log does not say so any more. */
  async #usedUp({ request, approvalId }: JournalEntry): Promise<Outcome | undefined> {
    const { once, journal, runs, recorder, workspaceId } = this.#options;
    try {
      if (approvalId === null || !(await once.wasUsed(approvalId))) return undefined;
      const refused = refusedOutcome(wasUsedBefore(), { traceId: request.traceId });
      await recorder.record(refusalEvent(refused, request.action, workspaceId));
      runs.forget(request);
      return refused;
    } catch (error) {
      await journal.giveBack(request);
      return refusedOutcome(error, { traceId: request.traceId });
    }
  }

  /** A grant that is not handed over, on disk when it resolves. */
  async #dropped(request: ApprovalRequest, approvalId: string, error: unknown): Promise<Outcome> {
    const { traceId } = request;
    await this.#options.recorder.record(staleEvent(request, approvalId, messageOf(error)));
    return refusedOutcome(error, { traceId });
  }

  async #goOn(entry: JournalEntry): Promise<SharedRun> {
    const { runs, recorder } = this.#options;
    const { request, approvalId, givenUp } = entry;
    const log = await recorder.open();
    const same = runs.sameKey(request);
    if (same !== undefined) {
      // The two began beside each other and are one approval: ours.
      if (same.request.traceId !== request.traceId) await this.#join(log, request, same.request);
      return same;
    }
    recorder.append(log, resumedEvent(entry));
    const run = runs.start(request, log, approvalId);
    if (givenUp !== null) run.withdraw(givenUp);
    return run;
  }

  /** In the journal until it is recorded: a kill in between must not lose it. */
  async #join(log: AuditLog, request: ApprovalRequest, goesOn: ApprovalRequest): Promise<void> {
    this.#options.recorder.append(log, joinedEvent(request, goesOn));
    await log.flush().then(
      () => this.#options.journal.end(request),
      () => undefined,
    );
  }

  /** Who asked knows the end, and what it owes is not paid. */
  #pay(entry: JournalEntry, end: EndRecord | undefined): void {
    this.#owe(entry, end);
    this.#options.runs.forget(entry.request);
  }

  /** The row, where nobody decided it: once more does no harm. And its twin that comes late. */
  #owe(
    { request, approvalId, mayHaveTwin, givenUp }: JournalEntry,
    end: EndRecord | undefined,
    why = givenUp ?? 'the asking process ended',
  ): void {
    const { client } = this.#options;
    const isDecided = end?.outcome === 'granted' || end?.outcome === 'denied';
    if (!isDecided && approvalId !== null) client.withdrawLater({ request, approvalId, why });
    if (approvalId === null || mayHaveTwin === true)
      client.withdrawLater({ request, approvalId: null, why });
  }

  /** It had ended, and nobody was told, or nobody acted. */
  async #ended(entry: JournalEntry, end: EndRecord): Promise<Outcome> {
    const { runs, recorder, journal } = this.#options;
    const { request } = entry;
    try {
      await recorder.record(endedBeforeEvent(entry, end));
    } catch (error) {
      await journal.giveBack(request);
      return refusedOutcome(error, { traceId: request.traceId });
    }
    const outcome = recordedOutcome(request, end);
    this.#owe(entry, end);
    const answer =
      outcome.status === 'granted' ? await this.#unused(request, end, outcome) : outcome;
    runs.forget(request);
    return answer;
  }

  /** A grant serves once, and not for ever. */
  async #unused(
    request: ApprovalRequest,
    end: EndRecord,
    outcome: Outcome & { readonly status: 'granted' },
  ): Promise<Outcome> {
    const { grantTtlMs, now, once } = this.#options;
    const age = now() - Date.parse(end.timestamp);
    try {
      if (await once.wasUsed(outcome.approvalId)) throw wasUsedBefore();
      // A clock that was set back says nothing about the age.
      if (!(age >= 0 && age <= grantTtlMs))
        throw new CountersignError(
          'conflict',
          `it was granted at ${end.timestamp}, and a grant that nobody used is good for ${grantTtlMs / 1000}s: ask again, with a new key`,
        );
      return outcome;
    } catch (error) {
      return this.#dropped(request, outcome.approvalId, error);
    }
  }

  async #failBroken({ path, why }: BrokenEntry): Promise<ResumedApproval> {
    const { uuid, workspaceId, onTrouble } = this.#options;
    const error = new CountersignError(
      'journal',
      `the journal's entry ${path} ${why}; it was set aside, and nobody waits for its approval`,
    );
    const outcome = refusedOutcome(error, { traceId: uuid() });
    onTrouble(error.message);
    const told = await this.#recorded(outcome, brokenEvent(outcome, workspaceId));
    return { traceId: outcome.traceId, action: '', outcome: Promise.resolve(told) };
  }

  /** What cannot be recorded is told as that. */
  async #recorded(outcome: Failed, event: AuditEvent): Promise<Failed> {
    try {
      await this.#options.recorder.record(event);
      return outcome;
    } catch (error) {
      return refusedOutcome(error, { traceId: outcome.traceId });
    }
  }
}

const wasUsedBefore = (): CountersignError =>
  new CountersignError('conflict', 'its grant was used before the process ended');

/** Who shares it by its key, and gives up, leaves this one waiting. */
const awaited = (shared: SharedRun): Promise<Outcome> =>
  shared.wait(shared.request, undefined).then(({ outcome }) => outcome);

const heldBy = ({ owner, folder, count }: HeldEntries): string =>
  `${count} approvals are in the hands of process ${owner.pid} on ${owner.host} (since ${owner.since}); ` +
  `they are left to it. If it is gone for good, remove ${folder}/owner.json`;
