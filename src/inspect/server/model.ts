/**
 * What the view knows: the processes that are or were connected, their actors, and what happened to
 * each. Pure; bounded however much it is told.
 */
import type { ActorRow, Entry, ProcessEvent, ProcessMessage, ProcessRow } from '../wire.ts';
import { type ActorLimits, Actors } from './actors.ts';
import {
  auditEntry,
  beganEntry,
  type EventOf,
  endedEntry,
  ignoredEntry,
  serviceBeganEntry,
  serviceEndedEntry,
  transitionEntry,
  unseenEntry,
} from './entries.ts';
import { weightOf } from './weight.ts';

/** Processes that are remembered. */
const MOST_PROCESSES = 1_000;

export type ProcessHello = Extract<ProcessMessage, { type: 'hello' }>['process'];

/** What is to be told to pages. */
export interface Changes {
  readonly actors: ActorRow[];
  readonly gone: string[];
  readonly processes: ProcessRow[];
}

export class ViewModel {
  readonly #processes = new Map<string, ProcessRow>();
  readonly #actors: Actors;
  readonly #changed = new Set<string>();

  /** @param limits default `ACTOR_LIMITS` */
  constructor(limits: Partial<ActorLimits> = {}) {
    this.#actors = new Actors(limits);
  }

  get rows(): ActorRow[] {
    return this.#actors.rows;
  }

  get processes(): ProcessRow[] {
    return [...this.#processes.values()];
  }

  /** Its entries from that number on, as far as they are kept; none of who is not known. */
  entriesSince(actor: string, n: number): Entry[] {
    return this.#actors.entriesSince(actor, n);
  }

  /** How many older entries of it are not kept any more. */
  forgottenOf(actor: string): number {
    return this.#actors.forgottenOf(actor);
  }

  /** What has changed since the last call. */
  takeChanges(): Changes {
    const processes = Array.from(this.#changed).flatMap((id) => this.#processes.get(id) ?? []);
    this.#changed.clear();
    return { ...this.#actors.takeChanges(), processes };
  }

  /**
   * A process is there, perhaps again. What lives in it is told next; of actors that are not, the end
   * was not seen.
   */
  hello({ id, pid, title }: ProcessHello): void {
    this.#lose(id);
    const dropped = this.#processes.get(id)?.dropped ?? 0;
    this.#setProcess({ id, pid, title, isConnected: true, dropped });
    if (this.#processes.size > MOST_PROCESSES) this.#forgetProcess();
  }

  left(process: string): void {
    const row = this.#processes.get(process);
    if (row === undefined) return;
    this.#setProcess({ ...row, isConnected: false });
    this.#lose(process);
  }

  batch(
    process: string,
    { events, dropped }: Pick<Extract<ProcessMessage, { type: 'batch' }>, 'events' | 'dropped'>,
  ): void {
    const row = this.#processes.get(process);
    if (row === undefined) return;
    if (row.dropped !== dropped) this.#setProcess({ ...row, dropped });
    for (const event of events) this.#take(process, event, weightOf(event));
    this.#actors.makeRoom();
  }

  #take(process: string, event: ProcessEvent, bytes: number): void {
    const id = viewId(process, event.actor);
    switch (event.kind) {
      case 'actor':
        this.#seen(process, id, event, bytes);
        break;
      case 'transition':
        this.#moved(id, event, bytes);
        break;
      case 'ignored':
        this.#actors.note(id, ignoredEntry(event), bytes);
        break;
      case 'audit':
        this.#actors.note(id, auditEntry(event), bytes);
        break;
      case 'ended':
        this.#ended(id, event, bytes);
        break;
    }
  }

  #seen(process: string, id: string, event: EventOf<'actor'>, bytes: number): void {
    const parent = event.parent === undefined ? undefined : viewId(process, event.parent);
    const known = this.#actors.row(id);
    if (known !== undefined) this.#seenAgain(known, event, bytes);
    else if (hasRow(event)) this.#began({ id, process, parent }, event, bytes);
    if (parent === undefined) return;
    const name = event.name ?? event.machine;
    if (this.#actors.addService(id, { parent, name }))
      this.#actors.note(parent, serviceBeganEntry(name, event), bytes);
  }

  #began(
    of: Pick<ActorRow, 'id' | 'process' | 'parent'>,
    event: EventOf<'actor'>,
    bytes: number,
  ): void {
    const { machine, name, state, startedAt, at, about } = event;
    const what = { machine, name, state, startedAt, changedAt: at };
    this.#actors.set({ ...of, ...what, status: 'active', ...about });
    this.#actors.note(of.id, beganEntry(event), bytes);
  }

  #seenAgain(known: ActorRow, event: EventOf<'actor'>, bytes: number): void {
    const { state, at, about } = event;
    this.#actors.set({ ...known, ...about, state, status: 'active', changedAt: at });
    if (state !== known.state) this.#actors.note(known.id, unseenEntry(event, known.state), bytes);
  }

  #moved(id: string, event: EventOf<'transition'>, bytes: number): void {
    const row = this.#actors.row(id);
    if (row === undefined) return;
    const { from, to, transition, at, about } = event;
    this.#actors.set({ ...row, ...about, state: to, from, transition, changedAt: at });
    this.#actors.note(id, transitionEntry(event), bytes);
  }

  #ended(id: string, event: EventOf<'ended'>, bytes: number): void {
    const service = this.#actors.service(id);
    if (service !== undefined) {
      this.#actors.removeService(id);
      this.#actors.note(service.parent, serviceEndedEntry(service.name, event), bytes);
    }
    const row = this.#actors.row(id);
    if (row === undefined) return;
    this.#actors.set({ ...row, status: event.status, changedAt: event.at });
    this.#actors.note(id, endedEntry(event), bytes);
  }

  #lose(process: string): void {
    for (const row of this.#actors.livingIn(process)) this.#actors.set({ ...row, status: 'lost' });
  }

  #setProcess(row: ProcessRow): void {
    this.#processes.set(row.id, row);
    this.#changed.add(row.id);
  }

  #forgetProcess(): void {
    const gone = this.processes.find(({ isConnected }) => !isConnected);
    if (gone === undefined) return;
    this.#processes.delete(gone.id);
    this.#actors.forgetProcess(gone.id);
  }
}

/** Of two processes or actors, never the same: a process has no `/` in its id. */
const viewId = (process: string, actor: string): string => `${process}/${actor}`;

/** Services are lines in the timeline of their parent; the deadline is looked for by itself as well. */
const hasRow = ({ parent, state, name }: EventOf<'actor'>): boolean =>
  parent === undefined || state !== undefined || name === 'deadline';
