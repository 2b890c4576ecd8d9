import type { ActorRow, ViewMessage } from '../wire.ts';
import { Actors } from './model/actors.ts';
import { type Step, withLatest } from './model/latest.ts';
import { type Listing, listingOf } from './model/listing.ts';
import { parseQuery } from './model/query.ts';
import { initialState, type PageState } from './model/state.ts';
import { at, indexOf, live, noTimeline, timelineOf, withEntries } from './model/timeline.ts';
import { Watch } from './watch.ts';

type Taken = (rows: readonly ActorRow[]) => void;

/** A list that depends on the time is made anew this often, milliseconds. */
const TIMED_MS = 1_000;
/** How long it is said what was just done, milliseconds. */
const FEEDBACK_MS = 2_500;

/** What the page knows and can do. Whatever happens between two frames is drawn once. */
export class Session {
  readonly actors = new Actors();
  state: PageState = initialState;
  /** The arrows that were taken last, by whomever, the newest first. */
  latest: readonly Step[] = [];
  readonly #watch: Watch;
  readonly #listeners = new Set<() => void>();
  readonly #takenListeners = new Set<Taken>();
  #isDue = false;
  #listing: { readonly key: readonly unknown[]; readonly is: Listing } | null = null;
  #feedbackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#watch = new Watch({
      onMessage: (message) => this.#hear(message),
      onLink: (is) => {
        if (is === 'live') this.actors.expectAll();
        this.#set({ link: { at: is } });
      },
    });
  }

  /** Calls once a frame in which something changed; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls with the actors that took an arrow, at once. */
  onTaken(listener: Taken): () => void {
    this.#takenListeners.add(listener);
    return () => this.#takenListeners.delete(listener);
  }

  /** The view's clock, milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.state.aheadMs;
  }

  /** What the list shows; made anew only when something in it may be different. */
  listing(): Listing {
    const { machine, query, states } = this.state;
    const moment = query.isTimed ? Math.floor(this.now() / TIMED_MS) : 0;
    const key = [this.actors.version, machine, query, states, moment];
    if (!this.#listing?.key.every((part, index) => part === key[index]))
      this.#listing = { key, is: listingOf(this.actors, { machine, query, states }, this.now()) };
    return this.#listing.is;
  }

  nudge(): void {
    this.#watch.nudge();
  }

  /** Shows an actor, from now on; all of them for `null`. */
  choose(actorId: string | null): void {
    if (actorId === this.state.actorId) return;
    const machine = (actorId && this.actors.get(actorId)?.machine) || this.state.machine;
    this.#watch.watch(actorId);
    this.#set({ actorId, machine, timeline: noTimeline, isPlaying: false });
  }

  /** To the next actor of the list, or some before. */
  move(steps: number): void {
    const { rows } = this.listing();
    const index = rows.findIndex(({ id }) => id === this.state.actorId);
    const next = index === -1 ? (steps > 0 ? 0 : rows.length - 1) : index + steps;
    const row = rows[Math.min(rows.length - 1, Math.max(0, next))];
    if (row) this.choose(row.id);
  }

  showMachine(machine: string): void {
    if (machine === this.state.machine) return;
    this.choose(null);
    this.#set({ machine, states: new Set() });
  }

  search(search: string): void {
    this.#set({ search, query: parseQuery(search) });
  }

  toggleState(name: string): void {
    const states = new Set(this.state.states);
    if (!states.delete(name)) states.add(name);
    this.#set({ states });
  }

  clearFilters(): void {
    this.search('');
    this.#set({ states: new Set() });
  }

  /** To an entry of the timeline. */
  scrub(index: number): void {
    this.#set({ timeline: at(this.state.timeline, index), isPlaying: false });
  }

  step(steps: number): void {
    this.scrub(Math.max(0, indexOf(this.state.timeline) + steps));
  }

  goLive(): void {
    this.#set({ timeline: live(this.state.timeline), isPlaying: false });
  }

  /** Plays from where the reader is; from the beginning where he is at the end. */
  togglePlay(): void {
    const { timeline, isPlaying, actorId } = this.state;
    if (actorId === null) return;
    const isAtEnd = timeline.position === null;
    this.#set({
      isPlaying: !isPlaying,
      timeline: !isPlaying && isAtEnd ? at(timeline, 0) : timeline,
    });
  }

  /** The next entry, while the timeline is played; ends with the last. */
  playOn(): void {
    const timeline = at(this.state.timeline, indexOf(this.state.timeline) + 1);
    this.#set({ timeline, isPlaying: timeline.position !== null });
  }

  tell(feedback: string): void {
    clearTimeout(this.#feedbackTimer);
    this.#feedbackTimer = setTimeout(() => this.#set({ feedback: '' }), FEEDBACK_MS);
    this.#set({ feedback });
  }

  #hear(message: ViewMessage): void {
    if (message.type === 'history') this.#hearHistory(message);
    else this.#hearActors(message);
  }

  #hearActors(message: Exclude<ViewMessage, { type: 'history' }>): void {
    const taken = this.actors.apply(message);
    this.latest = withLatest(this.latest, taken);
    const hasLoaded = this.state.hasLoaded || message.type === 'changes' || !message.more;
    this.#set({ aheadMs: message.now - Date.now(), hasLoaded });
    if (message.type === 'changes') this.#hearEntries(message);
    if (taken.length > 0) for (const listener of this.#takenListeners) listener(taken);
  }

  #hearHistory(message: Extract<ViewMessage, { type: 'history' }>): void {
    if (message.actor !== this.state.actorId) return;
    this.#set({ timeline: timelineOf(message, this.state.timeline) });
  }

  #hearEntries({ entries, gone }: Extract<ViewMessage, { type: 'changes' }>): void {
    const { actorId, timeline } = this.state;
    if (actorId === null) return;
    if (gone.includes(actorId)) {
      this.choose(null);
      this.tell('The actor that you looked at was forgotten, to make room for others.');
      return;
    }
    const next = withEntries(timeline, entries);
    if (next === null) this.#watch.watch(actorId);
    else this.#set({ timeline: next });
  }

  #set(changes: Partial<PageState>): void {
    this.state = { ...this.state, ...changes };
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
