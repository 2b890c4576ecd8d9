import { backOffMs } from '../../page/backoff.ts';
import { type Answer, type Api, storedEnd } from './api.ts';
import { type Approval, isWaiting, type Verdict } from './model/approval.ts';
import { hindranceOf, settled } from './model/deciding.ts';
import { type Attempt, selectedOf } from './model/state.ts';
import { type Store, uptime } from './store.ts';

interface DeciderInput {
  readonly api: Api;
  readonly store: Store;
  readonly onSignedOut: () => void;
  /** False once nobody is interested any more. */
  readonly isCurrent: () => boolean;
}

const OTHER_CONTENT =
  'What the platform holds is not what was on the screen, so nothing was decided. Reload the page.';

/** Asking again would bring nothing else; too many requests, say, pass. */
const isFinal = (answer: Answer<Approval>): boolean =>
  answer.kind !== 'lost' && (answer.kind !== 'refused' || answer.code === 'not_found');

/** Sends decisions, each once, and finds out what became of them. */
export class Decider {
  readonly #input: DeciderInput;

  constructor(input: DeciderInput) {
    this.#input = input;
  }

  /** Decides what is selected, if nothing stands in the way at this very moment. */
  async decide(verdict: Verdict): Promise<void> {
    const state = this.#input.store.get();
    const approval = selectedOf(state);
    const now = { serverNow: Date.now() + state.aheadMs, uptime: uptime() };
    if (!approval || hindranceOf(state, approval, verdict, now) !== null) return;
    this.#set(approval, { verdict, at: 'sending' });
    const note = state.notes.get(approval.id) ?? '';
    await this.#learn(approval, verdict, await this.#input.api.decide({ approval, verdict, note }));
  }

  /** Asks for the stored request until the platform answers. */
  async lookUp(id: string): Promise<void> {
    for (let failures = 1; this.#input.isCurrent(); failures++) {
      const answer = await this.#input.api.approval(id);
      if (!this.#input.isCurrent()) return;
      if (isFinal(answer)) return this.#found(id, answer);
      await new Promise((done) => setTimeout(done, backOffMs(failures, Math.random())));
    }
  }

  async #learn(approval: Approval, verdict: Verdict, answer: Answer<unknown>): Promise<void> {
    if (answer.kind === 'signedOut') return this.#input.onSignedOut();
    if (answer.kind === 'ok') this.#set(approval, { verdict, at: 'stored' });
    else if (answer.kind === 'lost')
      this.#set(approval, { verdict, at: 'unknown', why: answer.why });
    else return this.#refused(approval, verdict, answer);
    await this.lookUp(approval.id);
  }

  async #refused(
    approval: Approval,
    verdict: Verdict,
    answer: Extract<Answer<unknown>, { kind: 'refused' }>,
  ): Promise<void> {
    const end = storedEnd(approval.id, answer);
    if (end === undefined) {
      const why = answer.code === 'digest_mismatch' ? OTHER_CONTENT : answer.why;
      return this.#set(approval, { verdict, at: 'refused', why });
    }
    this.#set(approval, settled({ verdict, at: 'late' }, { ...approval, ...end }, this.#me()));
    this.#input.store.dispatch({ type: 'approval.ended', end });
    await this.lookUp(approval.id);
  }

  #found(id: string, answer: Answer<Approval>): void {
    const { store, onSignedOut } = this.#input;
    if (answer.kind === 'signedOut') onSignedOut();
    if (answer.kind === 'refused') store.dispatch({ type: 'approval.vanished', id });
    if (answer.kind !== 'ok') return;
    store.dispatch({ type: 'approval.read', approval: answer.value });
    const attempt = store.get().attempts.get(id);
    if (attempt?.at === 'unknown' && isWaiting(answer.value))
      this.#set(answer.value, settled(attempt, answer.value, this.#me()));
  }

  #set({ id }: Approval, attempt: Attempt): void {
    this.#input.store.dispatch({ type: 'attempt.changed', id, attempt });
  }

  #me(): string {
    const { session } = this.#input.store.get();
    return session.at === 'in' ? session.approver : '';
  }
}
