/** The sockets of pages: each is told everything once, then what changes. */
import type { WebSocket } from 'ws';
import { messageOf } from '../../errors.ts';
import { Cadence } from '../cadence.ts';
import { type Entry, type ViewMessage, watchMessageSchema } from '../wire.ts';
import { textOf } from './frames.ts';
import type { Changes, ViewModel } from './model.ts';

/** Between two messages with changes, milliseconds; the first after a pause goes at once. */
const CHANGES_EVERY_MS = 30;
/** Rows in one message. */
const ROWS = 1_000;
/** What may wait in the buffer of a page, bytes; one that reads more slowly is hung up on. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
/** Close code: what it said is not understood. */
const NOT_UNDERSTOOD = 1008;

interface Watched {
  readonly actor: string;
  /** The number of the entry that comes next. */
  next: number;
}

export class Pages {
  readonly #model: ViewModel;
  readonly #pages = new Map<WebSocket, Watched | undefined>();
  readonly #cadence = new Cadence(CHANGES_EVERY_MS, () => this.#tellChanges());

  constructor(model: ViewModel) {
    this.#model = model;
  }

  accept(socket: WebSocket): void {
    this.#pages.set(socket, undefined);
    socket.on('message', (data) => this.#heard(socket, textOf(data)));
    // `close` follows every error.
    socket.on('error', () => {});
    socket.on('close', () => this.#pages.delete(socket));
    this.#tellAll(socket);
  }

  /** The model has changed. */
  changed(): void {
    this.#cadence.ask();
  }

  close(): void {
    this.#cadence.stop();
  }

  #tellAll(socket: WebSocket): void {
    const { rows, processes } = this.#model;
    const pieces = piecesOf(rows);
    for (const [index, actors] of pieces.entries()) {
      const more = index < pieces.length - 1;
      const message = { type: 'actors', more, actors, processes, now: Date.now() } as const;
      send(socket, JSON.stringify(message satisfies ViewMessage));
    }
  }

  #heard(socket: WebSocket, text: string): void {
    try {
      this.#watch(socket, watchMessageSchema.parse(JSON.parse(text)).actor);
    } catch (error) {
      socket.close(NOT_UNDERSTOOD, messageOf(error).slice(0, 30));
    }
  }

  #watch(socket: WebSocket, actor: string | null): void {
    if (actor === null) {
      this.#pages.set(socket, undefined);
      return;
    }
    const entries = this.#model.entriesSince(actor, 0);
    this.#pages.set(socket, { actor, next: nextAfter(entries, 0) });
    const forgotten = this.#model.forgottenOf(actor);
    const message = { type: 'history', actor, entries, forgotten } as const;
    send(socket, JSON.stringify(message satisfies ViewMessage));
  }

  #tellChanges(): void {
    const changes = this.#model.takeChanges();
    if (this.#pages.size === 0) return;
    const pieces = piecesOf(changes.actors);
    for (const [index, actors] of pieces.entries()) {
      const rest = index === 0 ? changes : { gone: [], processes: [] };
      this.#tellPiece({ ...rest, actors }, index === pieces.length - 1);
    }
  }

  /** Written once for all pages; entries are different for each, and go with the last piece. */
  #tellPiece({ actors, gone, processes }: Changes, isLast: boolean): void {
    const same = JSON.stringify({ type: 'changes', actors, gone, processes, now: Date.now() });
    const isEmpty = actors.length + gone.length + processes.length === 0;
    for (const [socket, watched] of this.#pages) {
      if (watched !== undefined && gone.includes(watched.actor)) watched.next = 0;
      const entries = isLast && watched !== undefined ? this.#news(watched) : [];
      if (isEmpty && entries.length === 0) continue;
      send(socket, `${same.slice(0, -1)},"entries":${JSON.stringify(entries)}}`);
    }
  }

  #news(watched: Watched): Entry[] {
    const entries = this.#model.entriesSince(watched.actor, watched.next);
    watched.next = nextAfter(entries, watched.next);
    return entries;
  }
}

const nextAfter = (entries: readonly Entry[], next: number): number =>
  (entries.at(-1)?.n ?? next - 1) + 1;

/** At least one piece, be it empty. */
function piecesOf<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.max(1, Math.ceil(rows.length / ROWS));
  return Array.from({ length: count }, (_, index) => rows.slice(index * ROWS, (index + 1) * ROWS));
}

function send(socket: WebSocket, text: string): void {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(text, () => {});
}
