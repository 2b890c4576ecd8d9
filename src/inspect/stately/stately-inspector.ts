/** An observer that sends what it sees to Stately's inspector, and never waits for it. */
import type { InspectionEvent } from 'xstate';
import { CountersignError } from '../../errors.ts';
import { LivingActors } from './living-actors.ts';
import { toStatelyMessage } from './messages.ts';
import { Outbox, type Waiting } from './outbox.ts';
import { ReconnectingSocket, type RetryOptions } from './reconnecting-socket.ts';

export interface StatelyInspectorOptions extends RetryOptions {
  /**
   * Where a relay listens, for example `createInspectorServer()` of `@statelyai/inspect/server`:
   * `ws://localhost:8080`.
   */
  readonly url: string;
  /** Messages that wait at the most, while nobody listens or reads. Default 5,000. */
  readonly maxEvents?: number;
  /** The same in bytes, as they are sent. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Actors at the most that are told again after a reconnection. Default 2,000. */
  readonly maxActors?: number;
}

/** {@link statelyInspector} makes it. */
export interface StatelyInspector extends AsyncDisposable {
  /** For `createApprovals({ inspect })`, and for `createActor(machine, { inspect })`. Never throws. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Messages so far that nobody will get: there were too many, or a connection broke under them. */
  readonly dropped: number;
  /** Sends what still waits where somebody listens, for a second at the most. Idempotent. */
  close(): Promise<void>;
}

/** Time for what still waits, and again for the goodbye, milliseconds. */
const CLOSE_WITHIN_MS = 1_000;

/**
 * Tells Stately's inspector of every actor, event and snapshot: in order, redacted, and as they are
 * at that moment. Connects again after every end, and tells a new viewer of the actors that live
 * before it goes on. Never keeps the process alive.
 * @throws CountersignError `config` where the address is none
 */
export function statelyInspector(options: StatelyInspectorOptions): StatelyInspector {
  const sender = new Sender(options);
  const close = (): Promise<void> => sender.close();
  return {
    inspect: (event) => sender.tell(event),
    get dropped() {
      return sender.dropped;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Sender {
  dropped = 0;
  /** The ids of actors are counted in each process anew, and a relay may serve several. */
  readonly #prefix = `${process.pid}-`;
  readonly #outbox: Outbox;
  readonly #living: LivingActors;
  readonly #socket: ReconnectingSocket;
  #flushing: NodeJS.Immediate | undefined;
  #closing: Promise<void> | undefined;
  #onQuiet: (() => void) | undefined;

  constructor({
    url,
    maxEvents = 5_000,
    maxBytes = 8 * 1024 ** 2,
    ...options
  }: StatelyInspectorOptions) {
    this.#outbox = new Outbox({ maxEvents, maxBytes });
    this.#living = new LivingActors(options.maxActors ?? 2_000);
    this.#socket = new ReconnectingSocket(addressOf(url), options, {
      onOpen: () => {
        this.#living.forgetViewer();
        this.#flush();
      },
      onProgress: () => this.#flush(),
      onLost: () => {
        this.dropped += 1;
      },
    });
  }

  tell(event: InspectionEvent): void {
    try {
      const message = toStatelyMessage(event, this.#prefix);
      if (message === undefined) return;
      if (this.#closing === undefined) this.#drop(this.#outbox.add(message));
      else this.dropped += 1;
    } catch {
      // Not known to happen.
      this.dropped += 1;
    }
    // Written when the approval has done what it does.
    this.#flushing ??= setImmediate(() => this.#flush()).unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onQuiet = resolve;
    // Keeps the process alive, which the socket does not.
    const limit = setTimeout(resolve, CLOSE_WITHIN_MS);
    this.#flush();
    await promise;
    clearTimeout(limit);
    clearImmediate(this.#flushing);
    this.dropped += this.#outbox.size;
    await this.#socket.close(CLOSE_WITHIN_MS);
  }

  #flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    while (this.#socket.hasRoom) {
      const text = this.#next();
      if (text === undefined) break;
      this.#socket.send(text);
    }
    if (this.#isQuiet()) this.#onQuiet?.();
  }

  /** Actors that the viewer does not know, as they were before what waits; then what waits. */
  #next(): string | undefined {
    const actor = this.#living.tellNext();
    if (actor !== undefined) return JSON.stringify(actor);
    const waiting = this.#outbox.take();
    if (waiting !== undefined) this.#living.note(waiting.message, true);
    return waiting?.text;
  }

  #drop(dropped: readonly Waiting[]): void {
    for (const { message } of dropped) this.#living.note(message, false);
    this.dropped += dropped.length;
  }

  #isQuiet(): boolean {
    const isDone = this.#socket.isOpen && this.#outbox.size === 0 && this.#socket.isWrittenOut;
    return isDone || this.#socket.isDown;
  }
}

function addressOf(url: string): string {
  const { protocol, hash } = URL.parse(url) ?? {};
  if ((protocol === 'ws:' || protocol === 'wss:') && hash === '') return url;
  throw new CountersignError(
    'config',
    'the url of the inspector must be an address as ws://localhost:8080, of the relay that viewers connect to',
  );
}
