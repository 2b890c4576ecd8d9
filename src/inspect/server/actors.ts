/** The actors that the view knows, with their timelines: bounded, however many it is told of. */
import type { ActorRow, Entry } from '../wire.ts';
import type { NewEntry } from './entries.ts';
import { IdsByProcess } from './ids-by-process.ts';
import { Timeline } from './timeline.ts';
import { weightOf } from './weight.ts';

export const ACTOR_LIMITS = {
  /** Actors with a row of their own. */
  actors: 20_000,
  /** Services that run, which are lines in the timeline of their parent. */
  services: 60_000,
  /** Entries of one timeline. */
  timeline: 500,
  /** Entries of all timelines. */
  entries: 200_000,
  /** The same, with the rows and the services that run; see `weightOf`. */
  bytes: 96 * 1024 * 1024,
} as const;

export type ActorLimits = { readonly [Name in keyof typeof ACTOR_LIMITS]: number };

interface Actor {
  readonly row: ActorRow;
  /** Of the row, bytes. */
  readonly weight: number;
  readonly timeline: Timeline;
  /** Those of its services that run. */
  readonly services: Set<string>;
}

interface Service {
  /** The row in whose timeline it stands. */
  readonly parent: string;
  readonly name: string;
}

export class Actors {
  readonly #limits: ActorLimits;
  readonly #actors = new Map<string, Actor>();
  /** Those that are not active any more, the longest ago first. */
  readonly #over = new Set<string>();
  readonly #all = new IdsByProcess();
  /** Those that are active. */
  readonly #living = new IdsByProcess();
  readonly #services = new Map<string, Service>();
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  #entries = 0;
  #bytes = 0;

  constructor(limits: Partial<ActorLimits>) {
    this.#limits = { ...ACTOR_LIMITS, ...limits };
  }

  get rows(): ActorRow[] {
    return Array.from(this.#actors.values(), ({ row }) => row);
  }

  /** Those that are active in that process. */
  livingIn(process: string): ActorRow[] {
    return this.#living.of(process).flatMap((id) => this.row(id) ?? []);
  }

  row(id: string): ActorRow | undefined {
    return this.#actors.get(id)?.row;
  }

  /** Its entries from that number on, as far as they are kept; none of who is not known. */
  entriesSince(id: string, n: number): Entry[] {
    return this.#actors.get(id)?.timeline.since(n) ?? [];
  }

  /** How many older entries of it are not kept any more. */
  forgottenOf(id: string): number {
    return this.#actors.get(id)?.timeline.forgotten ?? 0;
  }

  /** Rows that are new or changed since the last call, and ids of those that are gone. */
  takeChanges(): { actors: ActorRow[]; gone: string[] } {
    const actors = Array.from(this.#changed).flatMap((id) => this.row(id) ?? []);
    const gone = [...this.#gone];
    this.#changed.clear();
    this.#gone.clear();
    return { actors, gone };
  }

  set(row: ActorRow): void {
    const { id, status } = row;
    const known = this.#actors.get(id) ?? {
      weight: 0,
      timeline: new Timeline(this.#limits.timeline),
      services: new Set<string>(),
    };
    const weight = weightOf(row);
    this.#actors.set(id, { ...known, row, weight });
    this.#bytes += weight - known.weight;
    this.#index(row);
    this.#over.delete(id);
    if (status !== 'active') this.#over.add(id);
    this.#changed.add(id);
    // One that was forgotten and is told of again.
    this.#gone.delete(id);
  }

  /** @param bytes what it took on the wire */
  note(id: string, entry: NewEntry, bytes: number): void {
    const actor = this.#actors.get(id);
    if (actor === undefined) return;
    const state = entry.state ?? actor.row.state;
    this.#weigh(actor.timeline, () => actor.timeline.add({ ...entry, state }, bytes));
  }

  service(id: string): Service | undefined {
    return this.#services.get(id);
  }

  /** @returns whether it is new, and there was room for it */
  addService(id: string, service: Service): boolean {
    const parent = this.#actors.get(service.parent);
    if (parent === undefined || this.#services.has(id)) return false;
    if (this.#services.size >= this.#limits.services) return false;
    this.#services.set(id, service);
    this.#bytes += weightOf([id, service]);
    parent.services.add(id);
    return true;
  }

  removeService(id: string): void {
    const service = this.#services.get(id);
    if (service === undefined) return;
    this.#actors.get(service.parent)?.services.delete(id);
    this.#services.delete(id);
    this.#bytes -= weightOf([id, service]);
  }

  /** Those that are over go first; then entries, the oldest half of one actor after the other. */
  makeRoom(): void {
    while (this.#actors.size > this.#limits.actors) this.forget(this.#oldest());
    while (this.#entries > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      const [over] = this.#over;
      if (over === undefined) this.#shorten(this.#oldest());
      else this.forget(over);
    }
  }

  forget(id: string): void {
    const actor = this.#actors.get(id);
    this.#over.delete(id);
    if (actor === undefined) return;
    this.#weigh(actor.timeline, () => actor.timeline.forget(actor.timeline.length));
    for (const service of actor.services) this.removeService(service);
    this.#bytes -= actor.weight;
    this.#all.delete(actor.row.process, id);
    this.#living.delete(actor.row.process, id);
    this.#actors.delete(id);
    this.#changed.delete(id);
    this.#gone.add(id);
  }

  forgetProcess(process: string): void {
    for (const id of this.#all.of(process)) this.forget(id);
  }

  #index({ id, process, status }: ActorRow): void {
    this.#all.add(process, id);
    if (status === 'active') this.#living.add(process, id);
    else this.#living.delete(process, id);
  }

  #oldest(): string {
    const [over] = this.#over;
    const [first = ''] = this.#actors.keys();
    return over ?? first;
  }

  #shorten(id: string): void {
    const actor = this.#actors.get(id);
    if (actor === undefined || actor.timeline.length < 2) {
      this.forget(id);
      return;
    }
    const { timeline } = actor;
    this.#weigh(timeline, () => timeline.forget(Math.floor(timeline.length / 2)));
    // The next time it is the turn of the others.
    this.#actors.delete(id);
    this.#actors.set(id, actor);
  }

  #weigh(timeline: Timeline, change: () => void): void {
    const { length, bytes } = timeline;
    change();
    this.#entries += timeline.length - length;
    this.#bytes += timeline.bytes - bytes;
  }
}
