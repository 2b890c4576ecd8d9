/** From the actors of this process to a view of ours. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { InspectionEvent } from 'xstate';
import { Cadence } from '../cadence.ts';
import { LIMITS, type ProcessEvent, type ProcessMessage } from '../wire.ts';
import { Connection } from './connection.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { Witness } from './witness.ts';

export interface ViewLinkOptions {
  /** Of the view: `http://127.0.0.1:7357`. */
  readonly url: string;
  /** What the process is called in the view. Default: the name of the program. */
  readonly title?: string;
  /** How much may wait to be sent. Default 10,000 events and 8 MiB. */
  readonly limits?: Partial<OutboxLimits>;
}

/** Observes actors. Never throws, never waits, and keeps no process alive. */
export interface ViewLink {
  /** An observer for `createActor(machine, { inspect })`. @param at default: now */
  inspect(event: InspectionEvent, at?: number): void;
  /** A record of the approval of that trace id was appended to the audit log. */
  audit(record: { readonly trace_id: string }, at?: number): void;
  /** Events that the view was never told: it was not there, or too slow. */
  readonly dropped: number;
  /** Sends what waits, within a moment, and leaves nothing open. */
  close(): Promise<void>;
}

/** Between two sendings, milliseconds; the first after a pause goes at once. */
const SEND_EVERY_MS = 20;
/** Batches in one sending. */
const BATCHES = 8;
/** One event is far smaller; see `REDACT_LIMITS`. */
const BATCH_BYTES = LIMITS.frame / 2;
/** With so much under way nothing more is given to the socket, bytes. */
const ENOUGH_BYTES = 1024 * 1024;

export function viewLink(options: ViewLinkOptions): ViewLink {
  return new Link(options);
}

class Link implements ViewLink {
  readonly #hello: string;
  readonly #outbox: Outbox;
  readonly #witness: Witness;
  readonly #connection: Connection;
  readonly #cadence = new Cadence(SEND_EVERY_MS, () => this.#send());
  /** Where the actors are that the view does not know yet. */
  #present: Iterator<ProcessEvent> | undefined;
  #isClosed = false;

  constructor({ url, title = nameOfProgram(), limits }: ViewLinkOptions) {
    this.#hello = JSON.stringify(helloOf(title));
    this.#outbox = new Outbox(limits);
    this.#witness = new Witness({
      tell: (event) => this.#tell(event),
      onUntold: () => {
        this.#outbox.dropped += 1;
      },
    });
    this.#connection = new Connection({
      url,
      onOpen: () => this.#opened(),
      onLost: () => this.#lost(),
      onSent: () => this.#cadence.ask(),
    });
  }

  get dropped(): number {
    return this.#outbox.dropped;
  }

  inspect(event: InspectionEvent, at = Date.now()): void {
    this.#safely(() => this.#witness.see(event, at));
  }

  audit(record: { readonly trace_id: string }, at = Date.now()): void {
    this.#safely(() => this.#witness.record(record.trace_id, record, at));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#outbox.isEmpty) await this.#connection.settled();
    this.#cadence.stop();
    while (this.#canSend() && this.#hasNews()) this.#sendBatch();
    this.#outbox.lose();
    await this.#connection.close();
  }

  #safely(look: () => void): void {
    if (this.#isClosed) return;
    try {
      look();
    } catch {
      // Not known to happen; who is watched must not notice.
      this.#outbox.dropped += 1;
    }
  }

  #tell(event: () => ProcessEvent): void {
    if (this.#outbox.isKeeping) this.#outbox.add(event());
    else this.#outbox.dropped += 1;
    if (!this.#outbox.isKeeping) this.#present = undefined;
    else if (this.#connection.isOpen) this.#cadence.ask();
  }

  #opened(): void {
    this.#connection.send(this.#hello);
    // The first time, everything from the beginning may still be there.
    if (!this.#outbox.isKeeping) this.#beginAnew();
    this.#cadence.ask();
  }

  /** Nobody listens: nothing is kept, until somebody does. */
  #lost(): void {
    this.#outbox.lose();
    this.#present = undefined;
    this.#cadence.stop();
  }

  #beginAnew(): void {
    this.#outbox.beginAnew();
    this.#present = this.#witness.beginRound(Date.now);
  }

  #send(): void {
    if (!this.#canSend()) return;
    if (!this.#outbox.isKeeping) {
      // The view was too slow: it hears what is, and not what was.
      this.#connection.send(this.#hello);
      this.#beginAnew();
    }
    for (let sent = 0; sent < BATCHES && this.#canSend() && this.#hasNews(); sent += 1)
      this.#sendBatch();
    if (this.#hasNews()) this.#cadence.ask();
  }

  /** When enough is under way, the end of a sending asks again. */
  #canSend(): boolean {
    return this.#connection.isOpen && this.#connection.buffered < ENOUGH_BYTES;
  }

  #hasNews(): boolean {
    return !this.#outbox.isEmpty || this.#present !== undefined;
  }

  #sendBatch(): void {
    if (this.#outbox.isEmpty) this.#takePresent();
    const events = this.#outbox.take(LIMITS.batch, BATCH_BYTES);
    if (events !== '')
      this.#connection.send(`{"type":"batch","events":[${events}],"dropped":${this.dropped}}`);
  }

  /** As many as one batch takes. */
  #takePresent(): void {
    for (let count = 0; count < LIMITS.batch; count += 1) {
      const next = this.#present?.next();
      if (next === undefined || next.done === true) {
        this.#present = undefined;
        return;
      }
      this.#outbox.add(next.value);
    }
  }
}

const helloOf = (title: string): ProcessMessage => ({
  type: 'hello',
  version: 1,
  process: { id: randomUUID(), pid: process.pid, title: title.slice(0, LIMITS.text) },
});

/** Never the whole command line: it may hold secrets. */
const nameOfProgram = (): string => basename(process.argv[1] ?? process.title);
