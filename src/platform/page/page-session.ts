import { backOffMs } from '../../page/backoff.ts';
import { type Answer, type Api, createApi } from './api.ts';
import { Decider } from './decider.ts';
import { Live } from './live.ts';
import { Reader } from './reader.ts';
import type { Store } from './store.ts';
import { readFrame } from './wire.ts';

const WRONG_TOKEN = 'This token is not known here. Copy it anew from where the platform runs.';

/** From signing in to signing out: ties the page to the platform. */
export class PageSession {
  readonly decider: Decider;
  readonly #store: Store;
  readonly #api: Api;
  readonly #reader: Reader;
  #live: Live | null = null;
  #seq: number | null = null;

  constructor(store: Store) {
    this.#store = store;
    this.#api = createApi((aheadMs) => store.dispatch({ type: 'clock.heard', aheadMs }));
    const onSignedOut = () => this.#close('You have been signed out.');
    this.decider = new Decider({
      api: this.#api,
      store,
      onSignedOut,
      isCurrent: () => this.#live !== null,
    });
    this.#reader = new Reader({
      api: this.#api,
      store,
      onSignedOut,
      onMissing: (id) => void this.decider.lookUp(id),
    });
  }

  /** Goes on with the session that the browser holds, asking until the platform answers. */
  async resume(): Promise<void> {
    for (let failures = 1; this.#store.get().session.at === 'checking'; failures++) {
      const answer = await this.#api.session();
      if (answer.kind === 'ok') return this.#open(answer.value.approver);
      if (answer.kind === 'signedOut') return this.#close(null);
      this.#store.dispatch({ type: 'link.changed', at: 'unreachable', now: Date.now() });
      await new Promise((done) => setTimeout(done, backOffMs(failures, Math.random())));
    }
  }

  async signIn(token: string): Promise<void> {
    this.#stop();
    const answer = await this.#api.signIn(token);
    const session = answer.kind === 'ok' ? await this.#api.session() : answer;
    if (session.kind === 'ok' && isSession(session.value)) this.#open(session.value.approver);
    else this.#close(problemOf(session));
  }

  async signOut(): Promise<void> {
    const answer = await this.#api.signOut();
    // The cookie is out of a script's reach: only the platform can end the session.
    if (answer.kind === 'ok' || answer.kind === 'signedOut') this.#close(null);
    else
      this.#store.dispatch({
        type: 'trouble.met',
        trouble: `You are still signed in. ${answer.why}`,
      });
  }

  /** Look again now. */
  nudge(): void {
    this.#live?.nudge();
  }

  #open(approver: string): void {
    this.#stop();
    this.#store.dispatch({ type: 'session.opened', approver });
    void this.#reader.read();
    this.#live = new Live({
      read: () => this.#reader.read(),
      since: () => this.#seq,
      onFrame: (data) => this.#onFrame(data),
      onLink: (at) => this.#store.dispatch({ type: 'link.changed', at, now: Date.now() }),
    });
  }

  #close(problem: string | null): void {
    this.#stop();
    this.#store.dispatch({ type: 'session.closed', problem });
  }

  #stop(): void {
    this.#live?.stop();
    this.#live = null;
    this.#seq = null;
  }

  #onFrame(data: string): void {
    const frame = readFrame(data);
    if (frame === undefined) return;
    if (frame.kind === 'moved') {
      this.#store.dispatch({ type: 'asker.moved', id: frame.id, step: frame.step });
      return;
    }
    if (frame.seq !== null) this.#seq = Math.max(this.#seq ?? 0, frame.seq);
    if (frame.kind === 'arrived') {
      this.#reader.noteArrival(frame.approval.id);
      this.#store.dispatch({ type: 'approval.arrived', approval: frame.approval });
    } else if (this.#store.get().approvals.has(frame.end.id)) {
      this.#store.dispatch({ type: 'approval.ended', end: frame.end });
    } else void this.decider.lookUp(frame.end.id);
  }
}

const isSession = (value: unknown): value is { approver: string } =>
  typeof value === 'object' && value !== null && 'approver' in value;

const problemOf = (answer: Answer<unknown>): string => {
  if (answer.kind === 'signedOut') return WRONG_TOKEN;
  return answer.kind === 'ok' ? 'The platform answered something unreadable.' : answer.why;
};
